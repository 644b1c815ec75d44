"""Where a run computes and how, with the reason; and the words that its results name it by."""

import os
import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path

import torch


@dataclass(frozen=True)
class Device:
    """Where and how a run computes, and why."""

    device: torch.device
    dtype: torch.dtype  # of the autocast regions; weights and moments stay in float32
    channels_last: bool
    reason: str


def choose_device(name: str | None = None) -> Device:
    """The machine's fastest device, and bfloat16 where the machine multiplies it in hardware.

    Args:
        name: "cpu", "cuda" or "mps"; by default the variable DALLE_EDU_DEVICE, else the best there
            is. DALLE_EDU_PRECISION ("float32" or "bfloat16") overrules the precision.

    Raises:
        ValueError: if the device is not there, or the precision is unknown.
    """
    there = [name for name in ("cuda", "mps") if getattr(torch, name).is_available()] + ["cpu"]
    name = name or os.environ.get("DALLE_EDU_DEVICE") or there[0]
    if name not in there:
        raise ValueError(f"device {name!r} is not here: choose from {', '.join(there)}")
    if name == "cuda":
        fast = torch.cuda.get_device_capability() >= (8, 0)
    else:  # the last of these honours ONEDNN_MAX_CPU_ISA, which imitates a plain laptop
        unit = torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
        fast = name == "cpu" and unit and torch.ops.mkldnn._is_mkldnn_bf16_supported()
    reason = "multiplies bfloat16 in hardware" if fast else "has no fast bfloat16"
    precision = os.environ.get("DALLE_EDU_PRECISION", "bfloat16" if fast else "float32")
    if precision not in ("float32", "bfloat16"):
        raise ValueError(f"DALLE_EDU_PRECISION is {precision!r}: set float32 or bfloat16")
    reason = f"{precision} on {name}, which {reason}"
    return Device(torch.device(name), getattr(torch, precision), name != "mps", reason)


def machine() -> str:
    """The processor, its cores and the torch release, in words."""
    name, info = platform.processor() or platform.machine(), Path("/proc/cpuinfo")
    for line in info.read_text("utf-8").splitlines() if info.exists() else ():
        if line.startswith("model name"):
            name = line.split(":")[1].strip()
    return f"{name}, {os.cpu_count()} cores, torch {torch.__version__}"


def commit() -> str | None:
    """The commit this code stands at, "-dirty" if changed since; None outside a clone."""
    command = ("git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*")
    try:
        done = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True)
    except OSError:
        return None
    return done.stdout.strip() or None

"""Where a run computes and how, with the reason; and the words that its results name it by."""

import math
import os
import platform
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.distributed as dist
from torch import Tensor


@dataclass(frozen=True)
class Device:
    """Where and how a run computes, and why."""

    device: torch.device
    dtype: torch.dtype  # of the autocast regions; weights and moments stay in float32
    channels_last: bool
    reason: str


def choose_device(name: str | None = None, precision: str | None = None) -> Device:
    """The machine's fastest device, and bfloat16 where it is faster there.

    On a processor that is measured, in a few milliseconds: some have the instruction and are slower
    by it.

    Args:
        name: "cpu", "cuda" or "mps"; by default the variable DALLE_EDU_DEVICE, else the best there
            is.
        precision: "float32" or "bfloat16", where it is settled already; by default the variable
            DALLE_EDU_PRECISION, else what is faster.

    Raises:
        ValueError: if the device is not there, or the precision is unknown.
    """
    # Numbers below 1e-38, as where a player is sure of itself, make a product many times slower on
    # some processors. Threads inherit this, so it stands before the first of them.
    torch.set_flush_denormal(True)
    there = [name for name in ("cuda", "mps") if getattr(torch, name).is_available()] + ["cpu"]
    name = name or os.environ.get("DALLE_EDU_DEVICE") or there[0]
    if name not in there:
        raise ValueError(f"device {name!r} is not here: choose from {', '.join(there)}")
    precision = precision or os.environ.get("DALLE_EDU_PRECISION")
    if precision not in (None, "float32", "bfloat16"):
        raise ValueError(f"DALLE_EDU_PRECISION is {precision!r}: set float32 or bfloat16")
    if precision:
        reason = "as asked for, or as the run began"
    elif name == "cuda":
        fast = torch.cuda.get_device_capability() >= (8, 0)
        reason = f"the card {'has' if fast else 'has no'} fast bfloat16"
    elif name == "cpu":
        gain = gain_of_bfloat16()
        fast, reason = gain > 1.2, f"bfloat16 multiplies {gain:.1f} times as fast here"
    else:
        fast, reason = False, "bfloat16 is not tried there"
    precision = precision or ("bfloat16" if fast else "float32")
    reason = f"{precision} on {name}: {reason}"
    return Device(torch.device(name), getattr(torch, precision), name != "mps", reason)


def gain_of_bfloat16(size: int = 768, rounds: int = 8) -> float:
    """How many times as fast as float32 this processor multiplies bfloat16 matrices."""
    square = [torch.ones(size, size, dtype=dtype) for dtype in (torch.float32, torch.bfloat16)]
    best = [math.inf, math.inf]
    for _ in range(rounds):  # in turns, so that other work on the machine delays both
        for i, a in enumerate(square):
            began = time.perf_counter()
            a @ a
            best[i] = min(best[i], time.perf_counter() - began)
    return best[0] / best[1]


def average(tensors: Sequence[Tensor]) -> None:
    """Each becomes its mean over all processes, in place, in one exchange."""
    whole = torch.cat([tensor.flatten() for tensor in tensors])
    dist.all_reduce(whole)
    parts = (whole / dist.get_world_size()).split([tensor.numel() for tensor in tensors])
    for tensor, mean in zip(tensors, parts, strict=True):
        tensor.copy_(mean.view_as(tensor))


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

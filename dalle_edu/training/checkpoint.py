"""Files that are whole or not there, and checkpoints made of them. Nothing is ever unpickled.

A checkpoint is one safetensors file: weights, moments and random states are its tensors, the rest
is JSON in its header. It is written aside, synced and renamed, so that a run that is killed at any
moment finds either the new one or the one before. Read in chapter 14.
"""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.optim import Optimizer

from dalle_edu.provenance import write_whole

Models = Mapping[str, nn.Module]
Optimisers = Mapping[str, Optimizer]
KEPT = 2  # the newest, and the one before in case the disk damages the newest


def write_tensors(path: Path, tensors: Mapping[str, Tensor], about: Any) -> None:
    """Write tensors, with `about` as JSON in the header, to one safetensors file."""
    plain = {key: value.detach().cpu().contiguous().clone() for key, value in tensors.items()}
    write_whole(path, lambda aside: save_file(plain, aside, {"about": json.dumps(about)}))


def read_tensors(path: Path) -> tuple[dict[str, Tensor], Any]:
    """What `write_tensors` wrote: the tensors, and `about`."""
    with safe_open(path, "pt") as file:
        tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    return tensors, read_about(path)


def read_about(path: Path) -> Any:
    """The `about` of a file that `write_tensors` wrote; the tensors are not read."""
    with safe_open(path, "pt") as file:
        return json.loads(file.metadata()["about"])


def pack(models: Models, optimisers: Optimisers) -> dict[str, Tensor]:
    """All weights and moments under flat names."""
    tensors = {}
    for name, model in models.items():
        for key, value in model.state_dict().items():
            tensors[f"models/{name}/{key}"] = value
    for name, optimiser in optimisers.items():
        for index, moments in optimiser.state_dict()["state"].items():
            for key, value in moments.items():
                tensors[f"optimisers/{name}/{index}/{key}"] = torch.as_tensor(value)
    return tensors


def unpack(tensors: Mapping[str, Tensor], models: Models, optimisers: Optimisers) -> None:
    """Put what `pack` gave back in place, moments in the memory layout of their weights."""

    def under(start: str) -> dict[str, Tensor]:
        return {k.removeprefix(start): v for k, v in tensors.items() if k.startswith(start)}

    for name, model in models.items():
        model.load_state_dict(under(f"models/{name}/"))
    for name, optimiser in optimisers.items():
        parameters = [p for group in optimiser.param_groups for p in group["params"]]
        for index, parameter in enumerate(parameters):
            for key, value in under(f"optimisers/{name}/{index}/").items():
                if key != "step":  # a number, which stays on the CPU
                    value = torch.empty_like(parameter, requires_grad=False).copy_(value)
                optimiser.state[parameter][key] = value


def save(folder: Path, step: int, tensors: Mapping[str, Tensor], about: Any) -> None:
    """Write the checkpoint after `step` steps, then drop the oldest."""
    folder.mkdir(exist_ok=True)
    write_tensors(folder / f"step-{step:08d}.safetensors", tensors, about)
    for path in sorted(folder.glob("step-*.safetensors"))[:-KEPT]:
        path.unlink()


def last(folder: Path) -> Path | None:
    """The newest checkpoint that can be read; a half-written or damaged one is passed over."""
    for path in sorted(folder.glob("step-*.safetensors"), reverse=True):
        try:
            with safe_open(path, "pt"):  # reads the header and compares the length
                return path
        except (SafetensorError, OSError) as error:
            logging.getLogger(__name__).warning("%s is passed over: %s", path, error)
    return None

"""Models by name: their pieces, settings, checksums. `dalle_edu.load("little-world")` ends here.

A piece is two files: `<name>.safetensors` and, with its settings, `<name>.json`. Nothing is ever
unpickled; a shipped file whose checksum differs is refused.
"""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_type_hints

import torch
from safetensors.torch import load_file, save_file
from torch import nn

from dalle_edu.alignment.maps import MapSettings, make_map
from dalle_edu.chain import Chain
from dalle_edu.contrastive.clip import Clip, ClipSettings
from dalle_edu.data.tokenizer import Tokenizer
from dalle_edu.evaluation.judge import Judge, JudgeSettings
from dalle_edu.gan.discriminator import Discriminator, DiscriminatorSettings
from dalle_edu.gan.generator import Generator, GeneratorSettings

WEIGHTS = Path(__file__).parent / "weights"
KINDS = {
    "clip": (Clip, ClipSettings),
    "align": (make_map, MapSettings),
    "generator": (Generator, GeneratorSettings),
    "discriminator": (Discriminator, DiscriminatorSettings),
    "judge": (Judge, JudgeSettings),
}
CHAIN = {"clip": "clip", "align": "align", "generator": "gan"}  # piece and the stage that makes it


def save_piece(
    folder: Path, name: str, model: nn.Module, settings: Any, dtype: torch.dtype = torch.float32
) -> None:
    """Writes a piece's weights, floating ones as `dtype`, and its settings beside them."""
    state = {k: v.contiguous() for k, v in model.state_dict().items()}
    state |= {k: v.to(dtype) for k, v in state.items() if v.is_floating_point()}
    save_file(state, folder / f"{name}.safetensors")
    (folder / f"{name}.json").write_text(json.dumps(asdict(settings), indent=2) + "\n", "utf-8")


def load_piece(folder: str | Path, name: str) -> nn.Module:
    """The model of a piece, float32, in evaluation mode.

    Args:
        folder: where its two files are.
        name: of the files, and of what it is: one of `KINDS`.

    Raises:
        ValueError: if a shipped file is damaged or foreign, or its weights do not fit its settings.
    """
    path, settings = (_check(Path(folder, f"{name}.{end}")) for end in ("safetensors", "json"))
    build, _ = KINDS[name]
    model = build(read_settings(name, json.loads(settings.read_text("utf-8"))))
    try:
        state = load_file(path)
        model.load_state_dict({key: value.float() for key, value in state.items()})
    except Exception as error:
        raise ValueError(f"{path} does not fit its settings: get the file again") from error
    model = model.to(memory_format=torch.channels_last)  # faster convolutions on CPUs
    return model.eval().requires_grad_(False)


def load(name: str) -> Any:
    """A model by name, ready to use.

    Args:
        name: a shipped model ("little-world", "judge"), or the folder of a training run.

    Returns:
        A `Chain` that draws, or the `Judge`: uint8 pictures in, readings out.

    Raises:
        ValueError: if there is no such model, or a file of it is damaged.
    """
    shipped = sorted(path.name for path in WEIGHTS.glob("*") if path.is_dir())
    if name in shipped:
        folder = WEIGHTS / name
        if (folder / "judge.json").exists():
            return load_piece(folder, "judge")
        homes = dict.fromkeys(CHAIN, folder)
    else:
        homes = {piece: Path(name, stage) for piece, stage in CHAIN.items()}
        if not all((home / f"{piece}.json").exists() for piece, home in homes.items()):
            known = ", ".join(shipped) or "none is shipped yet"
            mend = f"choose from {known}, or give the folder of a finished training run"
            raise ValueError(f"there is no model {name!r}: {mend}")
    tokenizer = Tokenizer.load(_check(homes["clip"] / "tokenizer.json"))
    pieces = [load_piece(home, piece) for piece, home in homes.items()]
    return Chain(name, tokenizer, *pieces)


def read_settings(piece: str, values: dict) -> Any:
    """The frozen settings of a kind of piece, from its JSON."""
    return _read(KINDS[piece][1], values)


def _read(kind: type, values: dict) -> Any:
    """A frozen settings dataclass from JSON: nested ones and tuples restored."""
    hints = get_type_hints(kind)
    plain = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    nested = {k: _read(hints[k], v) for k, v in values.items() if isinstance(v, dict)}
    return kind(**plain | nested)


def _check(path: Path) -> Path:
    """The path itself; a shipped file must have the checksum that is written down for it."""
    if not path.exists():
        raise ValueError(f"{path} is missing: get the package again")
    if path.is_relative_to(WEIGHTS):
        sums = json.loads((WEIGHTS / "checksums.json").read_text("utf-8"))
        name = path.relative_to(WEIGHTS).as_posix()
        if sums.get(name) != hashlib.sha256(path.read_bytes()).hexdigest():
            raise ValueError(f"{name} is damaged or foreign (its checksum differs): get it again")
    return path

"""Where a picture comes from, written into its file: prompt, model, seed, licence. Chapter 16."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from dalle_edu import __version__

# The models learn from pictures that the library renders itself: nobody else's rights are in them.
LICENCE = "CC0-1.0"
FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
_DESCRIPTION = 0x010E  # EXIF ImageDescription: ASCII, so that Chinese is escaped in its JSON


def save(image: Image.Image, path: str | Path, *, prompt: str, model: str, seed: int) -> None:
    """Writes a picture that says where it comes from; the file is whole or not there.

    Args:
        image: a picture or a contact sheet.
        path: its name ends in .png, .jpg, .jpeg or .webp; PNG keeps every pixel as drawn.
        prompt, model, seed: what draws it again.

    Raises:
        ValueError: if the file type is unknown, or the file cannot be written there.

    Used by `dalle-edu draw`; read in chapter 16.
    """
    path = Path(path)
    kind = file_type(path)
    told = {"prompt": prompt, "model": model, "seed": str(seed), "licence": LICENCE}
    told["software"] = f"dalle_edu {__version__}"
    exif = Image.Exif()
    exif[_DESCRIPTION] = json.dumps(told)
    try:
        write_whole(path, lambda aside: image.save(aside, kind, exif=exif, quality=95))
    except OSError as error:
        raise ValueError(f"cannot write {path}: {error.strerror or error}") from error


def write_whole(path: Path, write: Callable[[Path], Any]) -> None:
    """Let `write` fill a file beside `path`, sync it, rename it: `path` is never half-written."""
    aside = path.with_name(f".{path.name}.part")
    try:
        write(aside)
        with aside.open("rb+") as file:
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    if os.name != "nt":  # Windows cannot sync a folder
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


def write_text(path: Path, text: str) -> None:
    """Write a text in UTF-8 with `write_whole`, lines ending alike on every system."""
    write_whole(path, lambda aside: aside.write_text(text, "utf-8", newline="\n"))


def read(path: str | Path) -> dict[str, str]:
    """What `save` told the file: prompt, model, seed, licence, software; empty if it was not told.

    Raises:
        ValueError: if the file type is unknown.
    """
    file_type(path)
    with Image.open(path) as image:
        try:
            return dict(json.loads(image.getexif().get(_DESCRIPTION, "{}")))
        except ValueError:  # somebody else's description
            return {}


def file_type(path: str | Path) -> str:
    """The format that a file's name asks for.

    Raises:
        ValueError: if it is none of ours; to be called before anything is drawn.
    """
    suffix = Path(path).suffix
    if suffix.lower() not in FORMATS:
        known = ", ".join(FORMATS)
        raise ValueError(f"file type {suffix!r} of {path} is unknown: choose from {known}")
    return FORMATS[suffix.lower()]

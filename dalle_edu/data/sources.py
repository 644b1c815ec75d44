"""Rows of captioned pictures wherever they lie, and the reading of one picture and one caption.

Pictures are decoded here and not by the library that finds them, so that a broken one costs one row
and not the iteration. `pairs.py` puts one interface over it all. Chapter 1.
"""

import glob
import io
import itertools
import json
import re
import tarfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from multiprocessing.pool import ThreadPool
from operator import itemgetter
from pathlib import Path
from types import ModuleType
from typing import Any

import fsspec
import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

FORMATS = ("BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")
IMAGES = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
TABLE, METADATA = ".parquet", "metadata.jsonl"
ENDINGS = (METADATA, TABLE, ".tar", ".tgz", ".tar.gz")
MAX_PIXELS = 64_000_000
HUB_SECONDS = 2.0

# The name of a row, and its columns; or under PROBLEM what is wrong with it.
Row = tuple[str, dict[str, Any]]
PROBLEM = ""


def find_rows(
    source: str, streaming: bool, split: str, config: str | None
) -> Callable[[], Iterator[Row]]:
    """What starts an iteration over a source's rows; arguments and errors as of `open_pairs`."""
    files = _local_files(source)
    if not files and not _is_hub_name(source):
        raise FileNotFoundError(f"there is no file or folder {source!r}: check the path")
    if not files:
        return partial(_table_rows, _open_hub(source, split, config, streaming))
    if files[0].suffix == TABLE:
        return partial(_table_rows, _open_parquet(source, files))
    return partial(_folder_rows if files[0].suffix == ".jsonl" else _tar_rows, files)


def import_datasets() -> ModuleType:
    """The library `datasets`, or a sentence that says how to get it."""
    try:
        import datasets
    except ImportError as error:
        need = "this needs the Hugging Face library `datasets`: pip install 'dalle-edu[data]'"
        raise ImportError(need) from error
    return datasets


def _local_files(source: str) -> list[Path]:
    """Files of one kind at a path or pattern; none if nothing is there."""
    path = Path(source).expanduser()
    found = [path] if path.exists() else sorted(map(Path, glob.glob(str(path), recursive=True)))
    if path.is_dir():
        found = sorted(file for file in path.rglob("*") if file.is_file())
    for kind in (METADATA, TABLE, ENDINGS):
        if files := [file for file in found if file.name.endswith(kind)]:
            return files
    if found or path.exists():
        kinds = f"a folder or files with {', '.join(ENDINGS)}"
        raise ValueError(f"{source} holds no captioned pictures: give {kinds}")
    return []


def _is_hub_name(source: str) -> bool:
    owner = source.partition("/")[0]
    a_file = source.endswith(ENDINGS) or Path(owner).exists()
    return not a_file and bool(re.fullmatch(r"[\w-][\w.-]*/[\w.-]+", source))


def _folder_rows(tables: Sequence[Path]) -> Iterator[Row]:
    """Rows of every metadata.jsonl, then the pictures that no row names."""
    named = set()
    for table in tables:
        with table.open("rb") as file:
            lines = ((n, line) for n, line in enumerate(file, 1) if line.strip())
            for number, line in lines:
                place = f"{table.name} line {number}"
                try:
                    row = dict(json.loads(line))
                except (ValueError, TypeError):
                    yield place, {PROBLEM: "row is not a JSON object"}
                    continue
                path = table.parent / str(row["file_name"]) if row.get("file_name") else None
                named.add(path)
                yield str(row.get("file_name") or place), {**row, "image": path}
    for folder in sorted({table.parent for table in tables}):
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in IMAGES and path not in named:
                named.add(path)
                yield str(path.relative_to(folder)), {PROBLEM: "image file without a row"}


def _tar_rows(shards: Sequence[Path]) -> Iterator[Row]:
    """WebDataset samples: neighbouring members named alike up to the first dot of the name."""
    for shard in shards:
        name = ""
        try:
            with tarfile.open(shard, "r|*") as tar:
                for name, members in itertools.groupby(_members(tar), key=itemgetter(0)):
                    columns = {column: content for _, column, content in members}
                    images = [c for c in columns if f".{c.lower()}" in IMAGES]
                    aliases = {"image": images, "text": [c for c in columns if c == "txt"]}
                    columns.update({alias: columns[c[0]] for alias, c in aliases.items() if c})
                    yield f"{shard.name}/{name}", columns
        except (tarfile.TarError, EOFError, OSError) as error:
            yield shard.name, {PROBLEM: f"broken shard after sample {name!r}: {error}"}


def _members(tar: tarfile.TarFile) -> Iterator[tuple[str, str, bytes]]:
    for member in filter(tarfile.TarInfo.isfile, tar):
        name = re.sub(r"\.[^/]*$", "", member.name)
        yield name, member.name[len(name) + 1 :], tar.extractfile(member).read()


def _table_rows(table: Any) -> Iterator[Row]:
    """Rows of a dataset of the library `datasets`, its pictures left undecoded."""
    if hasattr(table, "to_iterable_dataset"):
        table = table.to_iterable_dataset()
    # A streamed table may not know its features; then it decodes nothing.
    for i, row in enumerate(table.decode(False) if table.features else table):
        yield f"row {i}", row


def _open_parquet(source: str, files: Sequence[Path]) -> Any:
    datasets = import_datasets()
    paths = [str(file) for file in files]
    try:  # streaming keeps a second copy out of the cache
        return datasets.load_dataset("parquet", data_files=paths, split="train", streaming=True)
    except ValueError as error:
        raise ValueError(f"{source} cannot be read as Parquet: {_one_line(error)}") from error


def _open_hub(name: str, split: str, config: str | None, streaming: bool) -> Any:
    datasets = import_datasets()
    from huggingface_hub import HfApi, constants, errors

    here = f"{name!r} is no file or folder here, and the hub"
    try:
        if not constants.HF_HUB_OFFLINE:  # ask first: `load_dataset` tries for 23 s
            ask = partial(HfApi().dataset_info, name, timeout=HUB_SECONDS)
            with ThreadPool(1) as pool:  # finding a host has no timeout of its own
                pool.apply_async(ask).get(HUB_SECONDS)
        return datasets.load_dataset(name, config, split=split, streaming=streaming)
    except (errors.RepositoryNotFoundError, datasets.exceptions.DatasetNotFoundError) as error:
        raise FileNotFoundError(f"{here} has no public dataset of that name") from error
    except ValueError as error:  # of split or config: says which there are
        raise ValueError(f"{name}: {_one_line(error)}") from error
    except Exception as error:  # whatever the transport raises
        why = f"could not be reached ({_one_line(error)})"
        raise ConnectionError(f"{here} {why}: check the name, or the network") from error


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def read_picture(source: Any, size: int, max_pixels: int = MAX_PIXELS) -> Tensor:
    """A picture turned upright, made RGB over white, cropped to its central square and resized.

    Args:
        source: bytes, a path, or the {"bytes": ..., "path": ...} of Hugging Face `datasets`.
        size: side in pixels.
        max_pixels: more are refused after the header.

    Returns:
        uint8 (3, size, size).

    Raises:
        ValueError: with the reason, if there is no such picture.
    """
    if isinstance(source, dict):
        source = source["path"] if source.get("bytes") is None else source["bytes"]
    if source is None:
        raise ValueError("row without an image")
    try:
        opened = io.BytesIO(source) if isinstance(source, bytes) else fsspec.open(str(source), "rb")
        with opened as file, Image.open(file, formats=FORMATS) as image:
            if (pixels := image.width * image.height) > max_pixels:
                raise Image.DecompressionBombError(f"{pixels:,} pixels, at most {max_pixels:,}")
            image.draft(None, (2 * size, 2 * size))  # a JPEG is decoded no finer than needed
            rgb = _to_rgb(ImageOps.exif_transpose(image))
    except FileNotFoundError as error:
        name = Path(str(source)).name
        raise ValueError(f"row without an image: there is no file {name}") from error
    except Image.DecompressionBombError as error:
        raise ValueError(f"picture too large: {error}") from error
    except Exception as error:  # PIL raises many kinds on broken files
        unknown = isinstance(error, UnidentifiedImageError)
        why = f"none of {', '.join(FORMATS)}" if unknown else str(error) or repr(error)
        raise ValueError(f"broken picture: {why}") from error
    square = ImageOps.fit(rgb, (size, size), Image.Resampling.BICUBIC)
    return torch.from_numpy(np.array(square)).permute(2, 0, 1).contiguous()


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")


def read_caption(row: dict[str, Any], column: str) -> str:
    """The caption of a row, stripped; ValueError with the reason if it has none."""
    if PROBLEM in row or row.get(column) is None:
        raise ValueError(row.get(PROBLEM, "missing caption"))
    text = row[column]
    try:
        text = (text.decode() if isinstance(text, bytes) else text).strip()
    except (UnicodeDecodeError, AttributeError) as error:
        raise ValueError(f"caption is no text: {error}") from error
    if not text:
        raise ValueError("empty caption")
    return text

"""Captioned pictures from anywhere: Little World, a folder, Parquet, tar shards, the hub.

Nothing is dropped silently: after an iteration `report` names every row that was skipped, and why.
Chapter 1.
"""

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from dalle_edu.data import sources
from dalle_edu.data.pictures import to_images
from dalle_edu.world.caption import Caption, describe
from dalle_edu.world.render import render
from dalle_edu.world.scene import CORE, Grammar, Scene, encode, sample
from dalle_edu.world.truth import truth_matrix

if TYPE_CHECKING:
    import datasets

PEEK = 100  # rows looked at to learn which columns there are


@dataclass(frozen=True)
class Pair:
    """A picture, uint8 (3, H, W), its caption and its name; of Little World also what both mean."""

    picture: Tensor
    caption: str
    name: str
    scene: Scene | None = None
    claims: Caption | None = None


@dataclass
class Report:
    """What an iteration met: `read` pairs, and name and reason of each row that was `skipped`."""

    read: int = 0
    skipped: list[tuple[str, str]] = field(default_factory=list)

    def __str__(self) -> str:
        rows = "".join(f"\n  {name}: {reason}" for name, reason in self.skipped)
        return f"{self.read} pairs read, {len(self.skipped)} rows skipped{rows}"


class Pairs:
    """Pairs to iterate over; in memory they are read at once and have a length and indices.

    Args:
        read: starts an iteration; it counts in the report it is given.
        streaming: read anew in every iteration, holding one pair at a time.
    """

    def __init__(self, read: Callable[[Report], Iterator[Pair]], streaming: bool) -> None:
        self._read, self.report = read, Report()
        self._kept = None if streaming else list(read(self.report))

    def __iter__(self) -> Iterator[Pair]:
        if self._kept is not None:
            return iter(self._kept)
        self.report = Report()
        return self._read(self.report)

    def __len__(self) -> int:
        return len(self._in_memory())

    def __getitem__(self, i: int) -> Pair:
        return self._in_memory()[i]

    def _in_memory(self) -> list[Pair]:
        if self._kept is None:
            raise TypeError("these pairs are streamed: iterate, or open them with streaming=False")
        return self._kept


def open_pairs(
    source: str | Path,
    *,
    picture: str = "image",
    caption: str = "text",
    size: int = 64,
    streaming: bool = False,
    split: str = "train",
    config: str | None = None,
) -> Pairs:
    """Captioned pictures from a folder with metadata.jsonl, Parquet, tar shards or the hub.

    What exists on disk is a path; else "owner/name" is a name on the hub, unless it ends like a
    file or there is a folder "owner".

    Args:
        source: a folder, a file, a pattern of files ("shards/*.tar") or a hub name.
        picture: column of the pictures; "image" also stands for `file_name` of metadata.jsonl and
            for the picture of a sample in a tar.
        caption: column of the captions; "text" also stands for the `.txt` of a sample in a tar.
        size: side of the pictures, in pixels; they are cropped to their central square.
        streaming: do not hold them in memory.
        split: of a hub dataset.
        config: of a hub dataset that has several.

    Raises:
        FileNotFoundError: if there is no such file, folder or hub name.
        ConnectionError: if the hub cannot be reached.
        ValueError: if there is no such column, or no captioned pictures in the folder or file.
        ImportError: if the source needs the library `datasets` and it is missing.
    """
    rows = sources.find_rows(str(source), streaming, split, config)
    columns = {column for _, row in itertools.islice(rows(), PEEK) for column in row}
    columns -= {sources.PROBLEM}
    for wanted in (picture, caption):
        if columns and wanted not in columns:
            raise ValueError(
                f"{source} has no column {wanted!r}: it has {', '.join(sorted(columns))}"
            )

    def read(report: Report) -> Iterator[Pair]:
        for name, row in rows():
            try:
                text = sources.read_caption(row, caption)
                image = sources.read_picture(row.get(picture), size)
            except ValueError as error:
                report.skipped.append((name, str(error)))
            else:
                report.read += 1
                yield Pair(image, text, name)

    return Pairs(read, streaming)


def little_world(
    n: int | None = None,
    split: str | None = "seen",
    size: int = 64,
    seed: int = 0,
    *,
    grammar: Grammar = CORE,
    kinds: Sequence[str] = ("complete",),
    languages: Sequence[str] = ("en",),
    streaming: bool = True,
) -> Pairs:
    """Pairs of Little World; pair i depends on (seed, i) alone.

    Args:
        n: how many; None never ends.
        split: "seen", "held_out" or None, as in `sample`.
        size: side of the pictures, in pixels.
        seed: of scenes, pixels and captions.
        grammar: which words scenes may use.
        kinds: of caption, one drawn at random for each pair.
        languages: of caption, likewise.
        streaming: render anew in every iteration; needed when n is None.
    """
    if n is None and not streaming:
        raise ValueError("n is None and streaming is False: give n, endless pairs fill any memory")

    def read(report: Report) -> Iterator[Pair]:
        for i in itertools.count() if n is None else range(n):
            rng = random.Random(f"pairs/{seed}/{i}")
            scene = sample(rng, split, grammar)
            claims = describe(scene, rng.choice(kinds), rng.choice(languages), rng, grammar)
            report.read += 1
            name = f"little-world/{split}/{seed}/{i}"
            yield Pair(render(scene, size, rng), claims.text, name, scene, claims)

    return Pairs(read, streaming)


def little_world_dataset(n: int | None = None, **options: Any) -> "datasets.Dataset":
    """Little World as a Hugging Face dataset with the features `image` and `text`.

    Args:
        n: how many pairs; None gives an endless `datasets.IterableDataset`.
        options: as of `little_world`.
    """
    datasets = sources.import_datasets()
    features = datasets.Features({"image": datasets.Image(), "text": datasets.Value("string")})

    def rows() -> Iterator[dict[str, Any]]:
        for pair in little_world(n, **options):
            yield {"image": to_images(pair.picture[None])[0], "text": pair.caption}

    if n is None:
        return datasets.IterableDataset.from_generator(rows, features=features)
    return datasets.Dataset.from_list(list(rows()), features=features)


def positives(pairs: Sequence[Pair]) -> Tensor:
    """Which captions of a batch are true of which pictures.

    In Little World truth decides; elsewhere a caption counts as true of a picture if it equals the
    picture's own, but for case and spaces.

    Returns:
        (B, B) bool; rows are pictures, columns captions.
    """
    if all(pair.scene and pair.claims for pair in pairs):
        return truth_matrix([encode(pair.scene) for pair in pairs], [pair.claims for pair in pairs])
    texts = np.array([" ".join(pair.caption.casefold().split()) for pair in pairs])
    return torch.from_numpy(texts[:, None] == texts)

"""Pairs as they come: broken ones, shifted ones, and how many one has to read."""

import io
import math
import random
from collections.abc import Callable

import torch
from PIL import Image
from torch import Tensor

from dalle_edu.course.checks.exercise import Build, Choice, Mistake
from dalle_edu.data import sources


def picture_bytes(shade: int, side: int = 8) -> bytes:
    """A small PNG of one shade, as bytes."""
    file = io.BytesIO()
    Image.new("RGB", (side, side), (shade, 90, 200 - shade)).save(file, "PNG")
    return file.getvalue()


def _tables() -> list[tuple]:
    """Rows (name, bytes, caption): whole, cut short, no picture at all, without a caption."""
    whole = picture_bytes(30)
    good = [(f"{k}.png", picture_bytes(10 * k), f"picture {k}") for k in range(4)]
    bad = [
        ("cut.png", whole[:50], "a cut picture"),
        ("noise.png", b"this is no picture", "noise"),
        ("silent.png", whole, ""),
        ("spaces.png", whole, "  "),
        ("null.png", whole, None),
    ]
    return [(good[:2],), (good[:1] + bad[:1] + good[1:3],), (bad[1:3] + good,), (bad + good,)]


def decoded(data: bytes) -> bool:
    """Whether every pixel of a picture can be read."""
    try:
        Image.open(io.BytesIO(data)).load()
    except Exception:
        return False
    return True


def opened(data: bytes) -> bool:
    """Whether the header of a picture can be read."""
    try:
        Image.open(io.BytesIO(data))
    except Exception:
        return False
    return True


def _worded(caption: str | None) -> bool:
    return bool(caption and caption.strip())


def _reader(whole: Callable = decoded, worded: Callable = _worded) -> Callable:
    """A `survey` made of these parts; the default parts are right."""

    def survey(rows: list[tuple]) -> tuple[list[str], list[str]]:
        good = [whole(data) and worded(caption) for _, data, caption in rows]
        kept = [row[0] for row, fine in zip(rows, good, strict=True) if fine]
        return kept, [row[0] for row in rows if row[0] not in kept]

    return survey


def _until_broken(rows: list[tuple]) -> tuple[list[str], list[str]]:
    good = [decoded(data) for _, data, _ in rows]
    return _reader()(rows[: good.index(False)] if False in good else rows)


def _until_broken_named(rows: list[tuple]) -> tuple[list[str], list[str]]:
    good = [decoded(data) for _, data, _ in rows]
    return _reader()(rows[: good.index(False) + 1] if False in good else rows)


survey = Build(
    "1.9",
    _reader(),
    _tables,
    (
        Mistake(
            _until_broken,
            "A broken picture ends the iteration: put the `try` inside the loop, around one "
            "picture.",
        ),
        Mistake(
            _until_broken_named,
            "The broken picture is named, but nothing after it is read: the `try` belongs inside "
            "the loop.",
        ),
        Mistake(
            lambda rows: (_reader()(rows)[0], []),
            "Rows are dropped in silence: put the name of each skipped row on the second list.",
        ),
        Mistake(
            _reader(opened),
            "Image.open reads the header only, so half a picture passes: call .load() as well.",
        ),
        Mistake(_reader(worded=lambda caption: True), "Rows without a caption are kept."),
        Mistake(
            _reader(worded=lambda caption: caption is not None),
            "An empty caption is not None, and says nothing all the same.",
        ),
        Mistake(_reader(worded=bool), "A caption of spaces is empty: strip it first."),
        Mistake(
            _reader(whole=lambda data: True), "Broken pictures are kept: try to decode each one."
        ),
        Mistake(lambda rows: _reader()(rows)[::-1], "Kept rows come first, skipped ones second."),
    ),
    (sources.read_picture, sources.read_caption),
    "One broken file costs one row, and it has a name.",
)


def _shifts() -> list[tuple]:
    """Truth (B, B) where row i carries the caption of row i + k; some rows mean the same."""
    rng, cases = random.Random(14), []
    for count, shift in ((6, 1), (7, 0), (12, 5), (30, 29)):
        meaning = torch.tensor([rng.randrange(2 * count) for _ in range(count)])
        meaning[0] = meaning[count // 2]  # the first row has a double
        cases.append((meaning[:, None] == meaning.roll(-shift)[None],))
    return cases


def _shift_by_loops(truth: Tensor) -> int:
    """The k for which most pictures i have a true caption in row i - k."""
    count = len(truth)
    hits = [sum(bool(truth[i, (i - k) % count]) for i in range(count)) for k in range(count)]
    return hits.index(max(hits))


def _first_row(truth: Tensor) -> int:
    return -truth[0].int().argmax().item() % len(truth)


find_shift = Build(
    "1.10",
    _shift_by_loops,
    _shifts,
    (
        Mistake(
            lambda truth: -_shift_by_loops(truth) % len(truth),
            "The direction is turned: row i carries the caption of row i + k, so picture i finds "
            "its own in row i - k.",
        ),
        Mistake(
            lambda truth: _shift_by_loops(truth) - len(truth),
            "Right, but counted from the other end: take it modulo the number of rows.",
        ),
        Mistake(
            _first_row,
            "You looked at one picture, and a caption of the same meaning misled you: take the "
            "shift at which *most* pictures have a true caption.",
        ),
        Mistake(lambda truth: 0, "You looked at the diagonal only: try every shift."),
        Mistake(
            lambda truth: _shift_by_loops(truth) + 1, "You count from 1: no shift at all is 0."
        ),
    ),
    praise="A fault that has been measured is a fault that can be undone: roll the captions back.",
)


def _shares() -> list[tuple]:
    return [(0.05, 0.95), (0.5, 0.9), (0.01, 0.95), (0.2, 0.5), (0.001, 0.99)]


def _by_trying(share: float, sure: float) -> int:
    n, unseen = 0, 1.0
    while 1 - unseen < sure:
        n, unseen = n + 1, unseen * (1 - share)
    return n


pairs_to_read = Build(
    "1.11",
    _by_trying,
    _shares,
    (
        Mistake(
            lambda share, sure: math.ceil(1 / share),
            "After 1 / share pairs the chance to have met a bad one is only about 63 %.",
        ),
        Mistake(
            lambda share, sure: math.ceil(sure / share),
            "Chances of single pairs do not add up: it is the chances to see *none* that multiply.",
        ),
        Mistake(
            lambda share, sure: math.floor(math.log(1 - sure) / math.log(1 - share)),
            "You rounded down, to just too few: round up.",
        ),
        Mistake(
            lambda share, sure: math.log(1 - sure) / math.log(1 - share),
            "A number of pairs is whole: round up.",
        ),
        Mistake(
            lambda share, sure: math.ceil(math.log(sure) / math.log(1 - share)),
            "That sees none with chance `sure`; seeing none should have the chance 1 - sure.",
        ),
        Mistake(
            lambda share, sure: math.ceil(math.log(1 - sure) / math.log(share)),
            "A good pair has the chance 1 - share: that is what is multiplied n times.",
        ),
    ),
    praise="For 5 % bad pairs and 95 % certainty it is 59: an hour's reading saves a training.",
)

shifted = Choice(
    "1.12",
    "b",
    (
        Mistake("a", "A broken picture is a row that is skipped and named: all pairs are there."),
        Mistake("c", "A small vocabulary makes captions say less, not something false."),
        Mistake("d", "A caption that is cut claims less, so it is true more often, not less."),
    ),
    "A vague caption is true of about one wrong picture in four. Read 50 pairs, compare with the "
    "rate of chance, and try the other shifts before you call a quarter of them good.",
)

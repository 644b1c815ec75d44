"""Python and tensors: a dictionary that counts, shapes that meet, axes that go."""

from collections import Counter

import torch
from torch import Tensor

from dalle_edu.course.checks.exercise import Build, Choice, Mistake, random
from dalle_edu.course.checks.readiness.reading import BROADCASTING, PYTHON, REDUCTIONS, TENSORS


def _captions() -> list[tuple]:
    return [(["a red star", "a blue sky"],), (["red red sky"],), (["a", "a b", "b b a"],), ([],)]


def _count_by_hand(captions: list[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for caption in captions:
        for word in caption.split():
            counts[word] = counts.get(word, 0) + 1
    return counts


count_words = Build(
    "A.1",
    _count_by_hand,
    _captions,
    (
        Mistake(
            lambda captions: dict(Counter("".join(captions))),
            "You went through the letters: a string gives its letters. `caption.split()` gives "
            "its words.",
        ),
        Mistake(
            lambda captions: {word: 1 for c in captions for word in c.split()},
            "Every word has 1: add to what is there already, "
            "counts[word] = counts.get(word, 0) + 1.",
        ),
        Mistake(
            lambda captions: dict(Counter(w for c in captions for w in set(c.split()))),
            "A word that stands twice in one caption counts twice: a set forgets that.",
        ),
        Mistake(
            lambda captions: _count_by_hand(captions[-1:]),
            "Only the last caption is counted: make the dictionary once, before the loop.",
        ),
        Mistake(
            lambda captions: dict(Counter(captions)),
            "You counted whole captions: split each into words first.",
        ),
        Mistake(
            lambda captions: sum(len(c.split()) for c in captions),
            "That is the number of all words: give a dictionary, one number for each word.",
        ),
    ),
    praise="A dictionary, a loop in a loop, a default: enough Python for this course.",
    read=PYTHON,
)

shapes = Choice(
    "A.2",
    "c",
    (
        Mistake(
            "a",
            "An axis of length 1 fits any length: it is repeated. And a missing axis in front is "
            "taken as 1.",
        ),
        Mistake("b", "The 1 does not win: it is stretched to 10. No axis is lost."),
        Mistake("d", "Axes are lined up from the right: 64 with 64, 1 with 10, 32 with nothing."),
    ),
    "From the right: 64 and 64 agree, 1 is stretched to 10, and 32 stands alone.",
    read=BROADCASTING,
    written=(("(32, 1, 64)", "b"), ("(32, 10, 64)", "c"), ("(10, 32, 64)", "d")),
)


def _pictures() -> list[tuple]:
    randn = random(1)
    return [(randn(b, 3, h, w) + 1,) for b, h, w in ((2, 4, 5), (1, 6, 2), (5, 2, 2))]


def _colour_by_hand(pictures: Tensor) -> Tensor:
    means = [[channel.sum() / channel.numel() for channel in picture] for picture in pictures]
    return torch.stack([torch.stack(row) for row in means])


mean_colour = Build(
    "A.3",
    _colour_by_hand,
    _pictures,
    (
        Mistake(
            lambda x: x.mean((0, 2, 3)),
            "You averaged over the batch too: every picture has a colour of its own, keep axis 0.",
        ),
        Mistake(
            lambda x: x.mean(1),
            "You averaged red, green and blue: that makes it grey. Average over H and W, axes 2 "
            "and 3.",
        ),
        Mistake(lambda x: x.mean(2), "Only the height is gone: average over both axes, (2, 3)."),
        Mistake(lambda x: x.mean(3), "Only the width is gone: average over both axes, (2, 3)."),
        Mistake(
            lambda x: x.mean((1, 2, 3)),
            "One number a picture: the colours must stay apart, so axis 1 stays.",
        ),
        Mistake(
            lambda x: x.mean((2, 3), keepdim=True),
            "Right numbers, but the axes are still there with length 1: leave `keepdim` out.",
        ),
        Mistake(lambda x: x.sum((2, 3)), "That is the sum: divide by H times W, or take `mean`."),
        Mistake(lambda x: x.mean(), "One number for everything: say which axes go, dim=(2, 3)."),
    ),
    praise="The axes you name are those that go. B, 3, H, W is the order everywhere here.",
    read=REDUCTIONS,
)


def _points() -> list[tuple]:
    randn = random(2)
    return [(randn(n, d), randn(m, d)) for n, m, d in ((2, 3, 4), (4, 4, 2), (3, 1, 5))]


def _distances_by_hand(a: Tensor, b: Tensor) -> Tensor:
    rows = [[sum((x - y) ** 2 for x, y in zip(p, q, strict=True)) for q in b] for p in a]
    return torch.stack([torch.stack(row) for row in rows])


def _differences(a: Tensor, b: Tensor) -> Tensor:
    return a[:, None] - b[None]


squared_distances = Build(
    "A.4",
    _distances_by_hand,
    _points,
    (
        Mistake(
            lambda a, b: _differences(b, a).square().sum(2),
            "Rows and columns are exchanged: a gives the rows, a[:, None] - b[None].",
        ),
        Mistake(
            lambda a, b: _differences(a, b).square(),
            "The channels are still there: sum over the last axis, one number a pair.",
        ),
        Mistake(
            lambda a, b: _differences(a, b).square().sum(2).sqrt(),
            "Those are the distances: the exercise asks for their squares.",
        ),
        Mistake(
            lambda a, b: _differences(a, b).square().mean(2),
            "A mean over the channels: the square of a distance is their sum.",
        ),
        Mistake(
            lambda a, b: _differences(a, b).sum(2).square(),
            "Square each difference first, then add: the other way round they cancel.",
        ),
        Mistake(
            lambda a, b: _differences(a, b).abs().sum(2),
            "You added absolute values: square the differences.",
        ),
        Mistake(
            lambda a, b: a @ b.T, "Those are dot products: subtract first, then square and add."
        ),
    ),
    praise="Without a loop it is (N, 1, D) against (1, M, D): the trick behind every matrix of "
    "pairs in this course.",
    read=TENSORS,
)

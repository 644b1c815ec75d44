"""False captions: false of the picture, not merely another string."""

from collections.abc import Callable

import torch
from torch import Tensor

from dalle_edu.course.checks.exercise import Build, Estimate, Mistake

NONE = -1


def _first(
    truth: Tensor, rows: int, order: Callable[[int, int], list[int]], sought: bool
) -> Tensor:
    """For each picture the first column, in an order that follows from its own, as `sought`."""
    found = []
    for i in range(rows):
        columns = [j for j in order(i, truth.shape[1]) if bool(truth[i, j]) == sought]
        found.append(columns[0] if columns else NONE)
    return torch.tensor(found)


def _after(own: int, count: int) -> list[int]:
    return [(own + step) % count for step in range(1, count)]


def _next_false(truth: Tensor) -> Tensor:
    return _first(truth, len(truth), _after, sought=False)


def _ordered(order: Callable[[int, int], list[int]], sought: bool = False) -> Callable:
    return lambda truth: _first(truth, len(truth), order, sought)


def _some_true(seed: int, rows: int, columns: int) -> Tensor:
    """A truth matrix whose own captions are true, and a third of the others too."""
    chance = torch.rand(rows, columns, generator=torch.Generator().manual_seed(seed))
    truth = chance < 0.35
    truth[:, :rows] |= torch.eye(rows, dtype=torch.bool)
    return truth


def _true_of_all(seed: int) -> Tensor:
    """As `_some_true`; of picture 2 every caption is true."""
    truth = _some_true(seed, 6, 6)
    truth[2] = True
    return truth


next_false = Build(
    "7.1",
    _next_false,
    lambda: [(_some_true(71, 8, 8),), (_true_of_all(72),), (_some_true(73, 5, 9),)],
    (
        Mistake(
            lambda truth: (torch.arange(len(truth)) + 1) % truth.shape[1],
            "That is the next caption, whatever it says. It is another string, but some of them "
            "are true of the picture all the same: ask `truth`.",
        ),
        Mistake(
            lambda truth: _first(
                truth,
                len(truth),
                lambda own, _: [(own + step) % len(truth) for step in range(1, len(truth))],
                sought=False,
            ),
            "It goes round after the last *picture's* caption; there may be more captions than "
            "pictures: `% truth.shape[1]`.",
        ),
        Mistake(
            lambda truth: torch.arange(len(truth)),
            "Every picture kept its own caption, which is true of it.",
        ),
        Mistake(
            _ordered(lambda own, count: list(range(count))),
            "False they are, but counted from column 0 for every picture, so that nearly all get "
            "the batch's first captions. Begin after the picture's own column.",
        ),
        Mistake(
            lambda truth: (~truth).int().argmax(1),
            "`argmax` from column 0: nearly all pictures get the batch's first captions, and where "
            "no caption is false it says 0, a true one. Begin after the own column; -1 for none.",
        ),
        Mistake(
            _ordered(_after, sought=True),
            "Those captions are *true*: `truth[i, j]` says that caption j is true of picture i.",
        ),
        Mistake(
            _ordered(lambda own, count: [(own - step) % count for step in range(1, count)]),
            "The right kind, counted backwards: the first one *after* the picture's own.",
        ),
        Mistake(
            _ordered(lambda own, count: list(range(own + 1, count))),
            "It stops at the right edge: after the last column comes column 0 again.",
        ),
        Mistake(
            lambda truth: torch.where(
                _next_false(truth) < 0, torch.arange(len(truth)), _next_false(truth)
            ),
            "Of one picture every caption is true, and it got its own as a false one: give -1.",
        ),
        Mistake(
            lambda truth: torch.where(
                _next_false(truth) < 0,
                (torch.arange(len(truth)) + 1) % truth.shape[1],
                _next_false(truth),
            ),
            "Of one picture every caption is true, and it got the next one as a false one: give "
            "-1.",
        ),
        Mistake(
            lambda truth: _next_false(truth.T[:, : len(truth)])[: len(truth)],
            "Read along the wrong axis: the rows of `truth` are pictures, its columns captions.",
        ),
    ),
    praise="None of them is true of its picture, and where there is none it says so.",
    read="the section on what is false",
)


def fixed_points(size: int = 64, times: int = 4000) -> float:
    """How many of `size` stay in their place under a random permutation, on average."""
    chance = torch.Generator().manual_seed(7)
    kept = [
        (torch.randperm(size, generator=chance) == torch.arange(size)).sum() for _ in range(times)
    ]
    return torch.stack(kept).float().mean().item()


predict_fixed_points = Estimate(
    "7.2",
    fixed_points,
    lambda guess, measured: abs(guess - measured) < 0.1,
    (
        Mistake(
            lambda guess: guess == 0,
            "A permutation may leave some in their place: only one that leaves none is called a "
            "derangement.",
        ),
        Mistake(
            lambda guess: abs(guess - 1 / 64) < 0.001,
            "That is the chance of *one* picture to keep its caption. There are 64 of them.",
        ),
        Mistake(
            lambda guess: 0.3 < guess < 0.4 or 0.6 < guess < 0.7,
            "1/e is about the chance that none at all is kept. How many are, on average?",
        ),
        Mistake(
            lambda guess: abs(guess - 32) < 1,
            "Not half: a picture keeps its caption with chance 1/64, not 1/2.",
        ),
        Mistake(
            lambda guess: abs(guess - 8) < 0.1, "Not the square root: add up 64 chances of 1/64."
        ),
    ),
    lambda measured: f"Measured: {measured:.1f}, for any size: 64 chances of 1/64.",
    read="the section on what is false",
)

Thing = tuple[str, str, str | None]  # colour, shape, place


def _swapped(first: Thing, second: Thing) -> tuple[Thing, Thing]:
    return (second[0], *first[1:]), (first[0], *second[1:])


def _false_swap(first: Thing, second: Thing) -> tuple[Thing, Thing] | None:
    """Nothing where the same two things are said, in whatever order."""
    after = _swapped(first, second)
    same = all(thing in after for thing in (first, second))
    return None if same else after


def _unless(says_same: Callable[[Thing, Thing], bool]) -> Callable:
    return lambda first, second: None if says_same(first, second) else _swapped(first, second)


false_swap = Build(
    "7.3",
    _false_swap,
    lambda: [
        (("red", "star", "left"), ("blue", "cross", "right")),
        (("red", "star", "left"), ("red", "cross", "right")),
        (("red", "circle", "left"), ("blue", "circle", "right")),
        (("red", "circle", None), ("blue", "circle", None)),
        (("green", "circle", None), ("white", "square", None)),
        (("white", "circle", None), ("black", "circle", "right")),
    ],
    (
        Mistake(
            _swapped,
            "Two red things exchange their colours, and the caption says what it said: a true one "
            "as a false one. The same where only the colours differ and no place is named.",
        ),
        Mistake(
            _unless(lambda a, b: a[0] == b[0]),
            "Equal colours are caught. But 'a red circle and a blue circle', no place named, says "
            "after the swap what it said before, in another order.",
        ),
        Mistake(
            _unless(lambda a, b: a[0] == b[0] or a[1] == b[1]),
            "Too careful: two circles of two colours, with their places, are a false caption "
            "after the swap.",
        ),
        Mistake(
            _unless(lambda a, b: a[1] == b[1] and not (a[2] and b[2])),
            "Where both things have one colour the swap changes nothing, whatever their shapes.",
        ),
        Mistake(
            _unless(lambda a, b: a[0] == b[0] or (a[1] == b[1] and not (a[2] and b[2]))),
            "One place named is enough: with a white circle, and a black one on the right, the "
            "swapped caption puts the white one on the right.",
        ),
        Mistake(
            lambda a, b: None if _false_swap(a, b) is None else (b, a),
            "Whole things were exchanged: the same sentence in another order, still true. Only "
            "the colours move.",
        ),
        Mistake(
            lambda a, b: (
                None if _false_swap(a, b) is None else ((a[0], b[1], a[2]), (b[0], a[1], b[2]))
            ),
            "The shapes were exchanged; the colours should be.",
        ),
        Mistake(
            lambda a, b: (
                None if _false_swap(a, b) is None else ((b[0], a[1], b[2]), (a[0], b[1], a[2]))
            ),
            "The places went along with the colours: then only the shapes have changed hands.",
        ),
    ),
    praise="A swap is a false caption only where it says something else.",
    read="the section on what is false",
)

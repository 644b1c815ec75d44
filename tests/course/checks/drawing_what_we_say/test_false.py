"""Answers to 7.1 to 7.3 as people write them, right and wrong."""

import pytest
import torch

from dalle_edu.course.checks import drawing_what_we_say as check
from dalle_edu.course.checks.drawing_what_we_say.false import fixed_points
from dalle_edu.world.edits import edit
from dalle_edu.world.scene import Scene, Thing

# 7.1


def by_rolling(truth):
    """Each row begins after its own column; then the first that is not true."""
    found = []
    for i, row in enumerate(truth):
        rolled = torch.roll(row, -i - 1)[:-1]
        places = (~rolled).nonzero()
        found.append((i + 1 + places[0].item()) % len(row) if len(places) else -1)
    return torch.tensor(found)


def by_distance(truth):
    rows, columns = torch.arange(len(truth))[:, None], torch.arange(truth.shape[1])[None]
    far = (columns - rows - 1) % truth.shape[1]
    far = far.masked_fill(truth, truth.shape[1])
    least, where = far.min(1)
    return where.masked_fill(least == truth.shape[1], -1)


@pytest.mark.parametrize("answer", [by_rolling, by_distance])
def test_the_next_false_one_in_two_ways(answer):
    assert check.next_false(answer)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda t: torch.roll(torch.arange(t.shape[1]), -1)[: len(t)], "another string"),
        (lambda t: torch.arange(len(t)), "kept its own"),
        (lambda t: (~t).float().argmax(1), "-1 for none"),
        (lambda t: by_rolling(~t), "*true*"),
        (lambda t: by_distance(t[:, : len(t)]), "% truth.shape[1]"),
        (lambda t: by_distance(t).masked_fill(by_distance(t) < 0, 2), "got its own"),
        (lambda t: by_distance(t).masked_fill(by_distance(t) < 0, 3), "got the next one"),
        (lambda t: torch.randperm(t.shape[1])[: len(t)] * 0 - 7, "right is"),
        (lambda t: t, "gave the shape"),
    ],
)
def test_the_next_false_one_as_people_get_it_wrong(answer, says):
    verdict = check.next_false(answer)
    assert not verdict and says in verdict.message


# 7.2


@pytest.mark.parametrize(
    ("guess", "says"),
    [
        (1, "64 chances"),
        (0, "derangement"),
        (1 / 64, "There are 64"),
        (0.37, "none at all"),
        (32, "Not half"),
        (8, "square root"),
        (5, "Think again"),
    ],
)
def test_predict_fixed_points(guess, says):
    assert says in check.predict_fixed_points(guess).message
    assert bool(check.predict_fixed_points(guess)) == (guess == 1)


def test_what_is_measured():
    assert fixed_points(1, 3) == 1.0
    assert fixed_points(5, 4000) == pytest.approx(1, abs=0.06)


# 7.3


def as_a_set(first, second):
    after = ((second[0], first[1], first[2]), (first[0], second[1], second[2]))
    return None if set(after) == {first, second} else after


def as_sorted_text(first, second):
    (a, shape_a, place_a), (b, shape_b, place_b) = first, second
    new = [(b, shape_a, place_a), (a, shape_b, place_b)]
    return tuple(new) if sorted(map(str, new)) != sorted(map(str, (first, second))) else None


@pytest.mark.parametrize("answer", [as_a_set, as_sorted_text])
def test_the_swap_in_two_ways(answer):
    assert check.false_swap(answer)


def always(first, second):
    return (second[0], first[1], first[2]), (first[0], second[1], second[2])


def only_if_new(first, second):
    return always(first, second) if first[0] != second[0] else None


def exchanges_things(first, second):
    return None if as_a_set(first, second) is None else (second, first)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (always, "exchange their colours"),
        (only_if_new, "in another order"),
        (lambda a, b: always(a, b) if always(a, b) != (a, b) else None, "in another order"),
        (lambda a, b: only_if_new(a, b) if a[1] != b[1] else None, "Too careful"),
        (exchanges_things, "Whole things"),
        (lambda a, b: None, "returned nothing"),
        (lambda a, b: (always(a, b)[0], b), "right is"),
    ],
)
def test_the_swap_as_people_get_it_wrong(answer, says):
    verdict = check.false_swap(answer)
    assert not verdict and says in verdict.message


@pytest.mark.parametrize("colours", [("red", "blue"), ("red", "red")])
def test_the_oracle_agrees_with_the_librarys_edits(colours):
    a, b = (
        Thing(shape, colour, "large", place)
        for shape, colour, place in zip(
            ("square", "cross"), colours, ("left", "right"), strict=True
        )
    )
    edited = edit(Scene("blue", "grass", 0, "none", "left", (a, b)), 0, "swap colours")
    wanted = check.false_swap.oracle(*((t.colour, t.shape, t.column) for t in (a, b)))
    found = edited and tuple((t.colour, t.shape, t.column) for t in edited.things)
    assert found == wanted

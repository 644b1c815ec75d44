"""Answers to 1.1 and 1.2 as people write them, right and wrong."""

import pytest

from dalle_edu.course.checks import captioned_pictures as check
from dalle_edu.world import sample
from dalle_edu.world.scene import held_out
from dalle_edu.world.truth import truth_matrix

CHECKS = [getattr(check, name) for name in check.__all__]


def test_exercises_are_numbered_in_order():
    numbers = sorted(int(c.exercise.split(".")[1]) for c in CHECKS)
    assert numbers == list(range(1, len(CHECKS) + 1))


PLACE = {"left": 0, "centre": 1, "right": 2}


def backtracking(claims, scene, places=PLACE):
    if "sky" in claims and scene["sky"] != claims["sky"]:
        return False
    if "clouds" in claims:
        wanted, there = claims["clouds"], scene["clouds"]
        if wanted == "some":
            if there < 2:
                return False
        elif wanted != there:
            return False
    mentions = claims.get("things") or []

    def place(taken):
        if len(taken) == len(mentions):
            at = [places[scene["things"][i]["column"]] for i in taken]
            return all(at[a] < at[b] for a, b in claims.get("left_of") or [])
        for i, thing in enumerate(scene["things"]):
            fits = i not in taken and mentions[len(taken)].items() <= thing.items()
            if fits and place([*taken, i]):
                return True
        return False

    return place([])


def with_words(claims, scene):
    """Columns in the order of the alphabet."""
    return backtracking(claims, scene, {"centre": 0, "left": 1, "right": 2})


def without_none(claims, scene):
    some = {k: v for k, v in claims.items() if v}
    return backtracking(some, scene)


def text_in_text(claims, scene):
    return str(claims) == str(scene)


def asks_the_library(claims, scene):
    return truth_matrix([scene], [claims])


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (backtracking, "Open where nothing is said"),
        (with_words, "alphabet"),
        (without_none, "'No clouds' is ignored"),
        (text_in_text, "as a whole, like strings"),
        (asks_the_library, "library's version"),
        (lambda claims, scene: True, "it gave True; right is False"),
    ],
)
def test_true_of(answer, says):
    verdict = check.true_of(answer)
    assert says in verdict.message and bool(verdict) == (answer is backtracking)


def test_the_learners_true_of_is_what_runs():
    calls = []

    def counted(claims, scene):
        calls.append(claims)
        return backtracking(claims, scene)

    assert check.true_of(counted) and len(calls) > 50


def good(things, pairs, orders, key=lambda t: t[2]):
    for colour, shape, _ in things:
        if (colour, shape) in pairs:
            return False
    ranked = sorted(things, key=key)
    return all((a[1], b[1]) not in orders for i, a in enumerate(ranked) for b in ranked[i + 1 :])


def only(parts):
    def clean(rows, pairs, orders):
        return [i for i, row in enumerate(rows) if all(good(row[p], pairs, orders) for p in parts)]

    return clean


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (only((0, 1, 2)), "Nothing held out"),
        (only((0, 1)), "leak through the false captions"),
        (only((0,)), "Only pictures"),
        (only((1, 2)), "pictures themselves"),
        (
            lambda rows, pairs, orders: [
                i
                for i, row in enumerate(rows)
                if all(good(t, pairs, orders, key=lambda _: 0) for t in row)
            ],
            "Order is taken from the list",
        ),
        (lambda rows, pairs, orders: list(held_out(sample(0))), "library's version"),
    ],
)
def test_clean(answer, says):
    assert says in check.clean(answer).message

"""Captions that mean the same, and what they do to a score."""

from collections import Counter

from dalle_edu.course.checks.exercise import Build, Choice, Estimate, Mistake
from dalle_edu.world import sample


def shared(count: int = 1000, seed: int = 0) -> int:
    """How many of `count` complete captions share their meaning with another one.

    A complete caption is true of exactly one scene, so it is the scenes that are counted.
    """
    times = Counter(sample(seed * count + k) for k in range(count))
    return sum(n for n in times.values() if n > 1)


predict_shared = Estimate(
    "1.3",
    shared,
    lambda guess, measured: 0.6 * measured <= guess <= 1.6 * measured,
    (
        Mistake(
            lambda guess: guess < 0, "A number of captions is not negative: something up to 1,000."
        ),
        Mistake(
            lambda guess: 0 < guess < 1, "Give the number of captions among 1,000, not the share."
        ),
        Mistake(
            lambda guess: guess < 20,
            "So few share their *string*. Of equal meaning there are more: a sixth of the scenes "
            "hold no thing at all, only sky, ground and weather.",
        ),
        Mistake(
            lambda guess: 20 <= guess < 110,
            "More. There are 240 skies with their ground and weather, about 167 of 1,000 scenes "
            "hold nothing else, and some of the 240 are likelier than others.",
        ),
        Mistake(
            lambda guess: guess > 240,
            "Fewer. Scenes with two things hardly ever repeat: there are two million of them.",
        ),
    ),
    lambda measured: f"Measured: {measured}. Nearly all are scenes without a thing.",
)


def _groups() -> list[tuple]:
    return [([1, 1, 1, 1],), ([2, 1, 1],), ([5, 1],), ([1] * 834 + [2] * 36 + [3] * 15 + [4] * 6,)]


ceiling = Build(
    "1.4",
    lambda sizes: sum(size * (1 / size) for size in sizes) / sum(sizes),
    _groups,
    (
        Mistake(
            lambda sizes: sizes.count(1) / sum(sizes),
            "You counted every shared caption as lost: among k equal ones the first is the "
            "picture's own one time in k.",
        ),
        Mistake(
            lambda sizes: sum(1 / size for size in sizes) / len(sizes),
            "You averaged over meanings: a meaning that k captions share is asked for k times.",
        ),
        Mistake(
            lambda sizes: sizes.count(1) / len(sizes),
            "That is the share of meanings that stand alone; the question is asked by captions.",
        ),
        Mistake(lambda sizes: 1 / max(sizes), "That is the worst caption's chance: take the mean."),
        Mistake(lambda sizes: 1.0, "Counted by truth, yes. Counted by number it cannot be 1."),
        Mistake(
            lambda sizes: 1 - len(sizes) / sum(sizes),
            "That is the share that is lost: subtract it from 1.",
        ),
    ),
    praise="Meanings divided by captions: k captions of one meaning bring k times 1/k, so one hit.",
)

stuck = Choice(
    "1.5",
    "b",
    (
        Mistake("a", "A network that is too small ranks *false* captions first. Read column 3."),
        Mistake("c", "A rate that is too high loses true captions, not only their numbers."),
        Mistake(
            "d", "Shuffled pairs bring R@1 to chance, about 0.1 %, and what comes first is false."
        ),
    ),
    "What stands first is true all the same: the score counts the picture's own row number only. "
    "Count a hit when the caption is true, and say how many share a meaning.",
)

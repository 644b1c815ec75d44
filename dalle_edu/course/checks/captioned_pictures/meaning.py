"""Captions that mean the same, and what they do to a score."""

from collections import Counter
from itertools import count, islice

from dalle_edu.course.checks.exercise import Build, Choice, Estimate, Mistake
from dalle_edu.world import sample


def shared(scenes: int = 1000, seed: int = 0, things: int | None = 1) -> int:
    """How many complete captions share their meaning with another one.

    A complete caption is true of exactly one scene, so it is the scenes that are counted.

    Args:
        scenes: how many have a caption each. things: in each scene; None takes scenes as they come.
    """
    drawn = (sample(seed * 100_000 + k) for k in count())
    times = Counter(islice((s for s in drawn if things in (None, len(s.things))), scenes))
    return sum(n for n in times.values() if n > 1)


predict_shared = Estimate(
    "1.3",
    shared,
    lambda guess, measured: 0.5 * measured <= guess <= 2 * measured,
    (
        Mistake(
            lambda guess: guess < 0, "A number of captions is not negative: something up to 1,000."
        ),
        Mistake(
            lambda guess: 0 < guess < 1, "Give the number of captions among 1,000, not the share."
        ),
        Mistake(
            lambda guess: guess <= 5,
            "That is for two things, of which there are 9,216 pairs. One thing has only 288 forms.",
        ),
        Mistake(
            lambda guess: 5 < guess < 21,
            "That would be so if all 69,120 scenes were equally likely. No clouds and no light are "
            "likelier than others, and what is likely meets its double more often.",
        ),
        Mistake(
            lambda guess: guess > 84,
            "Fewer. With no thing there are 240 scenes only; each of the 288 forms of one thing "
            "multiplies them.",
        ),
    ),
    lambda measured: f"Measured: {measured}. More than the 14 of equally likely scenes.",
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

"""An instrument with errors: what it makes of a score, and what selection makes of its errors."""

from dalle_edu.course.checks.exercise import Build, Mistake


def _solved(measured: float, misses: float, fooled: float) -> float:
    """By bisection on what a true share would look like through the instrument."""
    low, high = -4.0, 5.0
    for _ in range(100):
        middle = (low + high) / 2
        seen = middle * (1 - misses) + (1 - middle) * fooled
        low, high = (middle, high) if seen < measured else (low, middle)
    return low


corrected = Build(
    "9.4",
    _solved,
    lambda: [
        (0.9, 0.05, 0.02),
        (0.5, 0.1, 0.3),
        (0.04, 0.0, 0.04),
        (0.99, 0.01, 0.2),
        (0.01, 0.05, 0.04),  # by chance below what the errors alone would let pass
    ],
    (
        Mistake(
            lambda m, a, b: min(1.0, max(0.0, (m - b) / (1 - a - b))),
            "You cut it off. A share below 0 says that the errors were estimated wrong, or that "
            "chance had its way; hide it, and the mean of many is no longer right.",
        ),
        Mistake(
            lambda m, a, b: m / (1 - a),
            "Only misses are put right. What the judge wrongly lets pass adds to the score: "
            "subtract it first.",
        ),
        Mistake(
            lambda m, a, b: m - b,
            "The share let pass by mistake is of the *wrong* pictures only, and misses are "
            "forgotten: solve m = s (1 - a) + (1 - s) b for s.",
        ),
        Mistake(
            lambda m, a, b: (m - b) / (1 - a),
            "Nearly: below stands what is left of the range between b and 1 - a, 1 - a - b.",
        ),
        Mistake(
            lambda m, a, b: (m - b) / (1 - b),
            "Misses are forgotten: of the right pictures a share `misses` is lost.",
        ),
        Mistake(
            lambda m, a, b: (m - a) / (1 - a - b),
            "The two errors are exchanged: what is wrongly let pass is subtracted.",
        ),
        Mistake(
            lambda m, a, b: (m - b) / (1 - a + b),
            "A sign below: s (1 - a) + (1 - s) b = b + s (1 - a - b).",
        ),
        Mistake(
            lambda m, a, b: m + a - b,
            "Errors are shares of the right and of the wrong pictures, not of all: they do not "
            "simply add.",
        ),
        Mistake(
            lambda m, a, b: m * (1 - a) + (1 - m) * b,
            "That is the way there, from the truth to what is measured: turn it round.",
        ),
    ),
    praise="At 1 - misses - fooled = 0 the judge knows nothing, and nothing can be put right.",
)

best_of = Build(
    "9.5",
    lambda error, n: sum(error * (1 - error) ** i for i in range(n)),  # the first that fools it
    lambda: [(0.01, 1), (0.01, 64), (0.3, 5), (0.002, 512)],
    (
        Mistake(
            lambda e, n: e * n,
            "That can exceed 1: it counts a set twice in which two pictures fool the judge.",
        ),
        Mistake(
            lambda e, n: min(1.0, e * n),
            "That is a bound. What is asked is the chance of at least one: 1 minus that of none.",
        ),
        Mistake(lambda e, n: e**n, "That is the chance that *all* of them fool it."),
        Mistake(lambda e, n: (1 - e) ** n, "That is the chance that *none* does."),
        Mistake(lambda e, n: 1 - e**n, "That is the chance that not all of them do."),
        Mistake(
            lambda e, n: e,
            "For one picture, yes. Here the judge itself picks the one of N that it likes best.",
        ),
        Mistake(
            lambda e, n: n * e * (1 - e) ** (n - 1),
            "That is the chance of exactly one: two that fool it do as well.",
        ),
    ),
    praise="An error of 1 % is one of 47 % after the best of 64: an audit does not survive "
    "selection.",
)

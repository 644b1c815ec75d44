"""Exercises on naming: the nearest class, how sure a share is, does order count."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from dalle_edu.contrastive import losses, zero_shot
from dalle_edu.course.checks.exercise import Build, Estimate, Mistake, random
from dalle_edu.evaluation import compositional


def _pictures_and_prompts() -> list[tuple]:
    randn, cases = random(35), []
    for classes, templates, width in ((3, 2, 4), (5, 4, 6), (6, 3, 5)):
        length = 0.2 + 3 * randn(classes, templates, 1).abs()
        cases.append(
            (
                F.normalize(randn(16, width), dim=1),
                length * (randn(classes, 1, width) + randn(classes, templates, width)),
            )
        )
    return cases


def _named_by_hand(image: Tensor, text: Tensor) -> Tensor:
    classes = []
    for prompts in text:
        middle = sum(p / p.norm() for p in prompts) / len(prompts)
        classes.append(middle / middle.norm())
    return torch.tensor([max(range(len(text)), key=lambda c: float(v @ classes[c])) for v in image])


def _named_with(classes_of, dim=1):
    def wrong(image: Tensor, text: Tensor) -> Tensor:
        return (F.normalize(image, dim=1) @ classes_of(text).T).argmax(dim)

    return wrong


def _unit(text: Tensor) -> Tensor:
    return F.normalize(text, dim=2)


def _class_means(text: Tensor) -> Tensor:
    return F.normalize(_unit(text).mean(1), dim=1)


zero_shot_names = Build(
    "3.5",
    _named_by_hand,
    _pictures_and_prompts,
    (
        Mistake(
            _named_with(_class_means, dim=0),
            "argmax over *pictures* (dim=0) finds the best picture of each class: each picture "
            "asks "
            "for its class, dim=1.",
        ),
        Mistake(
            _named_with(lambda text: _unit(text).mean(1)),
            "The mean of the templates was not made a unit vector again: a class whose prompts "
            "agree "
            "has a longer mean and wins too often. (A mean of cosines is the same thing.)",
        ),
        Mistake(
            _named_with(lambda text: F.normalize(text.mean(1), dim=1)),
            "Each prompt is made a unit vector *before* the mean, or the longest speaks for all.",
        ),
        Mistake(
            _named_with(lambda text: text.mean(1)),
            "Nothing was normalised: cosines compare directions only.",
        ),
        Mistake(
            _named_with(lambda text: _unit(text)[:, 0]),
            "Only the first template was asked: take the mean over them, dim=1.",
        ),
        Mistake(
            lambda image, text: torch.einsum("bd,ctd->bct", image, _unit(text)).amax(2).argmax(1),
            "You took each class's best prompt: an ensemble takes the mean.",
        ),
        Mistake(
            lambda image, text: (
                torch.einsum("bd,ctd->bct", image, _unit(text)).flatten(1).argmax(1)
            ),
            "These are numbers of *prompts*: there are C classes, each with T of them.",
        ),
    ),
    (zero_shot.predict, zero_shot.class_embeddings, losses.cosines),
    "No class was trained: the names became the classifier's weights.",
)


def _counts() -> list[tuple]:
    return [(45, 50), (50, 50), (0, 20), (1, 3), (262, 500)]


def _wilson_by_solving(successes: int, n: int) -> tuple[float, float]:
    """Where |share - p| = 1.96 sqrt(p (1 - p) / n), by halving."""
    share, z = successes / n, 1.96

    def far(p: float) -> bool:
        return abs(share - p) > z * math.sqrt(p * (1 - p) / n)

    ends = []
    for outside in (0.0, 1.0):
        out, inside = outside, share
        for _ in range(80):
            middle = (out + inside) / 2
            out, inside = (middle, inside) if far(middle) else (out, middle)
        ends.append(inside)
    return ends[0], ends[1]


def _wald(successes: int, n: int, z: float = 1.96) -> tuple[float, float]:
    share = successes / n
    half = z * math.sqrt(share * (1 - share) / n)
    return share - half, share + half


def _wilson_with(z=1.96, centred=True, shrunk=True, inner=True):
    def wrong(successes: int, n: int) -> tuple[float, float]:
        share = successes / n
        centre = share + z * z / (2 * n) * centred
        half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n) * inner)
        by = 1 + z * z / n * shrunk
        return (centre - half) / by, (centre + half) / by

    return wrong


def _spread(successes: int, n: int) -> tuple[float, float]:
    share = successes / n
    half = 1.96 * math.sqrt(share * (1 - share))
    return share - half, share + half


wilson = Build(
    "3.6",
    _wilson_by_solving,
    _counts,
    (
        Mistake(
            _wald,
            "That is share ± 1.96 sqrt(p (1 - p) / n): of zero width at 100 %, as if 50 right "
            "answers proved that none is ever wrong. Wilson asks which p would make the share "
            "likely.",
        ),
        Mistake(
            lambda s, n: tuple(min(1.0, max(0.0, x)) for x in _wald(s, n)),
            "Cutting the simple interval at 0 and 1 leaves it of zero width at 100 %: use "
            "Wilson's.",
        ),
        Mistake(
            _spread,
            "That is how much *single answers* scatter, sigma; a share of n of them scatters by "
            "sigma / sqrt(n).",
        ),
        Mistake(
            _wilson_with(z=1.0),
            "With z = 1 the interval holds in two cases of three only; 95 % needs z = 1.96.",
        ),
        Mistake(
            _wilson_with(centred=False),
            "The centre is (share + z^2 / 2n), drawn towards one half: without it both ends are "
            "off.",
        ),
        Mistake(_wilson_with(shrunk=False), "Everything is divided by 1 + z^2 / n at the end."),
        Mistake(
            _wilson_with(inner=False),
            "Under the root stands z^2 / 4n^2 too: it is what keeps a width at 100 %.",
        ),
        Mistake(
            lambda s, n: (
                sum(_wilson_with()(s, n)) / 2,
                (_wilson_with()(s, n)[1] - _wilson_with()(s, n)[0]) / 2,
            ),
            "Return low and high, not the centre and half the width.",
        ),
        Mistake(lambda s, n: _wilson_with()(s, n)[::-1], "Low first, then high."),
    ),
    (compositional.wilson,),
    "50 of 50 right: between 93 and 100 %. That is all that 50 pictures can say.",
    tolerance=1e-3,
)


def _scores() -> list[tuple]:
    randn = random(37)
    tied = randn(8)
    half = torch.where(torch.arange(8) < 4, tied, tied + randn(8))
    return [(randn(6), randn(6)), (tied, tied.clone()), (tied, half)]


def _share_by_hand(true: Tensor, swapped: Tensor) -> float:
    points = 0.0
    for a, b in zip(true.tolist(), swapped.tolist(), strict=True):
        points += 1.0 if a > b else 0.5 if a == b else 0.0
    return points / len(true)


order_share = Build(
    "3.7",
    _share_by_hand,
    _scores,
    (
        Mistake(
            lambda t, s: (t >= s).float().mean(),
            "A tie counts as right here: a perfect bag of words, which gives both captions the "
            "same "
            "score, would get 100 %.",
        ),
        Mistake(
            lambda t, s: (t > s).float().mean(),
            "A tie counts as wrong here, so that a perfect bag of words gets 0 %, worse than a "
            "coin. "
            "Half a point for a tie makes chance 50 %. (The library's gate is strict on purpose.)",
        ),
        Mistake(
            lambda t, s: (t < s).float().mean() + (t == s).float().mean() / 2,
            "Turned round: count where the *true* caption scores higher.",
        ),
        Mistake(lambda t, s: (t - s).mean(), "That is the mean lead: asked is a share, 0 to 1."),
        Mistake(
            lambda t, s: (t > s).float().sum() + (t == s).float().sum() / 2,
            "That is the number of points: divide by the number of pairs.",
        ),
        Mistake(
            lambda t, s: (t[t != s] > s[t != s]).float().mean(),
            "Ties were left out: of a bag of words nothing would be left to count.",
        ),
    ),
    praise="One number, chance at 50 %, that no bag of words can raise.",
)


def half_width(share: float = 0.525, n: int = 50_000) -> float:
    """Half the width of the 95 % interval of a share, in points."""
    low, high = _wilson_by_solving(round(share * n), n)
    return 50 * (high - low)


predict_half_width = Estimate(
    "3.9",
    half_width,
    lambda guess, measured: abs(guess - measured) < 0.06,
    (
        Mistake(
            lambda guess: guess > 40,
            "That is how much single answers scatter; a share of 50,000 scatters sqrt(50,000) = "
            "224 "
            "times less.",
        ),
        Mistake(
            lambda guess: 0.19 < guess < 0.26,
            "One standard error, yes; the 95 % interval reaches 1.96 of them to each side.",
        ),
        Mistake(
            lambda guess: 0.8 < guess < 0.95,
            "That is the whole width: half of it goes to each side.",
        ),
        Mistake(
            lambda guess: 0.003 < guess < 0.006,
            "As a share, yes; the question asks for percentage points.",
        ),
        Mistake(lambda guess: guess <= 0, "A width is above 0, even at 100 %."),
        Mistake(
            lambda guess: 0.95 <= guess <= 40,
            "Less: the width falls with the root of n, and n is 50,000.",
        ),
    ),
    lambda measured: (
        f"±{measured:.2f} points. So 52.5 and the 59.8 of CLIP's RN50 differ by more than chance."
    ),
)

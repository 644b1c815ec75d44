"""What the game's theory says: slopes, best discriminators, the one-parameter game."""

import math

import torch
from torch import Tensor

from dalle_edu.course.checks.adversarial_game.players import EVERY_LOSS
from dalle_edu.course.checks.exercise import Build, Mistake, random


def _scores() -> list[tuple]:
    return [(torch.tensor([-6.0, -1.0, 0.5, 4.0]),), (3 * random(52)(5),)]


def _slopes_by_autograd(score: Tensor) -> tuple[Tensor, Tensor]:
    s = score.clone().requires_grad_()
    saturating = (1 - s.sigmoid()).log().sum()
    honest = -s.sigmoid().log().sum()
    return tuple(torch.autograd.grad(loss, s)[0] for loss in (saturating, honest))


slopes = Build(
    "5.2",
    _slopes_by_autograd,
    _scores,
    (
        Mistake(
            lambda s: (s.sigmoid() - 1, -s.sigmoid()),
            "The two are exchanged: log(1 - D) is the one that is flat where D is near 0.",
        ),
        Mistake(
            lambda s: (-s.sigmoid(), -s.sigmoid()),
            "The two losses do not have equal gradients: they agree only where D says 1/2. "
            "Differentiate -log sigmoid(s) anew.",
        ),
        Mistake(
            lambda s: (s.sigmoid() - 1, s.sigmoid() - 1),
            "The two losses do not have equal gradients. Differentiate log(1 - sigmoid(s)) anew.",
        ),
        Mistake(
            lambda s: (s.sigmoid(), 1 - s.sigmoid()),
            "The signs are turned: both losses fall as the score rises, so both slopes are "
            "negative.",
        ),
        Mistake(
            lambda s: (-s.sigmoid(), 1 - s.sigmoid()),
            "The second sign is turned: both players' wish is a higher score.",
        ),
        Mistake(
            lambda s: (-1 / (1 - s.sigmoid()), -1 / s.sigmoid()),
            "Those are derivatives by D. The score is before the sigmoid: multiply by D(1 - D).",
        ),
    ),
    EVERY_LOSS,
    "Same direction, other lengths: D and 1 - D.",
)


def _distributions() -> list[tuple]:
    randn = random(53)
    return [(randn(k).softmax(0), (1.5 * randn(k)).softmax(0)) for k in (3, 5, 8)]


def _jsd(p: Tensor, q: Tensor) -> Tensor:
    middle = (p + q) / 2
    return ((p * (p / middle).log()).sum() + (q * (q / middle).log()).sum()) / 2


def _mixed() -> list[tuple]:
    """Two distributions, and how many drawn points there are for each real one."""
    return [(p, q, k) for (p, q), k in zip(_distributions(), (1.0, 3.0, 0.5), strict=True)]


def _value(p: Tensor, q: Tensor, k: float) -> Tensor:
    best = p / (p + k * q)
    return (p * best.log()).sum() + k * (q * (1 - best).log()).sum()


optimum = Build(
    "5.8",
    lambda p, q, k: (p / (p + k * q), _value(p, q, k)),
    _mixed,
    (
        Mistake(
            lambda p, q, k: (k * q / (p + k * q), _value(p, q, k)),
            "D is exchanged: it is the probability of *real*, p / (p + k q).",
        ),
        Mistake(
            lambda p, q, k: (p / (k * q), _value(p, q, k)),
            "p / (k q) is the odds; the probability is p / (p + k q).",
        ),
        Mistake(
            lambda p, q, k: ((p / (k * q)).log(), _value(p, q, k)),
            "log p / (k q) is the score before the sigmoid; D is its sigmoid.",
        ),
        Mistake(
            lambda p, q, k: (p / (p + q), _value(p, q, 1)),
            "k is nowhere: that is the chapter's game, k = 1. Set the derivative to 0 anew.",
        ),
        Mistake(
            lambda p, q, k: (p / (p + q), _value(p, q, k)),
            "The value knows k, D does not: where drawn points are k times as many, real is rarer.",
        ),
        Mistake(
            lambda p, q, k: (k * p / (k * p + q), _value(p, q, k)),
            "k stands at the wrong place: there are k *drawn* points for each real one.",
        ),
        Mistake(
            lambda p, q, k: (
                p / (p + k * q),
                (p * (p / (p + k * q)).log() + q * (k * q / (p + k * q)).log()).sum(),
            ),
            "D is right; in the value the second sum counts k times.",
        ),
        Mistake(
            lambda p, q, k: (p / (p + k * q), 2 * _jsd(p, q) - 2 * math.log(2)),
            "2 JSD - 2 log 2 is the value for k = 1. Put *this* D back into *this* sum.",
        ),
        Mistake(
            lambda p, q, k: (p / (p + k * q), _jsd(p, q)),
            "That is the Jensen-Shannon divergence, not the value: put D back into the sum.",
        ),
        Mistake(
            lambda p, q, k: (p / (p + k * q), -_value(p, q, k)),
            "The sign of the value is turned: logs of probabilities are negative.",
        ),
        Mistake(
            lambda p, q, k: (p / (p + k * q), _value(p, q, k) / (1 + k)),
            "You averaged over all points, 1 + k of them: the sum is asked.",
        ),
        Mistake(
            lambda p, q, k: (p / (p + k * q), _value(p, q, k) / math.log(2)),
            "In bits that is right; the exercise asks for nats.",
        ),
    ),
    praise="D judges by what it is shown: more drawn points, and it calls everything real less "
    "often. For k = 1 the value is 2 JSD - 2 log 2, lowest, -1.386, at p = q.",
)


def _pairs_jsd(p: Tensor, q: Tensor) -> Tensor:
    return _jsd(torch.outer(p, q), torch.outer(q, p))


def _best_score(p: Tensor, q: Tensor) -> Tensor:
    score = (p / q).log()
    return score - score[0]


def _relativistic_loss(p: Tensor, q: Tensor) -> Tensor:
    """At the best score, as the double sum it is."""
    score, total = (p / q).log(), torch.zeros(())
    for i in range(len(p)):
        for j in range(len(q)):
            total = total + p[i] * q[j] * torch.log1p((score[j] - score[i]).exp())
    return total


relativistic_optimum = Build(
    "5.9",
    lambda p, q: (_best_score(p, q), _relativistic_loss(p, q)),
    _distributions,
    (
        Mistake(
            lambda p, q: (-_best_score(p, q), _relativistic_loss(p, q)),
            "The score is turned: it is high where real points are denser, log p / q.",
        ),
        Mistake(
            lambda p, q: ((p / q).log(), _relativistic_loss(p, q)),
            "The score is right up to its constant: subtract C[0], so that it is 0 there.",
        ),
        Mistake(
            lambda p, q: (p / (p + q) - (p / (p + q))[0], _relativistic_loss(p, q)),
            "That is the classic game's probability; here C is a score, a logit.",
        ),
        Mistake(
            lambda p, q: (_best_score(p, q), math.log(2) - _jsd(p, q)),
            "The divergence is between *pairs*: p x q against q x p, not p against q.",
        ),
        Mistake(
            lambda p, q: (_best_score(p, q), math.log(2) - 2 * _jsd(p, q)),
            "That is the classic value carried over. Here a pair is drawn once, from p x q, and "
            "the divergence is between p x q and q x p.",
        ),
        Mistake(
            lambda p, q: (_best_score(p, q), math.log(2) + _pairs_jsd(p, q)),
            "The sign: the easier the two are told apart, the *smaller* D's loss. Subtract.",
        ),
        Mistake(
            lambda p, q: (_best_score(p, q), _pairs_jsd(p, q)),
            "At p = q the loss is log 2, a coin's: log 2 minus the divergence.",
        ),
        Mistake(
            lambda p, q: (_best_score(p, q), _relativistic_loss(p, q) / math.log(2)),
            "In bits that is right; the exercise asks for nats.",
        ),
    ),
    EVERY_LOSS,
    "log 2 - JSD(p x q || q x p): the same winner, p = q, judged by pairs.",
)


def _games() -> list[tuple]:
    return [(0.5, 0.0), (0.5, 0.3), (0.5, 2.0), (0.2, 1.0), (0.8, 0.5)]


def _rates_by_matrix(slope: float, gamma: float) -> tuple[float, float]:
    matrix = torch.tensor([[0.0, slope], [-slope, -gamma]], dtype=torch.float64)
    found = torch.linalg.eigvals(matrix)
    return found.real.max().item(), found.imag.max().item()


def _root(inside: float) -> tuple[float, float]:
    """Real and imaginary part of a square root."""
    return (math.sqrt(inside), 0.0) if inside >= 0 else (0.0, math.sqrt(-inside))


def _rates(slope: float, gamma: float) -> tuple[float, float]:
    real, imaginary = _root(gamma**2 / 4 - slope**2)
    return -gamma / 2 + real, imaginary


def _smaller_root(slope: float, gamma: float) -> tuple[float, float]:
    real, imaginary = _root(gamma**2 / 4 - slope**2)
    return -gamma / 2 - real, imaginary


def _turned(slope: float, gamma: float) -> tuple[float, float]:
    real, imaginary = _root(gamma**2 / 4 - slope**2)
    return gamma / 2 + real, imaginary


def _not_squared(slope: float, gamma: float) -> tuple[float, float]:
    real, imaginary = _root(gamma**2 / 4 - slope)
    return -gamma / 2 + real, imaginary


dirac_rates = Build(
    "5.10",
    _rates_by_matrix,
    _games,
    (
        Mistake(
            lambda f, g: _rates(f, 2 * g),
            "gamma is twice too large: R1 is gamma/2 psi^2, and its derivative is gamma psi.",
        ),
        Mistake(
            lambda f, g: _rates(f, g / 2),
            "gamma is halved twice: the derivative of gamma/2 psi^2 is gamma psi.",
        ),
        Mistake(_turned, "The sign of gamma / 2: a penalty brakes, so the real part is negative."),
        Mistake(_not_squared, "Under the root stands f'(0) *squared*."),
        Mistake(
            _smaller_root,
            "Where both are real, the *larger* one is slower and decides how long it takes.",
        ),
        Mistake(
            lambda f, g: (-g / 2, math.sqrt(abs(g**2 / 4 - f**2))),
            "For gamma > 2 f'(0) the root is real: it belongs to the real part, and nothing turns.",
        ),
        Mistake(
            lambda f, g: (-g / 2, f),
            "The penalty slows the turning too: sqrt(f'(0)^2 - gamma^2 / 4).",
        ),
        Mistake(
            lambda f, g: (0.0, f),
            "Those are the eigenvalues without R1: gamma changes the matrix's last entry.",
        ),
    ),
    praise="Without gamma nothing shrinks; with it everything does, fastest at gamma = 2 f'(0).",
    tolerance=1e-3,
)

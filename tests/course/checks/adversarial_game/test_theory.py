"""Answers to 5.2 and 5.8 to 5.10 as people write them."""

import cmath
import math

import pytest
import torch

from dalle_edu.course.checks import adversarial_game as check
from dalle_edu.course.checks.adversarial_game.theory import _pairs_jsd, _relativistic_loss


def sigmoid(s):
    return 1 / (1 + torch.exp(-s))


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda s: (-sigmoid(s), sigmoid(s) - 1), "Same direction"),
        (lambda s: [-sigmoid(s), -sigmoid(-s)], "Same direction"),
        (lambda s: (-sigmoid(s), -sigmoid(s)), "do not have equal gradients"),
        (lambda s: (sigmoid(s) - 1, -sigmoid(s)), "exchanged"),
    ],
)
def test_slopes(answer, says):
    assert says in check.slopes(answer).message


def value_by_loop(p, q, k):
    total = 0.0
    for a, b in zip(p.tolist(), q.tolist(), strict=True):
        total += a * math.log(a / (a + k * b)) + k * b * math.log(k * b / (a + k * b))
    return total


def jsd(p, q):
    return sum(
        0.5 * (a * math.log(2 * a / (a + b)) + b * math.log(2 * b / (a + b)))
        for a, b in zip(p.flatten().tolist(), q.flatten().tolist(), strict=True)
    )


def by_score(p, q, k):
    """D as a sigmoid; the value by softplus, which never takes the log of D."""
    score = (p / q).log() - math.log(k)
    softplus = torch.nn.functional.softplus
    return score.sigmoid(), -(p @ softplus(-score)) - k * (q @ softplus(score))


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda p, q, k: (1 / (1 + k * q / p), value_by_loop(p, q, k)), "2 JSD - 2 log 2, lowest"),
        (by_score, "2 JSD - 2 log 2, lowest"),
        (lambda p, q, k: (k * q / (p + k * q), value_by_loop(p, q, k)), "probability of *real*"),
        (lambda p, q, k: (p / (p + q), value_by_loop(p, q, 1)), "k is nowhere"),
        (lambda p, q, k: (p / (p + k * q), 2 * jsd(p, q) - math.log(4)), "for k = 1"),
        (lambda p, q, k: (p / (p + k * q), jsd(p, q)), "not the value"),
        (lambda p, q, k: (p / (p + k * q), -value_by_loop(p, q, k)), "sign of the value"),
    ],
)
def test_optimum(answer, says):
    assert says in check.optimum(answer).message


def by_descent(p, q):
    """The best score found without any theory: Newton's method on the convex loss."""
    score = torch.zeros(len(p), dtype=torch.float64, requires_grad=True)
    weight = torch.outer(p, q).double()
    optimiser = torch.optim.LBFGS([score], max_iter=300, line_search_fn="strong_wolfe",
                                  tolerance_grad=1e-10, tolerance_change=1e-14)  # fmt: skip

    def loss():
        optimiser.zero_grad()
        value = (weight * torch.nn.functional.softplus(score[None] - score[:, None])).sum()
        value.backward()
        return value

    optimiser.step(loss)
    return (score - score[0]).detach(), loss().detach()


def test_the_relativistic_optimum_is_what_descent_finds():
    assert check.relativistic_optimum(by_descent)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (
            lambda p, q: (
                (p / q).log() - (p / q).log()[0],
                math.log(2) - jsd(torch.outer(p, q), torch.outer(q, p)),
            ),
            "judged by pairs",
        ),
        (lambda p, q: ((p / q).log(), math.log(2) - _pairs_jsd(p, q)), "up to its constant"),
        (
            lambda p, q: ((p / q).log() - (p / q).log()[0], math.log(2) - jsd(p, q)),
            "between *pairs*",
        ),
    ],
)
def test_relativistic_optimum(answer, says):
    assert says in check.relativistic_optimum(answer).message


def test_equal_distributions_cost_log_2():
    p = torch.tensor([0.2, 0.3, 0.5])
    assert _relativistic_loss(p, p).item() == pytest.approx(math.log(2), abs=1e-6)


def complex_roots(slope, gamma):
    root = cmath.sqrt(gamma**2 / 4 - slope**2)
    both = [-gamma / 2 + root, -gamma / 2 - root]
    return max(x.real for x in both), max(x.imag for x in both)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (complex_roots, "fastest at gamma"),
        (lambda f, g: complex_roots(f, 2 * g), "twice too large"),
        (lambda f, g: (0.0, f), "without R1"),
        (lambda f, g: complex_roots(math.sqrt(f), g), "*squared*"),
        (lambda f, g: (-g / 2, 0.0), "right is"),
    ],
)
def test_dirac_rates(answer, says):
    assert says in check.dirac_rates(answer).message

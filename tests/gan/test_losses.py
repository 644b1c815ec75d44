"""The players' losses against plain loops, their values at equal scores, and known mistakes."""

import math

import pytest
import torch
from torch.autograd import gradcheck

from dalle_edu.gan.losses import (
    LOSSES,
    hinge_d,
    hinge_g,
    matching,
    non_saturating_d,
    non_saturating_g,
    relativistic_d,
    relativistic_g,
    saturating_g,
)


def scores(seed, n=9):
    g = torch.Generator().manual_seed(seed)
    return tuple(torch.randn(n, generator=g, dtype=torch.float64) * 2 for _ in range(2))


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def mean(values):
    return sum(values) / len(values)


ORACLES = {
    relativistic_d: lambda r, f: mean(
        [-math.log(sigmoid(a - b)) for a, b in zip(r, f, strict=True)]
    ),
    relativistic_g: lambda r, f: mean(
        [-math.log(sigmoid(b - a)) for a, b in zip(r, f, strict=True)]
    ),
    non_saturating_d: lambda r, f: (
        mean([-math.log(sigmoid(a)) for a in r]) + mean([-math.log(1 - sigmoid(b)) for b in f])
    ),
    non_saturating_g: lambda r, f: mean([-math.log(sigmoid(b)) for b in f]),
    saturating_g: lambda r, f: mean([math.log(1 - sigmoid(b)) for b in f]),
    hinge_d: lambda r, f: mean([max(0, 1 - a) for a in r]) + mean([max(0, 1 + b) for b in f]),
    hinge_g: lambda r, f: mean([-b for b in f]),
}
AT_ZERO = {
    relativistic_d: math.log(2),
    relativistic_g: math.log(2),
    non_saturating_d: 2 * math.log(2),
    non_saturating_g: math.log(2),
    saturating_g: -math.log(2),
    hinge_d: 2,
    hinge_g: 0,
}
EVERY = pytest.mark.parametrize("loss", ORACLES, ids=lambda f: f.__name__)


@EVERY
def test_oracle_and_value_at_zero(loss):
    for seed in range(3):
        real, fake = scores(seed)
        expected = ORACLES[loss](real.tolist(), fake.tolist())
        assert loss(real, fake).item() == pytest.approx(expected)
    assert loss(torch.zeros(5), torch.zeros(5)).item() == pytest.approx(AT_ZERO[loss])


@EVERY
def test_gradients_and_precision(loss):
    real, fake = (x.requires_grad_() for x in scores(3, 4))
    assert gradcheck(loss, (real, fake))
    assert loss(real, fake).dtype == torch.float64
    half = loss(real.bfloat16(), fake.bfloat16())
    assert half.dtype == torch.float32
    assert half.item() == loss(real.bfloat16().float(), fake.bfloat16().float()).item()
    assert loss(torch.full((2,), -1e4), torch.full((2,), 1e4)).isfinite()


@EVERY
def test_a_pair_of_batches_may_be_permuted_together(loss):
    real, fake = scores(4)
    order = torch.randperm(9, generator=torch.Generator().manual_seed(0))
    assert loss(real[order], fake[order]).item() == pytest.approx(loss(real, fake).item())


@pytest.mark.parametrize("level", [-40.0, 0.0, 3.0, 1000.0])
def test_relativistic_is_log_2_at_equal_scores_whatever_their_level(level):
    same = torch.full((6,), level, dtype=torch.float64)
    assert relativistic_d(same, same).item() == pytest.approx(math.log(2))
    assert relativistic_g(same, same).item() == pytest.approx(math.log(2))


def test_relativistic_players_are_exchanged():
    real, fake = scores(5)
    assert relativistic_g(real, fake).item() == relativistic_d(fake, real).item()
    # softplus(x) - softplus(-x) = x: the players' losses differ by the mean lead of the reals.
    difference = relativistic_g(real, fake) - relativistic_d(real, fake)
    assert difference.item() == pytest.approx((real - fake).mean().item())
    assert relativistic_d(real + 7, fake + 7).item() == pytest.approx(
        relativistic_d(real, fake).item()
    )


def test_relativistic_meets_in_pairs_not_in_averages():
    """The same two batches, paired otherwise: a batch average would not notice."""
    real = torch.tensor([3.0, -3.0])
    assert relativistic_d(real, real).item() == pytest.approx(math.log(2))
    assert relativistic_d(real, real.flip(0)).item() > 3


def test_losses_by_name():
    for name, (d, g) in LOSSES.items():
        assert (d.__name__, g.__name__) == (f"{name}_d", f"{name}_g")


@pytest.mark.parametrize("d, g", [*LOSSES.values(), (non_saturating_d, saturating_g)])
def test_the_players_pull_in_opposite_directions(d, g):
    real, fake = (torch.zeros(4, dtype=torch.float64, requires_grad=True) for _ in range(2))
    to_real, to_fake = torch.autograd.grad(d(real, fake), (real, fake))
    assert (to_real < 0).all() and (to_fake > 0).all()  # descent lifts real, lowers fake
    (to_fake,) = torch.autograd.grad(g(real, fake), fake)
    assert (to_fake < 0).all()


def test_saturation_is_where_the_fakes_are_seen_through():
    fake = torch.full((1,), -8.0, dtype=torch.float64, requires_grad=True)
    real = torch.zeros(1)
    (weak,) = torch.autograd.grad(saturating_g(real, fake), fake)
    (strong,) = torch.autograd.grad(non_saturating_g(real, fake), fake)
    assert weak.item() == pytest.approx(-sigmoid(-8))
    assert strong.item() == pytest.approx(-sigmoid(8))
    # At 0, and nowhere else, they are equal.
    zero = torch.zeros(1, requires_grad=True)
    assert torch.autograd.grad(saturating_g(real, zero), zero)[0].item() == pytest.approx(-0.5)
    assert torch.autograd.grad(non_saturating_g(real, zero), zero)[0].item() == pytest.approx(-0.5)


def test_hinge_stops_at_the_margin():
    real = torch.tensor([1.0, 5.0], requires_grad=True)
    assert hinge_d(real, torch.tensor([-1.0, -9.0])).item() == 0
    assert hinge_g(real, torch.tensor([2.0, 4.0])).item() == -3


def test_scores_that_would_broadcast_are_refused():
    with pytest.raises(ValueError, match="in pairs"):
        relativistic_d(torch.zeros(4, 1), torch.zeros(4))
    with pytest.raises(ValueError, match="in pairs"):
        relativistic_g(torch.zeros(4, 1), torch.zeros(4))


# ---- matching -------------------------------------------------------------------------------


def oracle_matching(values, own, true):
    costs = []
    for row, mine, marks in zip(values, own, true, strict=True):
        total = sum(
            math.exp(v)
            for k, (v, t) in enumerate(zip(row, marks, strict=True))
            if k == mine or not t
        )
        costs.append(-math.log(math.exp(row[mine]) / total))
    return mean(costs)


def matching_case(seed, b=6, k=8):
    g = torch.Generator().manual_seed(seed)
    values = torch.randn(b, k, generator=g, dtype=torch.float64) * 2
    own = torch.randint(k, (b,), generator=g)
    true = torch.rand(b, k, generator=g) < 0.3
    return values, own, true.scatter(1, own[:, None], True)


@pytest.mark.parametrize("seed", range(3))
def test_matching_against_loops(seed):
    values, own, true = matching_case(seed)
    expected = oracle_matching(values.tolist(), own.tolist(), true.tolist())
    assert matching(values, own, true).item() == pytest.approx(expected)
    assert gradcheck(lambda s: matching(s, own, true), (values.requires_grad_(),))


def test_matching_closed_forms():
    own = torch.tensor([2, 0, 5])
    alone = torch.zeros(3, 6).bool().scatter(1, own[:, None], True)
    for level in (0.0, 50.0):
        equal = torch.full((3, 6), level, dtype=torch.float64)
        assert matching(equal, own, alone).item() == pytest.approx(math.log(6))
    # two more true ones: they leave, four remain
    more = alone.clone()
    more[0, :2] = more[1, 1:3] = more[2, :2] = True
    assert matching(torch.zeros(3, 6), own, more).item() == pytest.approx(math.log(4))
    assert matching(100 * alone.double(), own, alone).item() < 1e-12
    assert (
        matching(torch.randn(3, 6), own, ~alone | alone).item() == 0
    )  # nothing false to tell from


def test_matching_says_nothing_about_other_true_candidates():
    values, own, true = matching_case(4)
    values.requires_grad_()
    (gradient,) = torch.autograd.grad(matching(values, own, true), values)
    others = true.scatter(1, own[:, None], False)
    assert others.any() and (gradient[others] == 0).all()
    assert (gradient[~true] > 0).all() and (gradient.gather(1, own[:, None]) < 0).all()
    # a row's gradient is (softmax - one) / B: it sums to 0
    assert gradient.sum(1).abs().max() < 1e-12


def test_matching_own_counts_even_unmarked_and_float32_at_least():
    values, own, true = matching_case(5)
    unmarked = true.scatter(1, own[:, None], False)
    assert matching(values, own, unmarked).item() == matching(values, own, true).item()
    low = values.bfloat16()
    assert matching(low, own, true).dtype == torch.float32
    expected = matching(low.double(), own, true).item()
    assert matching(low, own, true).item() == pytest.approx(expected, abs=1e-5)


def test_matching_errors():
    values, own, true = matching_case(6)
    for bad in ((values, own, true[:, 1:]), (values, own[1:], true), (values, own, true.long())):
        with pytest.raises(ValueError, match="scores, own, true"):
            matching(*bad)

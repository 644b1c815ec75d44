"""Penalties on functions whose gradients are known on paper."""

import pytest
import torch
from torch import nn
from torch.autograd import gradcheck

from dalle_edu.gan.penalties import ma_gp, r1, r2

BOTH = pytest.mark.parametrize("penalty", [r1, r2])


def pictures(seed=0, b=5, shape=(3, 2, 2)):
    g = torch.Generator().manual_seed(seed)
    return torch.randn(b, *shape, generator=g, dtype=torch.float64).requires_grad_()


@BOTH
def test_on_a_quadratic(penalty):
    """s(x) = x'Ax / 2 + b'x has the gradient Ax + b."""
    x = pictures()
    g = torch.Generator().manual_seed(1)
    a = torch.randn(12, 12, generator=g, dtype=torch.float64)
    a, b = a + a.T, torch.randn(12, generator=g, dtype=torch.float64)
    flat = x.flatten(1)
    scores = (flat @ a * flat).sum(1) / 2 + flat @ b
    expected = sum(sum(v * v for v in (a @ row + b).tolist()) for row in flat.detach()) / len(x)
    assert penalty(scores, x).item() == pytest.approx(expected)


@BOTH
@pytest.mark.parametrize("batch", [1, 2, 7])
def test_no_factor_and_no_batch_size_in_it(penalty, batch):
    """A slope of 3 in each of 12 dimensions: 9 x 12, however large the batch. The gradient of the
    batch's mean score would give 108 / B^2, a forgotten square 10.4, gamma / 2 another number."""
    x = pictures(b=batch)
    assert penalty((3 * x).sum((1, 2, 3)), x).item() == pytest.approx(108)
    assert penalty((3 * x).sum((1, 2, 3))[:, None], x).item() == pytest.approx(108)


@BOTH
def test_mean_over_pictures_of_squares(penalty):
    x = pictures(b=2)
    slopes = torch.tensor([1.0, 3.0]).double()
    scores = slopes * x.sum((1, 2, 3))
    assert penalty(scores, x).item() == pytest.approx(12 * (1 + 9) / 2)


@BOTH
def test_the_discriminator_learns_from_it(penalty):
    """d/dw of |w|^2 is 2 w: without create_graph there would be nothing to learn from."""
    x = pictures(b=4, shape=(3,))
    w = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(penalty(x @ w, x), w)
    assert gradient.tolist() == pytest.approx([2.0, -4.0, 1.0])


def small_network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 1)).double()


@BOTH
def test_gradients_through_a_network(penalty):
    net, x = small_network(), pictures(b=3, shape=(4,)).detach()
    weight = net[0].weight

    def value(w):
        at = x.clone().requires_grad_()
        hidden = (at @ w.T + net[0].bias).tanh()
        return penalty(net[2](hidden).squeeze(1), at)

    assert gradcheck(value, (weight.detach().clone().requires_grad_(),))
    # against finite differences of the score itself
    at = x.clone().requires_grad_()
    found = penalty(net(at).squeeze(1), at).item()
    total, step = 0.0, 1e-6
    with torch.no_grad():
        for row in x:
            for d in range(4):
                shift = torch.eye(4).double()[d] * step
                total += ((net(row + shift) - net(row - shift)) / (2 * step)).item() ** 2
    assert found == pytest.approx(total / 3, rel=1e-6)


@BOTH
def test_precision_and_gradients_left_alone(penalty):
    x = pictures(b=2).detach().bfloat16().requires_grad_()
    weight = torch.ones((), dtype=torch.bfloat16, requires_grad=True)
    found = penalty((weight * x).sum((1, 2, 3)), x)
    assert found.dtype == torch.float32 and found.item() == 12
    assert x.grad is None and weight.grad is None  # nothing accumulates by the way
    y = pictures(b=2)
    assert penalty(y.sum((1, 2, 3)), y).dtype == torch.float64


def test_ma_gp_closed_form():
    """Slopes a at the picture (2 dimensions), b at the sentence: 2 (|a| + |b|)^6."""
    x, e = pictures(b=3, shape=(2,)), pictures(1, b=3, shape=(2,))
    a, b = torch.tensor([0.3, 0.4]).double(), torch.tensor([0.6, 0.8]).double()
    scores = x @ a + e @ b
    assert ma_gp(scores, x, e).item() == pytest.approx(2 * 1.5**6)
    assert ma_gp(scores, x, e, k=1, p=2).item() == pytest.approx(1.5**2)
    # the mean of powers, not the power of the mean
    slopes = torch.tensor([0.0, 1.0, 2.0]).double()
    uneven = slopes * x[:, 0] + 0 * e.sum(1)
    assert ma_gp(uneven, x, e).item() == pytest.approx(2 * (0 + 1 + 2**6) / 3)


def test_ma_gp_where_the_discriminator_is_flat():
    """The norm has a corner at 0: its gradient there must be 0, not NaN."""
    x, e = pictures(b=2, shape=(3,)), pictures(1, b=2, shape=(3,))
    w = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    penalty = ma_gp(x @ w + e @ w, x, e)
    penalty.backward()
    assert penalty.item() == 0 and w.grad.tolist() == [0, 0, 0]


def test_ma_gp_gradients():
    x, e = pictures(b=3, shape=(3,)).detach(), pictures(1, b=3, shape=(3,)).detach()

    def value(w):
        at, said = x.clone().requires_grad_(), e.clone().requires_grad_()
        return ma_gp(((at @ w) * (said @ w)).tanh(), at, said)

    assert gradcheck(value, (torch.tensor([0.5, 0.2, 0.9]).double().requires_grad_(),))


def test_errors_name_the_thing_and_the_mend():
    x = pictures(b=2)
    still = x.detach()
    with pytest.raises(ValueError, match=r"real requires no grad: call real\.requires_grad_"):
        r1(still.sum((1, 2, 3)), still)
    with pytest.raises(ValueError, match="fake requires no grad"):
        r2(still.sum((1, 2, 3)), still)
    with pytest.raises(ValueError, match="sentence requires no grad"):
        ma_gp(x.sum((1, 2, 3)), x, torch.zeros(2, 3))
    with pytest.raises(ValueError, match="no graph"):
        r1(torch.zeros(2), x)
    other = pictures(1, b=2)
    with pytest.raises(ValueError, match="do not depend on real"):
        r1(other.sum((1, 2, 3)), x)
    with pytest.raises(ValueError, match="3 scores for 2 of real"):
        r1(torch.zeros(3), x)

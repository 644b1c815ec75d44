import math

import pytest
import torch

from dalle_edu.evaluation.distances import frechet_distance, kid


def features(seed, n=40, width=4):
    g = torch.Generator().manual_seed(seed)
    mix = torch.randn(width, width, generator=g, dtype=torch.float64)
    return torch.randn(n, width, generator=g, dtype=torch.float64) @ mix + mix[0]


def standardised(x):
    """Mean 0, covariance exactly the identity."""
    x = x - x.mean(0)
    return x @ torch.linalg.inv(torch.linalg.cholesky(x.T.cov())).T


# ---- Frechet ----------------------------------------------------------------------------------


def test_frechet_against_the_matrix_product():
    """Tr (S_a S_b)^(1/2) by another road: square roots of the eigenvalues of the product itself."""
    for seed in range(3):
        a, b = features(seed), features(seed + 10)
        sa, sb = a.T.cov(), b.T.cov()
        roots = torch.linalg.eigvals(sa @ sb).sqrt().real.sum()
        expected = (a.mean(0) - b.mean(0)).square().sum() + sa.trace() + sb.trace() - 2 * roots
        assert frechet_distance(a, b) == pytest.approx(expected.item())


def test_frechet_closed_forms():
    base = standardised(features(0))
    shift = torch.tensor([1.0, -2.0, 0.0, 0.5]).double()
    assert frechet_distance(base, base + shift) == pytest.approx(shift.square().sum().item())
    s, t = torch.tensor([1.0, 2, 3, 4]).double(), torch.tensor([2.0, 2, 1, 0.5]).double()
    expected = (s - t).square().sum().item()  # commuting covariances: difference of deviations
    assert frechet_distance(base * s, base * t) == pytest.approx(expected)
    one, other = features(1, width=1), features(2, width=1)
    expected = (one.mean() - other.mean()) ** 2 + (one.std() - other.std()) ** 2
    assert frechet_distance(one, other) == pytest.approx(expected.item())


def test_frechet_properties():
    a, b = features(3), features(4)
    assert abs(frechet_distance(a, a.flip(0))) < 1e-10
    assert frechet_distance(a, b) == pytest.approx(frechet_distance(b, a))
    rotation = torch.linalg.qr(features(5, 4)).Q
    assert frechet_distance(a @ rotation, b @ rotation) == pytest.approx(frechet_distance(a, b))
    assert frechet_distance(2 * a, 2 * b) == pytest.approx(4 * frechet_distance(a, b))


def test_frechet_is_stable_where_covariances_are_singular():
    """Fewer pictures than dimensions, a constant feature, float32 input far from 0."""
    thin = features(6, n=10, width=30)
    assert abs(frechet_distance(thin, thin)) < 1e-8
    constant = torch.cat([features(7), torch.full((40, 1), 5.0).double()], 1)
    assert abs(frechet_distance(constant, constant)) < 1e-8
    far = (features(8) + 1000).float()
    assert abs(frechet_distance(far, far)) < 1e-6
    assert math.isfinite(frechet_distance(torch.zeros(3, 2), torch.ones(3, 2)))


def test_frechet_refuses_unequal_numbers():
    with pytest.raises(ValueError, match="40 against 39"):
        frechet_distance(features(0), features(1)[1:])
    with pytest.raises(ValueError, match="too few"):
        frechet_distance(features(0)[:1], features(1)[:1])
    with pytest.raises(ValueError, match="shapes"):
        frechet_distance(features(0), features(1, width=3))


# ---- KID --------------------------------------------------------------------------------------


def oracle_kid(a, b):
    def kernel(x, y):
        return (sum(p * q for p, q in zip(x, y, strict=True)) / len(x) + 1) ** 3

    def within(x):
        pairs = [(i, j) for i in range(len(x)) for j in range(len(x)) if i != j]
        return sum(kernel(x[i], x[j]) for i, j in pairs) / len(pairs)

    across = sum(kernel(x, y) for x in a for y in b) / (len(a) * len(b))
    return within(a) + within(b) - 2 * across


def test_kid_against_loops():
    for n, m in ((5, 5), (4, 9), (2, 3)):
        a, b = features(0, n), features(1, m)
        assert kid(a, b) == pytest.approx(oracle_kid(a.tolist(), b.tolist()))


def test_kid_is_unbiased():
    """Two halves of one kind: 0 on average, on both sides of it; with the diagonal it never is."""
    g = torch.Generator().manual_seed(0)
    trials = [
        kid(*torch.randn(2, 12, 6, generator=g, dtype=torch.float64).unbind()) for _ in range(400)
    ]
    average = sum(trials) / 400
    error = torch.tensor(trials).std().item() / 20
    assert abs(average) < 3 * error
    assert min(trials) < 0 < max(trials)

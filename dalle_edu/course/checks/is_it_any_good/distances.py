"""How far two sets of pictures are apart: what is computed, and what it can never see."""

import torch
from torch import Tensor

from dalle_edu.course.checks.exercise import Build, Estimate, Mistake, random
from dalle_edu.evaluation import distances

REFUSED = (distances.frechet_distance, distances.kid)


def _features(sizes: tuple, seed: int) -> list[tuple]:
    """Two clouds each, correlated, one shifted and wider than the other."""
    randn, cases = random(seed), []
    for n, m, d in sizes:
        mix = randn(d, d)
        cases.append((randn(n, d) @ mix + 0.3, 1.4 * randn(m, d) @ mix.T - randn(d)))
    return cases


def _frechet(a: Tensor, b: Tensor) -> float:
    """By the root of the symmetric matrix R S R with R the root of the other covariance."""
    (mu, s), (nu, t) = ((x.double().mean(0), _covariance(x.double())) for x in (a, b))
    values, vectors = torch.linalg.eigh(s)
    root = vectors @ values.clamp(min=0).sqrt().diag() @ vectors.T
    shared = torch.linalg.eigvalsh(root @ t @ root).clamp(min=0).sqrt().sum()
    return ((mu - nu).square().sum() + s.trace() + t.trace() - 2 * shared).item()


def _covariance(x: Tensor, less: int = 1) -> Tensor:
    return (x - x.mean(0)).T @ (x - x.mean(0)) / (len(x) - less)


def _terms(a: Tensor, b: Tensor, covariance=_covariance) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Squared distance of the means, both covariances, and the trace of their product's root."""
    a, b = a.double(), b.double()
    s, t = covariance(a), covariance(b)
    shared = torch.linalg.eigvals(s @ t).real.clamp(min=0).sqrt().sum()
    return (a.mean(0) - b.mean(0)).square().sum(), s, t, shared


def _spread(a: Tensor, b: Tensor, covariance=_covariance) -> Tensor:
    _, s, t, shared = _terms(a, b, covariance)
    return s.trace() + t.trace() - 2 * shared


def _second_moment(x: Tensor) -> Tensor:
    return x.T @ x / (len(x) - 1)


def _with_shared(shared_of) -> object:
    """A way to get the last term wrong: from the two covariances."""

    def wrong(a: Tensor, b: Tensor) -> Tensor:
        between, s, t, _ = _terms(a, b)
        return between + s.trace() + t.trace() - 2 * shared_of(s, t)

    return wrong


frechet = Build(
    "9.1",
    _frechet,
    lambda: _features(((7, 7, 2), (12, 12, 3), (40, 40, 5)), 91),
    (
        Mistake(_spread, "The means are lost: |mu_a - mu_b|^2 stands in front."),
        Mistake(
            lambda a, b: _terms(a, b)[0],
            "Only the means are compared: two clouds with one middle can differ in width.",
        ),
        Mistake(
            lambda a, b: _terms(a, b)[0].sqrt() + _spread(a, b),
            "The distance of the means is squared: sum the squares, take no root.",
        ),
        Mistake(
            lambda a, b: (_terms(a, b)[0] + _spread(a, b)).sqrt(),
            "That is its root: what is reported as Frechet distance is the *squared* one.",
        ),
        Mistake(
            lambda a, b: _terms(a, b)[0] + _spread(a, b) + _terms(a, b)[3],
            "The factor 2 in front of the product's root is lost.",
        ),
        Mistake(
            _with_shared(lambda s, t: (s @ t).trace().sqrt()),
            "The trace of a root is not the root of the trace: the root first.",
        ),
        Mistake(
            _with_shared(lambda s, t: (s @ t).diagonal().clamp(min=0).sqrt().sum()),
            "`.sqrt()` takes the root of each *entry*. The root of a matrix has the roots of its "
            "eigenvalues: torch.linalg.eigvals(S_a @ S_b), then sqrt, then the sum.",
        ),
        Mistake(
            _with_shared(lambda s, t: (s.diagonal() * t.diagonal()).sqrt().sum()),
            "You used variances only: what two features do together is in the rest of the "
            "covariance.",
        ),
        Mistake(_with_shared(lambda s, t: (s @ t).trace()), "The root of the product is missing."),
        Mistake(
            lambda a, b: _terms(a, b)[0] + _spread(a, b, _second_moment),
            "The features were not centred: a covariance is of x - mean(x).",
        ),
        Mistake(
            lambda a, b: _terms(a, b)[0] + _spread(a, b, lambda x: _covariance(x, 0)),
            "You divided by N: a covariance that was estimated with its mean divides by N - 1.",
        ),
    ),
    REFUSED,
    "The library takes the root by singular values, so that no rounding makes it imaginary.",
)


def _sets() -> list[tuple]:
    """Clouds apart, and two sets so alike that the answer is below 0."""
    pair = torch.tensor([[1.0, 0.0], [-1.0, 0.0]])
    return [*_features(((4, 4, 2), (5, 8, 3), (9, 6, 4)), 92), (pair, pair.flip(0))]


def _unbiased_by_loops(a: Tensor, b: Tensor) -> float:
    def k(x: Tensor, y: Tensor) -> float:
        return (x.double().dot(y.double()).item() / len(x) + 1) ** 3

    def within(x: Tensor) -> float:
        pairs = [(i, j) for i in range(len(x)) for j in range(len(x)) if i != j]
        return sum(k(x[i], x[j]) for i, j in pairs) / len(pairs)

    return within(a) + within(b) - 2 * sum(k(x, y) for x in a for y in b) / (len(a) * len(b))


def _cubic(x: Tensor, y: Tensor) -> Tensor:
    return (x.double() @ y.double().T / x.shape[1] + 1) ** 3


def _off_diagonal(k: Tensor) -> Tensor:
    return (k.sum() - k.trace()) / (len(k) * (len(k) - 1))


def _kid_with(kernel=_cubic, within=_off_diagonal, twice=2.0):
    """A way to get it wrong: its kernel, its mean within a set, the factor of the last term."""

    def wrong(a: Tensor, b: Tensor) -> Tensor:
        across = kernel(a, b).mean()
        return within(kernel(a, a)) + within(kernel(b, b)) - twice * across

    return wrong


unbiased_kid = Build(
    "9.2",
    _unbiased_by_loops,
    _sets,
    (
        Mistake(
            _kid_with(within=torch.mean),
            "Each picture was compared with itself too. That similarity is large whatever the set, "
            "so two sets of one kind come out apart: leave the diagonal out.",
        ),
        Mistake(
            _kid_with(within=lambda k: (k.sum() - k.trace()) / len(k) ** 2),
            "The diagonal is left out of the sum, but not of the number of pairs: N (N - 1).",
        ),
        Mistake(
            _kid_with(lambda x, y: (x.double() @ y.double().T + 1) ** 3),
            "The division by D is lost: without it the kernel grows with the number of features.",
        ),
        Mistake(
            _kid_with(lambda x, y: (x.double() @ y.double().T / x.shape[1]) ** 3),
            "The 1 in the kernel is lost: it brings in means and variances, not third powers only.",
        ),
        Mistake(
            _kid_with(lambda x, y: x.double() @ y.double().T / x.shape[1] + 1),
            "The third power is lost: this kernel compares means only.",
        ),
        Mistake(
            _kid_with(lambda x, y: (x.double() @ y.double().T / x.shape[1] + 1) ** 2),
            "That is a square: the kernel of KID is the third power.",
        ),
        Mistake(_kid_with(twice=1.0), "The factor 2 of the similarity across is lost."),
        Mistake(
            lambda a, b: -_kid_with()(a, b),
            "The sign is turned: similarity within, minus similarity across.",
        ),
        Mistake(
            lambda a, b: _kid_with()(a, b).clamp(min=0),
            "You cut off what is negative. Around 0 an unbiased number falls on both sides; cut "
            "off, its mean is above 0 again.",
        ),
        Mistake(
            lambda a, b: _kid_with()(a, b).abs().sqrt(),
            "No root: KID is the squared distance, which alone can be unbiased.",
        ),
    ),
    REFUSED,
    "On average 0 for two sets of one kind, at any N: small sets may be compared.",
)


def times_after_a_shuffle(count: int = 60) -> float:
    """By how much the Frechet distance grows when pictures are dealt to other captions."""
    ((a, b),) = _features(((count, count, 6),), 94)
    order = torch.randperm(count, generator=torch.Generator().manual_seed(1))
    return distances.frechet_distance(a[order], b) / distances.frechet_distance(a, b)


predict_shuffled = Estimate(
    "9.10",
    times_after_a_shuffle,
    lambda guess, measured: abs(guess - measured) < 0.02,
    (
        Mistake(
            lambda guess: guess == 0,
            "A factor of 0 would mean that the distance vanishes. It is a factor that is asked.",
        ),
        Mistake(
            lambda guess: guess > 1,
            "Write down what the formula is given: two sets of features. Where in it does a "
            "caption occur?",
        ),
        Mistake(lambda guess: guess < 1, "Nothing about the pictures became better, or worse."),
    ),
    lambda measured: (
        f"Measured: {measured:.2f}. Mean and covariance do not know any order, and "
        "nobody showed them a caption."
    ),
)

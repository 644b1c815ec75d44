"""Answers to 4.3 and 4.6 as people write them, and that every mistake is told from every other."""

import pytest
import torch

from dalle_edu.alignment import maps
from dalle_edu.course.checks import alignment as check
from dalle_edu.course.checks.exercise import Build

EVERY = [getattr(check, name) for name in check.__all__]


def cases(checks):
    return [
        pytest.param(c, m, id=f"{c.exercise}-{i}") for c in checks for i, m in enumerate(c.mistakes)
    ]


@pytest.mark.parametrize("ask", EVERY, ids=lambda ask: ask.exercise)
def test_a_stub_is_not_done(ask):
    def stub(*_given):
        raise NotImplementedError

    assert ask(stub if isinstance(ask, Build) else None).state == "not done yet"


def centred(text, image, penalty, eye=True, swap=False, bias=True):
    if swap:
        text, image = image, text
    mean_t, mean_v = text.mean(0, keepdim=True), image.mean(0, keepdim=True)
    t, v = text - mean_t, image - mean_v
    lam = penalty * torch.eye(t.size(1)) if eye else penalty
    weight = torch.inverse(t.t() @ t + lam) @ (t.t() @ v)
    return weight, (mean_v - mean_t @ weight)[0] if bias else torch.zeros(t.size(1))


def by_descent(text, image, penalty):
    """No closed form at all: Newton's step on the cost itself, in float64."""
    t, v = text.double(), image.double()
    d = t.shape[1]

    def cost(flat):
        w, b = flat[: d * d].view(d, d), flat[d * d :]
        return (v - t @ w - b).square().sum() + penalty * w.square().sum()

    zero = torch.zeros(d * d + d).double()
    gradient = torch.autograd.functional.jacobian(cost, zero)
    hessian = torch.autograd.functional.hessian(cost, zero)
    flat = -torch.linalg.solve(hessian, gradient)
    return flat[: d * d].view(d, d).float(), flat[d * d :].float()


def with_ones(text, image, penalty):
    t = torch.hstack([torch.ones(len(text), 1), text])
    solution = torch.inverse(t.T @ t + penalty * torch.eye(t.shape[1])) @ t.T @ image
    return solution[1:], solution[0]


def of_the_library(text, image, penalty):
    found = maps.Ridge.fit(text, image, penalty)
    return found.weight, found.bias


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (centred, "mean caption goes exactly"),
        (by_descent, "mean caption goes exactly"),
        (lambda t, v, p: centred(t, v, p, eye=False), "every entry"),
        (lambda t, v, p: centred(t, v, p, swap=True), "wrong way round"),
        (lambda t, v, p: centred(t, v, p, bias=False), "bias is missing"),
        (with_ones, "bias is penalised"),
        (lambda t, v, p: torch.linalg.lstsq(t, v).solution, "should return 2 things"),
        (of_the_library, "library's version"),
    ],
)
def test_ridge(answer, says):
    verdict = check.ridge(answer)
    assert bool(verdict) == says.startswith("mean caption") and says in verdict.message


def by_cdist(samples, target):
    near = torch.cdist(samples, target[:, None]).mean()
    upper = torch.triu_indices(samples.shape[1], samples.shape[1], 1)
    pairs = samples[:, upper[0]] - samples[:, upper[1]]
    return near - 0.5 * pairs.norm(dim=-1).mean()


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (by_cdist, "distributed as the pictures"),
        (lambda x, y: torch.cdist(x, y[:, None]).mean() - torch.cdist(x, x).mean() / 2, "diagonal"),
        (lambda x, y: (x - y.unsqueeze(1)).pow(2).sum(-1).sqrt().mean(), "second mean is missing"),
        (
            lambda x, y: (x - y[:, None]).square().sum(2).mean() - x.var(1).sum(1).mean(),
            "distances are squared",
        ),
        (maps.energy_score, "library's version"),
    ],
)
def test_energy_score(answer, says):
    verdict = check.energy_score(answer)
    assert bool(verdict) == says.startswith("distributed") and says in verdict.message


def test_the_learners_own_function_runs():
    calls = []

    def counted(samples, target):
        calls.append(samples.shape)
        return by_cdist(samples, target)

    assert check.energy_score(counted)
    assert calls == [(2, 2, 3), (5, 4, 8), (3, 6, 2)]


def test_the_oracles_agree_with_the_library():
    for text, image, penalty in check.ridge.cases():
        for one, other in zip(check.ridge.oracle(text, image, penalty),
                              of_the_library(text, image, penalty), strict=True):  # fmt: skip
            torch.testing.assert_close(one, other, atol=1e-4, rtol=1e-4)
    for samples, target in check.energy_score.cases():
        torch.testing.assert_close(
            check.energy_score.oracle(samples, target), maps.energy_score(samples, target)
        )

"""Answers to 9.6 to 9.8 as people write them."""

import pytest
import torch

from dalle_edu.course.checks import is_it_any_good as check
from dalle_edu.course.checks.is_it_any_good.uncertainty import prompts_needed
from dalle_edu.evaluation.compositional import wilson


def by_membership(values, prompt, drawn):
    own = (prompt[None] == torch.arange(int(prompt.max()) + 1)[:, None]).float()  # (P, N)
    times = own[drawn].sum(1)  # (R, N): how often each picture is drawn
    return (times * values).sum(1) / times.sum(1)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (by_membership, "97.5 % quantile"),
        (lambda v, p, d: v[d].mean(dim=1), "numbers of *prompts*"),
        (
            lambda v, p, d: torch.stack(
                [torch.stack([v[p == q].mean() for q in row]).mean() for row in d]
            ),
            "mean of the prompts' means",
        ),
        (lambda v, p, d: torch.stack([v[torch.isin(p, row)].mean() for row in d]), "counts twice"),
        (lambda v, p, d: v.mean().repeat(len(d)), "does nothing"),
    ],
)
def test_resampled_means(answer, says):
    assert says in check.resampled_means(answer).message


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda p, n, rho: p / (rho + (1 - rho) / n), "stops at P / rho"),
        (lambda p, n, rho: n * p, "independent"),
        (lambda p, n, rho: p, "told nothing"),
        (lambda p, n, rho: p * n / (1 + rho * n), "n - 1 others"),
        (lambda p, n, rho: p * n / (1 + (n - 1) * rho) ** 0.5, "no root"),
        (lambda p, n, rho: p * n // (1 + (n - 1) * rho), "Cut to a whole number"),
    ],
)
def test_effective_number(answer, says):
    assert says in check.effective_number(answer).message


@pytest.mark.parametrize(
    ("guess", "says"),
    [
        (750, "still more"),
        (800, "still more"),
        (9604, "worst case"),
        (196, "Four times too few"),
        (3011, "Four times too many"),
        (20, "Too few"),
        (50_000, "Too many"),
        (1500, "Think again"),
    ],
)
def test_predicted_prompts(guess, says):
    assert says in check.predict_prompts(guess).message


def test_the_least_number_of_prompts():
    n = int(prompts_needed())
    widths = [b - a for a, b in (wilson(round(0.98 * k), k) for k in (n // 2, n))]
    assert widths[0] > 0.02 >= widths[1]

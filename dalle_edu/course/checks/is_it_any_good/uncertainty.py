"""How sure a number is: over prompts, over pictures, how many are needed."""

import torch
from torch import Tensor

from dalle_edu.course.checks.exercise import Build, Estimate, Mistake, random
from dalle_edu.evaluation.compositional import wilson


def _answers() -> list[tuple]:
    """Values, their prompts (0 to P - 1, unequally many pictures each), and prompts drawn."""
    randn, cases = random(96), []
    for counts, repeats in (([1, 2], 3), ([3, 1, 2, 4], 5), ([2, 5, 1], 4)):
        prompt = torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts))
        prompt = prompt[randn(len(prompt)).argsort()]
        drawn = (randn(repeats, len(counts)).abs() * 10).long() % len(counts)
        cases.append((randn(len(prompt)), prompt, drawn))
    return cases


def _means_by_loops(values: Tensor, prompt: Tensor, drawn: Tensor) -> Tensor:
    means = []
    for row in drawn.tolist():
        picked = [v for p in row for v, q in zip(values.tolist(), prompt.tolist(), strict=True)
                  if p == q]  # fmt: skip
        means.append(sum(picked) / len(picked))
    return torch.tensor(means)


def _sums(values: Tensor, prompt: Tensor) -> tuple[Tensor, Tensor]:
    """The sum of the values of each prompt, and how many there are."""
    count = torch.bincount(prompt)
    return torch.zeros(len(count)).index_add(0, prompt, values), count


def _of_prompt_means(values: Tensor, prompt: Tensor, drawn: Tensor) -> Tensor:
    total, count = _sums(values, prompt)
    return (total / count)[drawn].mean(1)


def _once_each(values: Tensor, prompt: Tensor, drawn: Tensor) -> Tensor:
    return torch.stack([values[torch.isin(prompt, row)].mean() for row in drawn])


def _over_all(values: Tensor, prompt: Tensor, drawn: Tensor) -> Tensor:
    return _sums(values, prompt)[0][drawn].sum(1) / len(values)


resampled_means = Build(
    "9.6",
    _means_by_loops,
    _answers,
    (
        Mistake(
            lambda v, p, d: v[d].mean(1),
            "Those are numbers of *prompts*, and you took them for numbers of pictures: pictures "
            "of one prompt stand or fall together, so draw all of a prompt or none.",
        ),
        Mistake(
            _of_prompt_means,
            "That is a mean of the prompts' means. Here each picture counts once, so a prompt with "
            "more pictures counts more: sum of sums over sum of counts.",
        ),
        Mistake(_once_each, "A prompt that was drawn twice counts twice: `isin` takes it once."),
        Mistake(
            _over_all,
            "You divided by the number of all pictures: divide by how many were drawn this time.",
        ),
        Mistake(
            lambda v, p, d: _sums(v, p)[0][d].sum(1),
            "That is the sum: divide by how many there are.",
        ),
        Mistake(
            lambda v, p, d: v.mean().expand(len(d)),
            "`drawn` does nothing: every repetition gives the mean of all.",
        ),
    ),
    praise="The 2.5 % and the 97.5 % quantile of many such means are the interval.",
)

effective_number = Build(
    "9.7",
    # The variance of the mean, written as a double sum over pictures, turned into a number.
    lambda prompts, n, rho: (
        (prompts * n) ** 2
        / sum(1.0 if i == j else rho for _ in range(prompts) for i in range(n) for j in range(n))
    ),
    lambda: [(40, 4, 0.5), (10, 16, 0.2), (25, 1, 0.7), (30, 8, 1.0), (12, 3, 0.0), (30, 5, 0.3)],
    (
        Mistake(
            lambda p, n, r: int(p * n / (1 + (n - 1) * r)),
            "Cut to a whole number. It is a measure of how much they tell, no count: leave it.",
        ),
        Mistake(
            lambda p, n, r: p * n,
            "So many if they were independent (rho = 0): pictures of one prompt are not.",
        ),
        Mistake(
            lambda p, n, r: p, "So many if a second picture of a prompt told nothing (rho = 1)."
        ),
        Mistake(
            lambda p, n, r: p * n * (1 - r),
            "At rho = 1 that would leave nothing; each prompt still counts as one.",
        ),
        Mistake(
            lambda p, n, r: p * n / (1 + n * r),
            "A picture has n - 1 others beside it, not n: at n = 1 nothing may change.",
        ),
        Mistake(
            lambda p, n, r: p * n / (1 + (n - 1) * r) ** 0.5,
            "That is a ratio of widths. The *number* goes with the variance: no root.",
        ),
        Mistake(
            lambda p, n, r: p * n * (1 + (n - 1) * r),
            "Fewer, not more: pictures that agree tell less.",
        ),
        Mistake(
            lambda p, n, r: p * (1 + (n - 1) * (1 - r)),
            "A guess that is right at rho = 0 and 1, not between: add up the n x n covariances.",
        ),
    ),
    praise="With many pictures a prompt it stops at P / rho: ask more prompts instead.",
)


def prompts_needed(share: float = 0.98, half: float = 0.01) -> float:
    """The least number of prompts whose Wilson interval at a share is at most 2 x half wide."""
    low, high = 1, 10**6
    while low < high:
        n = (low + high) // 2
        a, b = wilson(round(share * n), n)
        low, high = (low, n) if b - a <= 2 * half else (n + 1, high)
    return float(low)


predict_prompts = Estimate(
    "9.8",
    prompts_needed,
    lambda guess, measured: abs(guess - measured) <= 0.2 * measured,
    (
        Mistake(
            lambda guess: 8000 <= guess <= 11000,
            "That is for a share of 50 %, the worst case. Near 100 % p (1 - p) is small.",
        ),
        Mistake(
            lambda guess: 150 <= guess <= 240,
            "Four times too few: the half width is one point, and 1.96 standard errors are asked.",
        ),
        Mistake(
            lambda guess: 2500 <= guess <= 3500,
            "Four times too many: plus or minus one point is *two* points wide.",
        ),
        Mistake(lambda guess: guess < 150, "Too few. Try 1.96 sqrt(p (1 - p) / n) = 0.01."),
        Mistake(lambda guess: guess > 3500, "Too many. Try 1.96 sqrt(p (1 - p) / n) = 0.01."),
    ),
    lambda measured: (
        f"Measured: {measured:.0f}. And to tell 98 % from 99 % *between* two models, "
        "both of which are uncertain, still more."
    ),
)

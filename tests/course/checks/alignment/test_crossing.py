"""Answers to 4.10 as people write them, and where the best velocity leads."""

import pytest
import torch

from dalle_edu.course.checks import alignment as check


def bayes(x, answers, chance, time):
    noise = (x[:, None] - time * answers) / (1 - time)
    normal = torch.distributions.Normal(0.0, 1.0).log_prob(noise).sum(2)
    weight = (chance.log() + normal).softmax(1)
    return (weight[..., None] * (answers - noise)).sum(1)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (bayes, "A mean, always"),
        (lambda x, a, p, t: p @ a - x, "at time 0"),
        (lambda x, a, p, t: bayes(x, a, torch.ones(len(p)), t), "chances are lost"),
        (lambda x, a, p, t: bayes(x, a, p, t) * (1 - t), "divide by"),
        (lambda x, a, p, t: -bayes(x, a, p, t), "sign is turned"),
    ],
)
def test_best_velocity(answer, says):
    verdict = check.best_velocity(answer)
    assert bool(verdict) == says.startswith("A mean") and says in verdict.message


def test_one_step_of_the_best_velocity_is_the_mean_and_many_reach_the_answers():
    """Two answers, as in the chapter: the middle with one step, both with many, few between."""
    answers = 2**0.5 * torch.tensor([[0.5, 0.75**0.5], [0.5, -(0.75**0.5)]])
    chance, noise = (
        torch.tensor([0.5, 0.5]),
        torch.randn(2000, 2, generator=torch.Generator().manual_seed(0)),
    )
    middle = {}
    for steps in (1, 4, 16):
        x = noise
        for k in range(steps):
            x = x + bayes(x, answers, chance, k / steps) / steps
        middle[steps] = (torch.rad2deg(torch.atan2(x[:, 1], x[:, 0])).abs() < 30).float().mean()
        if steps == 1:
            torch.testing.assert_close(x, answers.mean(0).expand(2000, 2), atol=1e-5, rtol=0)
    assert middle[1] == 1 and middle[1] > middle[4] > middle[16] and middle[16] < 0.03

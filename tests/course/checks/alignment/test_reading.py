"""Answers to 4.5 to 4.10 as people write them, and the measurements behind them."""

import pytest
import torch
import torch.nn.functional as F

from dalle_edu.alignment.maps import MLP, MeanShift, Ridge
from dalle_edu.course.checks import alignment as check
from dalle_edu.course.checks.alignment import reading


def by_expanding(q, g, c):
    ones = torch.ones(len(q), len(g))
    return ones * (q * c).sum(1, keepdim=True), ones * (g * c).sum(1)


def normalised(q, g, c):
    old = q @ g.T
    return q @ F.normalize(g + c).T - old, F.normalize(q + c) @ g.T - old


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (by_expanding, "no ranking changes"),
        (lambda q, g, c: (q @ g.T - q @ (g + c).T, q @ g.T - (q + c) @ g.T), "sign is turned"),
        (normalised, "length one again"),
        (lambda q, g, c: by_expanding(q, g, c)[::-1], "exchanged"),
        (lambda q, g, c: by_expanding(q, g, c)[0], "should return 2 things"),
    ],
)
def test_changes(answer, says):
    verdict = check.changes(answer)
    assert bool(verdict) == (says == "no ranking changes") and says in verdict.message


def by_descent(answers, chance):
    x = torch.zeros(answers.shape[1])
    for _ in range(400):
        x = x - 0.1 * 2 * (chance[:, None] * (x - answers)).sum(0)
    return x


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (by_descent, "right on average"),
        (lambda a, p: p @ a, "right on average"),
        (lambda a, p: a.mean(dim=0), "chances are not used"),
        (lambda a, p: a[p.argmax()], "one of the right answers"),
        (lambda a, p: F.normalize(p @ a, dim=0), "length one"),
    ],
)
def test_best_answer(answer, says):
    verdict = check.best_answer(answer)
    assert bool(verdict) == (says == "right on average") and says in verdict.message


@pytest.mark.parametrize(
    ("guess", "says"),
    [
        (0.97, "in percent"),
        (120, "between 0 and 100"),
        (-3, "between 0 and 100"),
        (1.5, "*same* vector"),
        (40, "*same* vector"),
        (80, "Less happens"),
        (97, "hardly touches"),
        (99.9, "hardly touches"),
    ],
)
def test_predicted_recall(guess, says, monkeypatch):
    monkeypatch.setattr(reading, "moved", lambda: (95.5, 96.8))
    assert says in check.predict_recall(guess).message


def test_a_shift_is_measured_and_changes_little():
    before, after = reading.moved()
    assert before > 88 and after > 88 and abs(after - before) < 6


def test_choices_that_are_no_choices():
    assert "none of the choices" in check.predict_maps("mlp").message
    assert check.predict_maps(" Ridge Sampler ")
    assert check.too_good_on_its_own("B") and not check.too_good_on_its_own("e")


def test_the_clinics_numbers_are_those_of_a_map_that_learned_by_heart():
    """As many pairs as channels, no penalty: near 1 on its own pairs, far lower on unseen ones; a
    penalty or ten times the pairs mends it."""
    g = torch.Generator().manual_seed(0)
    rule = torch.randn(64, 64, generator=g)
    text = F.normalize(torch.randn(1400, 64, generator=g), dim=1)
    image = F.normalize(text @ rule + 0.5 * torch.randn(1400, 64, generator=g), dim=1)

    def fit(count, penalty):
        ridge = Ridge.fit(text[:count], image[:count], penalty)
        own = (ridge(text[:count]) * image[:count]).sum(1).mean()
        unseen = (ridge(text[1000:]) * image[1000:]).sum(1).mean()
        return own.item(), unseen.item()

    own, unseen = fit(66, 0.0)
    assert own > 0.97 and unseen < 0.7
    assert fit(66, 1.0)[1] > unseen + 0.05
    assert fit(1000, 0.0)[1] > unseen + 0.1


def test_only_a_map_with_noise_has_two_answers():
    """The number that tells the second clinic's cause: the cosine of two answers to one caption."""
    torch.manual_seed(0)
    text, noise = F.normalize(torch.randn(8, 16), dim=1), torch.randn(2, 8, 4)
    sampler = MLP(16, 32, noise=4)
    torch.nn.init.normal_(sampler.outer.weight)
    for mapping in (MeanShift.fit(text, -text), sampler):
        one, other = (mapping(text, z) for z in noise)
        alike = (one * other).sum(1).mean().item()
        assert (alike > 0.9999) == (not mapping.noise)

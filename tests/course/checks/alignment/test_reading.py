"""Answers to 4.1, 4.2, 4.9, 4.11, 4.12 as people write them, and the measurements behind them."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from dalle_edu.alignment.maps import Flow, MeanShift, Ridge
from dalle_edu.course.checks import alignment as check
from dalle_edu.course.checks.alignment import reading


def by_expanding(q, g, a, b):
    ones = torch.ones(len(q), len(g))
    of_gallery, of_queries = ones * (q * b).sum(1, keepdim=True), ones * (g * a).sum(1)
    return of_gallery + of_queries + (a * b).sum(), of_queries[0]


def normalised(q, g, a, b):
    return F.normalize(q + a) @ F.normalize(g + b).T - q @ g.T, g @ a


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (by_expanding, "tells items apart"),
        (lambda q, g, a, b: tuple(-x for x in by_expanding(q, g, a, b)), "sign is turned"),
        (normalised, "length one again"),
        (lambda q, g, a, b: by_expanding(q, g, b, a), "exchanged"),
        (lambda q, g, a, b: ((q + a) @ (g + b).T - q @ g.T, (g + b) @ a), "no popularity"),
        (lambda q, g, a, b: by_expanding(q, g, a, b)[0], "should return 2 things"),
    ],
)
def test_changes(answer, says):
    verdict = check.changes(answer)
    assert bool(verdict) == (says == "tells items apart") and says in verdict.message


@pytest.mark.parametrize(
    ("guess", "says"),
    [
        (0.26, "in percent"),
        (120, "between 0 and 100"),
        (-3, "between 0 and 100"),
        (0, "More happens"),
        (3, "More happens"),
        (60, "Less happens"),
        (20, "Measured"),
        (33, "Measured"),
    ],
)
def test_predicted_winners(guess, says, monkeypatch):
    monkeypatch.setattr(reading, "moved", lambda: 26.2)
    ask = replace(check.predict_winners, measure=lambda: reading.moved())
    assert says in ask(guess).message


def test_a_shift_of_the_captions_changes_some_winners():
    assert 15 < reading.moved(128) < 45


def test_choices_that_are_no_choices():
    assert "none of the choices" in check.predict_maps("mlp").message
    assert check.predict_maps(" Ridge Flow ")
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
    text, noise = F.normalize(torch.randn(8, 16), dim=1), torch.randn(2, 8, 16)
    sampler = Flow(16, 32)
    for mapping in (MeanShift.fit(text, -text), sampler):
        one, other = (mapping(text, z) for z in noise)
        alike = (one * other).sum(1).mean().item()
        assert (alike > 0.9999) == (not mapping.noise)

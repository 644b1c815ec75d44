"""Answers to 7.6 and 7.7 as people write them."""

import pytest
import torch
import torch.nn.functional as F

from dalle_edu.course.checks import drawing_what_we_say as check
from dalle_edu.gan import losses


def by_rows(scores, own, true):
    lost = []
    for s, mine, holds in zip(scores, own, true, strict=True):
        rivals = torch.cat([s[mine : mine + 1], s[~holds]])
        lost.append(rivals.logsumexp(0) - s[mine])
    return torch.stack(lost).mean()


def by_infinity(scores, own, true):
    out = true.clone()
    out[torch.arange(len(own)), own] = False
    return F.nll_loss(torch.where(out, -torch.inf, scores).log_softmax(1), own)


@pytest.mark.parametrize("answer", [by_rows, by_infinity])
def test_the_matching_loss_in_two_ways(answer):
    assert check.matching_loss(answer)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda s, own, true: F.cross_entropy(s, own), "as if they were false"),
        (
            lambda s, own, true: F.cross_entropy(torch.where(true, -torch.inf, s), own),
            "infinitely bad",
        ),
        (lambda s, own, true: len(s) * by_rows(s, own, true), "The sum over pictures"),
        (lambda s, own, true: -by_rows(s, own, true), "right is"),
        (losses.matching, "library's version"),
    ],
)
def test_the_matching_loss_as_people_get_it_wrong(answer, says):
    verdict = check.matching_loss(answer)
    assert not verdict and says in verdict.message


@pytest.mark.parametrize("seed", range(3))
def test_the_oracle_is_the_librarys_loss(seed):
    chance = torch.Generator().manual_seed(seed)
    scores, own = torch.randn(6, 5, generator=chance), torch.randint(5, (6,), generator=chance)
    true = (torch.rand(6, 5, generator=chance) < 0.4) | F.one_hot(own, 5).bool()
    wanted = losses.matching(scores, own, true)
    assert torch.isclose(check.matching_loss.oracle(scores, own, true), wanted)


# 7.7


def by_reordering(real_score, drawn_score, drawn_for):
    real = real_score.diagonal()[drawn_for]
    drawn = drawn_score.gather(1, drawn_for[:, None]).squeeze(1)
    return -F.logsigmoid(real - drawn).mean()


def by_caption(real_score, drawn_score, drawn_for):
    where = drawn_for.argsort()  # the drawn picture of each caption
    own = torch.arange(len(where))
    return F.softplus(drawn_score[where, own] - real_score[own, own]).mean()


@pytest.mark.parametrize("answer", [by_reordering, by_caption])
def test_pairs_in_two_ways(answer):
    assert check.pairs_loss(answer)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda r, d, f: F.softplus(d.diagonal() - r.diagonal()).mean(), "nobody asked"),
        (
            lambda r, d, f: F.softplus(d.gather(1, f[:, None])[:, 0] - r.diagonal()).mean(),
            "does not cancel",
        ),
        (
            lambda r, d, f: F.softplus((d - r).gather(1, f[:, None])).mean(),
            "false of that real picture",
        ),
        (lambda r, d, f: F.softplus(d - r).mean(), "Every picture under every caption"),
        (
            lambda r, d, f: F.softplus(r.diagonal()[f] - d[torch.arange(len(f)), f]).mean(),
            "exchanged",
        ),
        (
            lambda r, d, f: losses.relativistic_d(r.diagonal()[f], d.gather(1, f[:, None])[:, 0]),
            "library's version",
        ),
    ],
)
def test_pairs_as_people_get_them_wrong(answer, says):
    verdict = check.pairs_loss(answer)
    assert not verdict and says in verdict.message


# 7.8

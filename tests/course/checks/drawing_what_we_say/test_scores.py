"""Answers to 7.4 and 7.6 to 7.8 as people write them, right and wrong."""

import pytest
import torch
import torch.nn.functional as F

from dalle_edu.course.checks import drawing_what_we_say as check
from dalle_edu.gan import losses
from dalle_edu.gan.discriminator import Discriminator, DiscriminatorSettings

# 7.4


def in_one_product(features, captions, w_real, w_match):
    one = torch.ones(len(captions), 1)
    return features @ torch.cat([w_real[:, None], w_match], 1) @ torch.cat([one, captions], 1).T


def with_einsum(features, captions, w_real, w_match):
    fit = torch.einsum("bt,te,ne->bn", features, w_match, captions)
    return fit + torch.mv(features, w_real).unsqueeze(1)


@pytest.mark.parametrize("answer", [in_one_product, with_einsum])
def test_projection_in_two_ways(answer):
    assert check.projection(answer)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda f, c, w, m: f @ m @ c.T, "No unconditional term"),
        (lambda f, c, w, m: f @ m @ c.T + f @ w, "wrong axis"),
        (lambda f, c, w, m: (f @ m * c).sum(1) + f @ w, "own caption only"),
        (lambda f, c, w, m: (f @ w)[:, None].repeat(1, len(c)), "No caption is heard"),
        (lambda f, c, w, m: in_one_product(f, c, w, m).T, "lies on its side"),
        (lambda f, c, w, m: in_one_product(f, c, w, m) + 1, "right is"),
    ],
)
def test_projection_as_people_get_it_wrong(answer, says):
    verdict = check.projection(answer)
    assert not verdict and says in verdict.message


# 7.6


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


def by_conditionals(p, q):
    real = p.sum(1).log() - q.sum(1).log()
    return real, (p / q).log() - real[:, None]


def test_two_parts_in_another_way_and_they_sum_to_the_whole():
    assert check.two_parts(by_conditionals)
    for p, q in check.two_parts.cases():
        assert torch.allclose(p.sum(0), q.sum(0))  # equal shares of the captions
        real, fit = check.two_parts.oracle(p, q)
        whole = (p / p.sum(0)).log() - (q / q.sum(0)).log()
        assert torch.allclose(real[:, None] + fit, whole, atol=1e-5)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda p, q: (by_conditionals(p, q)[0], (p / q).log()), "once more"),
        (lambda p, q: tuple(-x for x in by_conditionals(p, q)), "Upside down"),
        (lambda p, q: tuple(x.exp() for x in by_conditionals(p, q)), "take logarithms"),
        (lambda p, q: ((p / q).log().mean(1), by_conditionals(p, q)[1]), "mean of logarithms"),
        (lambda p, q: by_conditionals(p, q)[0], "should return 2 things"),
    ],
)
def test_two_parts_as_people_get_them_wrong(answer, says):
    verdict = check.two_parts(answer)
    assert not verdict and says in verdict.message


def test_the_notebooks_scores_are_the_discriminators(built, words_of):
    d = Discriminator(DiscriminatorSettings(size=32, widths=(8, 16), top=16))
    for layer in (d.reader.out, d.reader.mlp[2]):  # no longer the identity
        torch.nn.init.normal_(layer.weight, std=0.1)
    pictures, words = torch.randn(2, 3, 16, 16), words_of(128)
    realness, _, regions = d.look(pictures)
    wanted = realness[:, None] + d.match(regions, d.read(*words))
    assert torch.allclose(built["scores"](d, pictures, *words), wanted, atol=1e-4)

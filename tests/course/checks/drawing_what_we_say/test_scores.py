"""Answers to 7.4 and 7.6 to 7.8 as people write them, right and wrong."""

import pytest
import torch

from dalle_edu.course.checks import drawing_what_we_say as check
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

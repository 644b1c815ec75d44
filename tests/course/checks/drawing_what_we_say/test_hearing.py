"""Answers to 7.5 as people write them; the library's layer beside the oracle."""

import math

import pytest
import torch
import torch.nn.functional as F

from dalle_edu.contrastive.encoders import attention_weights
from dalle_edu.course.checks import drawing_what_we_say as check
from dalle_edu.gan.generator import Generator, GeneratorSettings, Listen


def with_einsum(query, key, value, mask):
    scores = torch.einsum("bpc,blc->bpl", query, key) / query.shape[-1] ** 0.5
    scores = torch.where(mask[:, None], scores, torch.tensor(-torch.inf))
    return torch.einsum("bpl,blc->bpc", torch.softmax(scores, -1), value)


def by_hand(query, key, value, mask):
    """exp over sum, each picture for itself, its padding cut off."""
    heard = []
    for q, k, v, m in zip(query, key, value, mask, strict=True):
        e = (q @ k[m].T / math.sqrt(q.shape[1])).exp()
        heard.append(e / e.sum(1, keepdim=True) @ v[m])
    return torch.stack(heard)


@pytest.mark.parametrize("answer", [with_einsum, by_hand])
def test_cross_attention_in_two_ways(answer):
    assert check.cross_attention(answer)


def scored(query, key):
    return query @ key.mT / math.sqrt(query.shape[2])


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda q, k, v, m: scored(q, k).softmax(1) @ v, "over the places, and padding"),
        (lambda q, k, v, m: (scored(q, k) * m[:, None]).softmax(-1) @ v, "no silence"),
        (lambda q, k, v, m: scored(q, k).softmax(-1) @ (v * m[..., None]), "no longer sum to 1"),
        (lambda q, k, v, m: scored(q, k).softmax(-1) @ v, "Padding is heard"),
        (lambda q, k, v, m: with_einsum(q * math.sqrt(q.shape[2]), k, v, m), "sqrt"),
        (lambda q, k, v, m: with_einsum(q, k, v, ~m), "upside down"),
        (lambda q, k, v, m: q + with_einsum(q, k, v, m), "question was added"),
        (lambda q, k, v, m: scored(q, k), "gave the shape"),
        (
            lambda q, k, v, m: F.scaled_dot_product_attention(q, k, v, m[:, None]),
            "library's version",
        ),
        (
            lambda q, k, v, m: attention_weights(q[:, None], k[:, None], m)[:, 0] @ v,
            "library's version",
        ),
    ],
)
def test_cross_attention_as_people_get_it_wrong(answer, says):
    verdict = check.cross_attention(answer)
    assert not verdict and says in verdict.message


def test_the_oracle_is_what_the_librarys_layer_computes():
    torch.manual_seed(0)
    layer, mask = Listen(8, 3, 12, heads=1), torch.ones(2, 5).bool()
    mask[1, 3:] = False
    x, words = torch.randn(2, 8, 3, 3), torch.randn(2, 5, 12)
    z = x.flatten(2).mT
    query = layer.query(F.layer_norm(z, (8,))) + layer.place(layer.places)
    key, value = layer.key_value(words).chunk(2, -1)
    heard = layer.out(check.cross_attention.oracle(query, key, value, mask))
    assert torch.allclose((z + heard).mT.unflatten(2, (3, 3)), layer(x, words, mask), atol=1e-5)


def test_the_notebooks_listening_is_the_layers(built, words_of):
    layer, x, words = Listen(16, 4, 24), torch.randn(3, 16, 4, 4), words_of(24)
    assert torch.allclose(built["listen"](layer, x, *words), layer(x, *words), atol=1e-5)


def test_the_notebooks_pictures_are_the_generators(built, words_of):
    settings = GeneratorSettings(16, 8, 24, 12, width=16, style=24, widths=(16, 16, 8), listening=2)
    generator = Generator(settings)
    given = *words_of(24), F.normalize(torch.randn(3, 12), dim=1), torch.randn(3, 8)
    assert torch.allclose(built["draw"](generator, *given), generator(*given), atol=1e-4)

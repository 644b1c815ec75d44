"""Cross-attention: every place of a grid asks the words."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from dalle_edu.contrastive.encoders import attention_weights
from dalle_edu.course.checks.drawing.shuffle import WithoutTorchs
from dalle_edu.course.checks.exercise import Mistake, random


def _by_loop(query: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> Tensor:
    heard = torch.zeros(*query.shape[:2], value.shape[2])
    for b in range(len(query)):
        words = [w for w in range(key.shape[1]) if mask[b, w]]
        for place in range(query.shape[1]):
            scores = [
                math.exp((query[b, place] @ key[b, w]).item() / math.sqrt(query.shape[2]))
                for w in words
            ]
            for score, w in zip(scores, words, strict=True):
                heard[b, place] += score / sum(scores) * value[b, w]
    return heard


def _heard(
    share: Callable[[Tensor, Tensor], Tensor] = lambda s, m: s.masked_fill(~m, -torch.inf).softmax(
        2
    ),
    scale: Callable[[int], float] = lambda c: 1 / math.sqrt(c),
    after: Callable[[Tensor, Tensor], Tensor] = lambda heard, query: heard,
) -> Callable:
    """The attention, right by default: shares from scores (B, P, L) and a mask (B, 1, L)."""

    def attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> Tensor:
        scores = query @ key.transpose(1, 2) * scale(query.shape[2])
        return after(share(scores, mask[:, None]) @ value, query)

    return attend


def _over_places(scores: Tensor, mask: Tensor) -> Tensor:
    """Each word divides itself among the places; padding says nothing."""
    return (scores.softmax(1)) * mask


def _case(seed: int, batch: int, places: int, words: int, width: int) -> tuple[Tensor, ...]:
    randn = random(seed)
    lengths = torch.tensor([words - 2 * (b % 2) for b in range(batch)])
    mask = torch.arange(words)[None] < lengths[:, None]
    key, value = 1.5 * randn(batch, words, width), randn(batch, words, width)
    return 1.5 * randn(batch, places, width), key, value, mask


cross_attention = WithoutTorchs(
    "7.5",
    _by_loop,
    lambda: [_case(75, 2, 6, 5, 4), _case(76, 3, 4, 7, 8)],
    (
        Mistake(
            _heard(_over_places),
            "The softmax runs over the places: each word would have to divide itself among them, "
            "and a place may hear nothing. Each *place* asks: softmax over the words.",
        ),
        Mistake(
            _heard(lambda s, m: s.softmax(1)),
            "The softmax runs over the places, and padding is heard too. Each *place* asks: "
            "softmax over the words, padding at minus infinity before it.",
        ),
        Mistake(
            _heard(lambda s, m: s.softmax(2)),
            "Padding is heard: a caption is drawn otherwise beside a longer one. Its scores are "
            "minus infinity before the softmax.",
        ),
        Mistake(
            _heard(lambda s, m: s.softmax(2) * m),
            "Padding is removed after the softmax, so the words' shares no longer sum to 1, and "
            "how loud they are depends on the company. Mask before it.",
        ),
        Mistake(
            _heard(lambda s, m: (s * m).softmax(2)),
            "A score of 0 is no silence: exp(0) is 1. Padding's scores are minus infinity.",
        ),
        Mistake(
            _heard(lambda s, m: s.masked_fill(m, -torch.inf).softmax(2)),
            "The mask is upside down: it is True where there *is* a word.",
        ),
        Mistake(
            _heard(scale=lambda c: 1.0),
            "No division by sqrt(c): the longer the vectors, the more a single word takes all.",
        ),
        Mistake(_heard(scale=lambda c: 1 / c), "Divided by c; the paper divides by its root."),
        Mistake(
            _heard(lambda s, m: s.sigmoid() * m),
            "A sigmoid asks each word for itself; here the words share one attention: softmax.",
        ),
        Mistake(
            _heard(after=lambda heard, query: heard + query),
            "The question was added to what was heard. The layer around it does that, not this.",
        ),
    ),
    refused=(attention_weights,),
    praise="Every place hears a mean of the words, weighted by its own question; padding is mute.",
    read="the section on how a place hears a word",
    forbidden=("scaled_dot_product_attention", "multi_head_attention_forward"),
)

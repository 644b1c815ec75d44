"""Exercises on what reads a sentence: places as rotations, and one vector for many words."""

import math

import torch
from torch import Tensor

from dalle_edu.contrastive.encoders import rotate as library_rotate
from dalle_edu.course.checks.exercise import Build, Mistake, random


def _sequences() -> list[tuple]:
    randn = random(31)
    return [(randn(length, channels),) for length, channels in ((3, 2), (5, 4), (7, 8))]


def _turned_by_hand(x: Tensor) -> Tensor:
    length, channels = x.shape
    out = torch.zeros_like(x)
    for place in range(length):
        for first in range(0, channels, 2):
            angle = place * 100.0 ** (-first / channels)
            u, v = x[place, first], x[place, first + 1]
            out[place, first] = u * math.cos(angle) - v * math.sin(angle)
            out[place, first + 1] = u * math.sin(angle) + v * math.cos(angle)
    return out


def _turned_with(speed=lambda first, c: 100.0 ** (-first / c), start=0, way=1, halves=False):
    """A way to get it wrong: speeds, first place, sense of the turn, which channels pair up."""

    def wrong(x: Tensor) -> Tensor:
        length, channels = x.shape
        first = torch.arange(0, channels, 2)
        places = torch.arange(start, length + start)[:, None]
        angle = way * places * torch.tensor([float(speed(int(f), channels)) for f in first])
        if halves:
            u, v = x.chunk(2, 1)
        else:
            u, v = x[:, 0::2], x[:, 1::2]
        parts = u * angle.cos() - v * angle.sin(), u * angle.sin() + v * angle.cos()
        return torch.cat(parts, 1) if halves else torch.stack(parts, 2).flatten(1)

    return wrong


def _overwritten(x: Tensor) -> Tensor:
    turned, out = _turned_by_hand(x), _turned_by_hand(x)
    for place in range(len(x)):
        for first in range(0, x.shape[1], 2):
            angle = place * 100.0 ** (-first / x.shape[1])
            u, v = turned[place, first], x[place, first + 1]
            out[place, first + 1] = u * math.sin(angle) + v * math.cos(angle)
    return out


rotate = Build(
    "3.1",
    _turned_by_hand,
    _sequences,
    (
        Mistake(
            _turned_with(way=-1),
            "Turned the other way: (u, v) becomes (u cos - v sin, u sin + v cos).",
        ),
        Mistake(
            _turned_with(speed=lambda first, c: 1.0),
            "All pairs turn at one speed, so that places a full turn apart look alike: pair k "
            "turns "
            "by place x 100^(-2k/c).",
        ),
        Mistake(
            _turned_with(speed=lambda first, c: 100.0 ** (first / c)),
            "Later pairs turn faster here: the exponent has a minus.",
        ),
        Mistake(
            _turned_with(speed=lambda first, c: 100.0 ** (-first / 2 / c)),
            "The exponent is -2k/c for pair k, that is minus the first channel's number over c.",
        ),
        Mistake(
            _turned_with(start=1),
            "You count places from 1. The scores would not change, for they know distances only; "
            "here the first place is 0 and is not turned.",
        ),
        Mistake(
            _turned_with(halves=True),
            "You paired the first half with the second: another convention, as good as ours; here "
            "neighbours are a pair, x[:, 0::2] and x[:, 1::2].",
        ),
        Mistake(
            _overwritten,
            "The second channel used the *new* first one: compute both from the old u and v.",
        ),
    ),
    (library_rotate,),
    "A turn keeps lengths: where a word stands changes what it is compared with, not how loud it "
    "is.",
)


def _two_vectors() -> list[tuple]:
    randn = random(32)
    steps = (0, 1.0), (3, 0.5), (-2, 0.3), (5, 1.0)
    return [(randn(2), randn(2), distance, frequency) for distance, frequency in steps]


def _turn(x: Tensor, angle: float) -> Tensor:
    c, s = math.cos(angle), math.sin(angle)
    return torch.stack([c * x[0] - s * x[1], s * x[0] + c * x[1]])


def _score_by_turning(q: Tensor, k: Tensor, distance: int, frequency: float) -> Tensor:
    return _turn(q, 7 * frequency) @ _turn(k, (7 + distance) * frequency)


def _cross(q: Tensor, k: Tensor) -> Tensor:
    return q[1] * k[0] - q[0] * k[1]


relative_score = Build(
    "3.2",
    _score_by_turning,
    _two_vectors,
    (
        Mistake(
            lambda q, k, d, w: math.cos(d * w) * (q @ k) - math.sin(d * w) * _cross(q, k),
            "The sine has the wrong sign: q stands at m, k at n, and the distance is n - m.",
        ),
        Mistake(
            lambda q, k, d, w: math.cos(d * w) * (q @ k),
            "The sine is missing: without it nobody could tell before from behind.",
        ),
        Mistake(
            lambda q, k, d, w: math.cos(d) * (q @ k) + math.sin(d) * _cross(q, k),
            "The angle is the distance *times the frequency*.",
        ),
        Mistake(
            lambda q, k, d, w: q @ k,
            "That is the score without any turning: the same at every distance.",
        ),
        Mistake(
            lambda q, k, d, w: math.cos(d * w) * (q @ k) + math.sin(d * w) * (q @ k.flip(0)),
            "With the sine stands q[1] k[0] *minus* q[0] k[1]: a turn by 90 degrees, no mirror.",
        ),
    ),
    (library_rotate,),
    "m and n are gone, only their difference is left: so what is learned of neighbours holds "
    "wherever in the caption they stand.",
)


def _padded() -> list[tuple]:
    """States and tokens; every row has padding at its end, and ids in no order."""
    randn, cases = random(33), []
    for lengths, width in (((3, 5, 2), 7), ((4, 1), 6), ((2, 6, 3, 5), 8)):
        tokens = torch.zeros(len(lengths), width, dtype=torch.int64)
        for row, length in zip(tokens, lengths, strict=True):
            row[:length] = torch.tensor(
                [1, *((37 * k * length) % 90 + 5 for k in range(9, 0, -1))][:length]
            )
        cases.append((randn(len(lengths), width, 4), tokens))
    return cases


def _mean_by_hand(states: Tensor, tokens: Tensor) -> Tensor:
    rows = zip(states, tokens.tolist(), strict=True)
    kept = [[s for s, t in zip(row, ids, strict=True) if t] for row, ids in rows]
    return torch.stack([sum(row) / len(row) for row in kept])


def _mask(tokens: Tensor) -> Tensor:
    return (tokens > 0)[..., None].float()


sentence_mean = Build(
    "3.3",
    _mean_by_hand,
    _padded,
    (
        Mistake(
            lambda states, tokens: states.mean(1),
            "Padding is averaged in: the same caption gets another vector in a longer batch.",
        ),
        Mistake(
            lambda states, tokens: (states * _mask(tokens)).mean(1),
            "Padding is set to 0 but still counted: divide by the number of words, not by L.",
        ),
        Mistake(
            lambda states, tokens: (states * _mask(tokens)).sum(1),
            "That is the sum: a long caption's vector is long.",
        ),
        Mistake(
            lambda states, tokens: (
                (states * _mask(tokens))[:, 1:].sum(1) / (_mask(tokens)[:, 1:].sum(1)).clamp(min=1)
            ),
            "The start token counts here, too: only padding, id 0, is left out.",
        ),
        Mistake(
            lambda states, tokens: (states * _mask(tokens)).sum((0, 1)) / _mask(tokens).sum(),
            "You averaged over the whole batch: one vector for each caption.",
        ),
        Mistake(
            lambda states, tokens: (
                (states * (1 - _mask(tokens))).sum(1) / (1 - _mask(tokens)).sum(1).clamp(min=1)
            ),
            "The mask is upside down: words are the ids above 0.",
        ),
    ),
    praise="A caption's vector no longer depends on its neighbours in the batch.",
)


def _end_by_hand(states: Tensor, tokens: Tensor) -> Tensor:
    return torch.stack(
        [s[len([i for i in t if i]) - 1] for s, t in zip(states, tokens.tolist(), strict=True)]
    )


def _at(place_of):
    def pick(states: Tensor, tokens: Tensor) -> Tensor:
        return states[torch.arange(len(states)), place_of(tokens)]

    return pick


def _lengths(tokens: Tensor) -> Tensor:
    return (tokens > 0).sum(1)


sentence_end = Build(
    "3.4",
    _end_by_hand,
    _padded,
    (
        Mistake(
            _at(_lengths),
            "Off by one: a caption of n tokens ends at place n - 1; yours is the first padding.",
        ),
        Mistake(
            _at(lambda tokens: (_lengths(tokens) - 2).clamp(min=0)),
            "Off by one: that is the token *before* the last.",
        ),
        Mistake(
            lambda states, tokens: states[:, -1],
            "The last column is padding in all but the longest caption.",
        ),
        Mistake(
            _at(lambda tokens: tokens.argmax(1)),
            "The place of the largest id is CLIP's own way, right only where the end token has the "
            "largest id of all; ours has no end token.",
        ),
        Mistake(
            lambda states, tokens: states[:, 0],
            "That is the start token: our encoder's choice, but not what is asked here.",
        ),
        Mistake(
            _at(lambda tokens: (tokens == 0).sum(1)), "You counted the padding: count the words."
        ),
    ),
    praise="In an encoder that looks only backwards, as CLIP's, this is the one place that has "
    "heard the whole sentence.",
)

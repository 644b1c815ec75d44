"""Exercises on reading a result: what order is worth, what a probe proves."""

import torch
import torch.nn.functional as F
from torch import Tensor

from dalle_edu.contrastive.encoders import TextEncoder, TextSettings
from dalle_edu.course.checks.exercise import Build, Choice, Estimate, Mistake, random


def swapped_share(pairs: int = 64) -> float:
    """How often, in %, a bag of words ranks a caption above the same words in another order.

    A text encoder whose learned places are all 0, random captions, random pictures; a tie, up to
    rounding, counts one half.
    """
    with torch.random.fork_rng():
        torch.manual_seed(0)
        encoder = TextEncoder(TextSettings(64, 32, 2, 4, 16, positions="absolute"))
        tokens = torch.randint(2, 64, (pairs, 12))
        pictures = torch.randn(pairs, 32)
    tokens[:, 0] = 1  # start
    swapped = torch.cat([tokens[:, :1], tokens[:, 6:], tokens[:, 1:6]], 1)
    with torch.no_grad():
        encoder.place.zero_()
        lead = ((encoder(tokens)[0] - encoder(swapped)[0])[:, 0] * pictures).sum(1)
    points = torch.where(lead.abs() < 1e-3, 0.5, (lead > 0).float())
    return 100 * points.mean().item()


predict_swapped = Estimate(
    "3.8",
    swapped_share,
    lambda guess, measured: abs(guess - measured) <= 5,
    (
        Mistake(lambda guess: 0.4 <= guess <= 0.6, "As a share, yes; give it in %."),
        Mistake(
            lambda guess: guess >= 85,
            "R@1 says so, but no two captions that it compares hold the same words. These two do.",
        ),
        Mistake(
            lambda guess: abs(guess) < 15,
            "Always wrong would mean that it knows the order and prefers the false one. It does "
            "not "
            "know the order at all.",
        ),
        Mistake(
            lambda guess: 55 < guess < 85,
            "Less: to a bag of words both captions are one and the same, so a coin decides.",
        ),
    ),
    lambda measured: f"{measured:.0f} %: for a bag of words the two captions are the same caption.",
)


def _steps() -> list[tuple]:
    randn = random(39)
    cases = []
    for batch, pixels, width, classes, rate in ((6, 5, 4, 3, 0.5), (9, 4, 6, 4, 0.1)):
        y = torch.arange(batch) % classes
        cases.append((randn(pixels, width), randn(width, classes), randn(batch, pixels), y, rate))
    return cases


def _stepped(encoder, head, x, y, rate, reduction="mean", moved=(False, True), sign=1, soft=False):
    """Encoder and head after a step of gradient descent, each moved or not."""
    parts = [p.detach().clone().requires_grad_() for p in (encoder, head)]
    logits = torch.tanh(x @ parts[0]) @ parts[1]
    loss = F.cross_entropy(logits.softmax(1) if soft else logits, y, reduction=reduction)
    slopes = torch.autograd.grad(loss, parts)
    return tuple(
        (p - sign * rate * slope * move).detach()
        for p, slope, move in zip(parts, slopes, moved, strict=True)
    )


def _by_hand(encoder: Tensor, head: Tensor, x: Tensor, y: Tensor, rate: float):
    features = torch.tanh(x @ encoder)
    share = torch.exp(features @ head)
    share = share / share.sum(1, keepdim=True)
    miss = share - F.one_hot(y, head.shape[1])
    return encoder.clone(), head - rate * features.T @ miss / len(x)


def _probe(**changes):
    return lambda *case: _stepped(*case, **changes)


probe_step = Build(
    "3.10",
    _by_hand,
    _steps,
    (
        Mistake(
            _probe(moved=(True, True)),
            "The encoder moved: then it is no probe of what the encoder knew, but more training. "
            "Give the gradient to the head only.",
        ),
        Mistake(
            _probe(moved=(True, False)),
            "The encoder moved and the head stood still: it is the other way round.",
        ),
        Mistake(
            _probe(moved=(False, False)), "Nothing moved: is the head among what the step changes?"
        ),
        Mistake(_probe(sign=-1), "Uphill: subtract the gradient."),
        Mistake(_probe(reduction="sum"), "You took the sum over the pictures: take the mean."),
        Mistake(_probe(soft=True), "cross_entropy softmaxes by itself: give it the logits."),
    ),
    praise="Whatever the head can read now, the frozen encoder had already laid out in a line.",
)

bag = Choice(
    "3.11",
    "cy",
    (
        Mistake("ax", "R@1 is high and rises with more data, and the swaps stay at chance."),
        Mistake("ay", "The part is right. But R@1 is 89 %: by that number all is well."),
        Mistake("az", "R@1 is 89 %: by that number all is well, and the picture encoder too."),
        Mistake("bx", "97 % on colour: which words occur is known. Ask about their order."),
        Mistake("by", "The part is right. But 97 % on colour shows that words are heard, no more."),
        Mistake("bz", "Colours are seen well, 97 %: the picture encoder is not the trouble."),
        Mistake("cx", "The number is right. Four times the data left it at chance: not the mend."),
        Mistake(
            "cz",
            "The number is right. But the picture encoder sees what stands where: "
            "places of a single thing are told at 100 %.",
        ),
    ),
    "Swapped captions hold the same words, so only the order can tell them apart; neighbours must "
    "be heard as neighbours wherever they stand: relative positions.",
)

probes = Choice(
    "3.12",
    "bca",
    (
        Mistake(
            "abc", "Run 1's weights stood still and it was scored twice: compare the two scores."
        ),
        Mistake("acb", "Run 1's encoder did not move, and run 2's untrained one is no better."),
        Mistake("bac", "Run 1 is right. In run 3 the encoder stood still; in which did it not?"),
        Mistake("cab", "Run 1's encoder did not move at all: look at its two scores."),
        Mistake("cba", "Run 3 is right. Which of the others moved the encoder?"),
    ),
    "Each has a number of its own: a second score on unseen pictures, the distance that the "
    "weights "
    "moved, and the same probe on an untrained encoder.",
)

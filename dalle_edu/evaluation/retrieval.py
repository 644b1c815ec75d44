"""Ranking by truth: is what stands first *true*, and does a true caption outrank its edit?

A hit is an item that is true, not the one that happened to be paired. R@1 alone hides a bag of
words: the edits show it. Used in chapters 3, 4 and 9.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from dalle_edu.data.pictures import to_network
from dalle_edu.world.caption import describe
from dalle_edu.world.edits import KINDS, false_caption
from dalle_edu.world.render import render
from dalle_edu.world.scene import GRAMMARS, sample


@dataclass(frozen=True)
class Recall:
    """One direction: `hits` of `queries`; `duplicates` counts queries with several true items."""

    hits: int
    queries: int
    duplicates: int

    @property
    def rate(self) -> float:
        """Share of queries with a true item among the first k."""
        return self.hits / self.queries


def recall_at_k(similarity: Tensor, true: Tensor, k: int = 1) -> tuple[Recall, Recall]:
    """How often something true stands among the k most similar, both ways.

    A tie counts against us: a false item as similar as the best true one ranks before it, so equal
    similarities (an encoder that collapsed) hit nothing.

    Args:
        similarity: (B, M), rows pictures, columns captions.
        true: (B, M) bool, where the caption is true of the picture. A caption true of no picture
            is searched among, but asks nothing.
        k: at least 1.

    Returns:
        Picture to caption, caption to picture.

    Raises:
        ValueError: if the shapes differ, k is below 1, a similarity is not a number, or a picture
            has no true caption.
    """
    if similarity.shape != true.shape or similarity.ndim != 2:
        shapes = f"{tuple(similarity.shape)} and {tuple(true.shape)}"
        raise ValueError(f"similarity and true have shapes {shapes}: make both (B, M)")
    if k < 1:
        raise ValueError(f"k is {k}: give at least 1")
    if similarity.isnan().any():
        raise ValueError("similarity holds NaN: the embeddings are broken, not the ranking")
    if len(without := (~true.any(1)).nonzero()):
        raise ValueError(f"picture {int(without[0])} has no true caption: leave it out")

    def one_way(s: Tensor, t: Tensor) -> Recall:
        s, t = s[t.any(1)], t[t.any(1)]
        best = s.masked_fill(~t, -float("inf")).amax(1, keepdim=True)
        before = (~t & (s >= best)).sum(1)
        return Recall(int((before < k).sum()), len(s), int((t.sum(1) > 1).sum()))

    return one_way(similarity, true), one_way(similarity.T, true.T)


class EditTest:
    """How often a scorer ranks the true caption above one edit of it, each kind of edit apart.

    Unseen scenes with a complete caption and an edited, false one; chance is one half.

    Args:
        grammar: "core", "wide" or "whole".
        size: side of the pictures in pixels.
        tokenizer: list of texts to (N, L) int64.
        pairs: how many for each kind; the standard error at 95 % and 400 pairs is 1.1 points.
        language: "en" or "zh".
    """

    def __init__(self, grammar: str, size: int, tokenizer: Callable, pairs: int, language="en"):
        self.kinds = {}
        for kind in KINDS:
            rng, pictures, captions = random.Random(f"edits/{kind}"), [], []
            for _ in range(30 * pairs):
                if len(pictures) == pairs:
                    break
                scene, seed = sample(rng, "seen", GRAMMARS[grammar]), rng.getrandbits(32)
                false = false_caption(scene, "complete", language, seed, kind, GRAMMARS[grammar])
                if false is not None:
                    true = describe(scene, "complete", language, seed, GRAMMARS[grammar])
                    pictures.append(render(scene, size, rng))
                    captions.append((true.text, false.text))
            if pictures:
                both = (tokenizer(list(texts)) for texts in zip(*captions, strict=True))
                self.kinds[kind] = (to_network(torch.stack(pictures)), *both)

    def run(self, score: Callable[[Tensor, Tensor], Tensor]) -> dict[str, float]:
        """For each kind the share of pairs in which `score` is higher for the true caption.

        Args:
            score: pictures (B, 3, H, W) in [-1, 1] and tokens (B, L) to (B,); ties count as lost.
        """
        return {
            kind: (score(pictures, true) > score(pictures, false)).float().mean().item()
            for kind, (pictures, true, false) in self.kinds.items()
        }

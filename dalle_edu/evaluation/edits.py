"""How often a scorer ranks the true caption above one edit of it, each kind of edit apart.

R@1 alone hides a bag of words; this table shows it (chapter 3). Chance is one half.
"""

import random
from collections.abc import Callable

import torch
from torch import Tensor

from dalle_edu.world.caption import describe
from dalle_edu.world.edits import KINDS, false_caption
from dalle_edu.world.render import render
from dalle_edu.world.scene import GRAMMARS, sample


class EditTest:
    """Unseen scenes with a complete caption and one edited caption, `pairs` for each kind of edit.

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
                stacked = torch.stack(pictures).float() / 127.5 - 1
                pictures = stacked.contiguous(memory_format=torch.channels_last)
                true, false = zip(*captions, strict=True)
                self.kinds[kind] = (pictures, tokenizer(list(true)), tokenizer(list(false)))

    def run(self, score: Callable[[Tensor, Tensor], Tensor]) -> dict[str, float]:
        """For each kind the share of pairs in which `score` is higher for the true caption.

        Args:
            score: pictures (B, 3, H, W) in [-1, 1] and tokens (B, L) to (B,); ties count as lost.
        """
        return {
            kind: (score(pictures, true) > score(pictures, false)).float().mean().item()
            for kind, (pictures, true, false) in self.kinds.items()
        }

"""Batches of Little World for the loops: batch k is a pure function of (seed, k).

So the position in the data is one integer, and a resumed run meets the batches it would have met.
A pool of scenes is rendered once; captions, edits and the choice of pictures are drawn anew in each
batch. Nothing held out is ever drawn: not as picture, not as true caption, not as false caption.
"""

import random
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor
from tqdm import tqdm

from dalle_edu.contrastive.across import processes
from dalle_edu.data.pictures import to_network
from dalle_edu.data.tokenizer import Tokenizer, words
from dalle_edu.training.recipes import DataRecipe
from dalle_edu.world import chinese, english
from dalle_edu.world.caption import Caption, describe
from dalle_edu.world.edits import false_caption
from dalle_edu.world.render import render
from dalle_edu.world.scene import GRAMMARS, encode, sample
from dalle_edu.world.truth import truth_matrix


@dataclass
class Batch:
    """Pictures with their true captions, then one false (edited) caption each."""

    index: Tensor  # (B,) rows of the pool
    pictures: Tensor  # (B, 3, H, W) in [-1, 1], channels last
    captions: list[Caption]  # 2B: B true ones, then B edited ones
    tokens: Tensor  # (2B, L) int64
    positive: Tensor  # (B, 2B) bool: caption j is true of picture i

    def to(self, device: torch.device) -> "Batch":
        """The same on another device."""
        tensors = {k: v.to(device) for k, v in vars(self).items() if isinstance(v, Tensor)}
        return replace(self, **tensors)


def draw_captions(scene, data: DataRecipe, rng: random.Random) -> tuple[Caption, Caption]:
    """A true caption of a scene and an edited, false one in the same manner."""
    while True:
        kind = "terse" if rng.random() < data.terse else "complete"
        language = "zh" if rng.random() < data.chinese else "en"
        seed = rng.getrandbits(32)
        grammar = GRAMMARS[data.grammar]
        true = describe(scene, kind, language, seed, grammar)
        false = false_caption(scene, kind, language, seed, None, grammar)
        if false is not None:
            return true, false


def train_tokenizer(data: DataRecipe, seed: int) -> Tokenizer:
    """Byte-level BPE on training captions; its lexicon holds the words that occur in them."""
    rng = random.Random(f"tokenizer/{seed}")
    texts = []
    for _ in range(min(data.scenes, 16384)):
        scene = sample(rng, "seen", GRAMMARS[data.grammar])
        texts += [caption.text for caption in draw_captions(scene, data, rng)]
    occur = {"en": set(words(" ".join(texts))), "zh": "".join(texts)}
    known = {"en": english.words(), "zh": chinese.words()}
    lexicon = {k: [word for word in known[k] if word in occur[k]] for k in known}
    return Tokenizer.train(texts, data.vocabulary, lexicon)


class LittleWorld:
    """A pool of rendered scenes, and the batches drawn from it.

    Args:
        data: grammar, number of scenes, side of the pictures, shares of terse and Chinese captions.
        tokenizer: for the captions.
        seed: of scenes, pixels and batches.
        name: of the pool, so that two pools of one seed differ ("train", "align", ...).
    """

    def __init__(self, data: DataRecipe, tokenizer: Tokenizer, seed: int, name: str = "train",
                 scenes: int | None = None, progress: bool = True):  # fmt: skip
        self.data, self.tokenizer, self.seed, self.name = data, tokenizer, seed, name
        rng = random.Random(f"{name}/{seed}")
        count = scenes or data.scenes
        self.scenes = [sample(rng, "seen", GRAMMARS[data.grammar]) for _ in range(count)]
        self.codes = np.array([encode(scene) for scene in self.scenes])
        self.pictures = torch.empty(count, 3, data.size, data.size, dtype=torch.uint8)
        hide = None if progress else True  # None: hidden unless on a terminal
        for i, scene in enumerate(tqdm(self.scenes, "rendering", disable=hide)):
            self.pictures[i] = render(scene, data.size, rng)

    def batch(self, k: int, size: int) -> Batch:
        """Batch k of `size` pictures."""
        rng = random.Random(f"{self.name}/{self.seed}/{k}")
        index = [rng.randrange(len(self.scenes)) for _ in range(size)]
        pairs = [draw_captions(self.scenes[i], self.data, rng) for i in index]
        captions = [true for true, _ in pairs] + [false for _, false in pairs]
        return Batch(
            torch.tensor(index),
            to_network(self.pictures[index]),
            captions,
            self.tokenizer([caption.text for caption in captions]),
            truth_matrix(self.codes[index], captions),
        )

    def truth_everywhere(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """A batch against those that the other processes hold at this step, of as many pictures.

        Returns:
            (B, W M) bool, which of all captions are true of its pictures; (M, W B) bool, of which
            of all pictures its captions are true. Both on the batch's device.
        """
        if processes() == 1:
            return batch.positive, batch.positive.T
        codes = self.codes[batch.index.cpu()]
        held = [None] * processes()
        dist.all_gather_object(held, (codes, batch.captions))
        all_codes, all_captions = zip(*held, strict=True)
        rows = truth_matrix(codes, [caption for part in all_captions for caption in part])
        columns = truth_matrix(np.concatenate(all_codes), batch.captions).T
        return rows.to(batch.positive.device), columns.to(batch.positive.device)


def candidates(batch: Batch, count: int, chance: torch.Generator) -> tuple[Tensor, Tensor]:
    """For each picture its own caption, its edit, and others of the batch to tell apart.

    Returns:
        Columns (B, count) int64, the first the picture's own caption; and (B, count) bool, True
        where a candidate is true of the picture.
    """
    size = len(batch.pictures)
    device = batch.positive.device
    shifts = (1 + torch.randperm(size - 1, generator=chance)[: count - 2]).to(device)
    rows = torch.arange(size, device=device)[:, None]
    columns = torch.cat([rows, rows + size, (rows + shifts) % size], 1)
    return columns, batch.positive.gather(1, columns)


def pick(words: tuple[Tensor, ...], columns: Tensor) -> tuple[Tensor, ...]:
    """Queries, contents and mask (N, L, ...) of the captions in columns (B, K): (B, K, L, ...).

    By `index_select`: the backward of `part[columns]` adds in any order on several threads, so that
    two runs of one seed would differ in the last digits.
    """
    return tuple(
        part.index_select(0, columns.flatten()).unflatten(0, columns.shape) for part in words
    )

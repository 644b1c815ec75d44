"""The whole chain: text, tokens, words and sentence, aligned embedding, picture. Chapter 8.

`dalle_edu.load("little-world")` returns a `Chain`. The way of the data is the way of the reading.
"""

import math
import secrets
import warnings
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn

from dalle_edu.contrastive.clip import Clip
from dalle_edu.data.pictures import to_images, to_network, to_pictures
from dalle_edu.data.tokenizer import Tokenizer
from dalle_edu.gan.generator import Generator


class Heard(NamedTuple):
    """What stage 1 makes of captions."""

    states: Tensor  # (B, L, D) word states, for the discriminator
    words: Tensor  # (B, L, 3D) states, queries and contents, normalised: for the generator
    mask: Tensor  # (B, L) True where there is a word
    sentence: Tensor  # (B, D) the text embedding


@torch.no_grad()
def hear(clip: Clip, tokens: Tensor) -> Heard:
    """Tokens (B, L) through the frozen text encoder; all float32."""
    sentence, (query, content, mask), states = clip.captions(tokens)
    words = torch.cat([states, query, content], -1).float()
    words = F.layer_norm(words, words.shape[-1:])
    return Heard(states.float(), words, mask, sentence)


def noise(seed: int, k: int, channels: int) -> Tensor:
    """Standard normal numbers (channels,) float32 for picture k of a seed, the same everywhere.

    A counter-based 32-bit integer hash, then Box-Muller in float64 rounded to float32: no library's
    generator is involved, so that another language draws the same picture from the same seed.
    """
    counter = np.arange(2 * math.ceil(channels / 2), dtype=np.uint64)
    low, high = np.uint64(seed & 0xFFFFFFFF), np.uint64(seed >> 32 & 0xFFFFFFFF)
    x = _hash(_hash(_hash(_hash(counter) ^ low) ^ high) ^ np.uint64(k))
    uniform = ((x + np.uint64(1)).astype(np.float64) / 2.0**32).reshape(2, -1)  # in (0, 1]
    radius, angle = np.sqrt(-2 * np.log(uniform[0])), 2 * np.pi * uniform[1]
    normal = np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])[:channels]
    return torch.from_numpy(normal.astype(np.float32))


def _hash(x: np.ndarray) -> np.ndarray:
    """Mixes 32-bit integers held in uint64 (the finaliser of MurmurHash3, Appleby 2008)."""
    mask = np.uint64(0xFFFFFFFF)
    x = (x + np.uint64(0x9E3779B9)) & mask
    x = ((x ^ (x >> np.uint64(16))) * np.uint64(0x85EBCA6B)) & mask
    x = ((x ^ (x >> np.uint64(13))) * np.uint64(0xC2B2AE35)) & mask
    return x ^ (x >> np.uint64(16))


class Chain:
    """Draws what it is told. Attributes: `tokenizer`, `clip`, `mapping`, `generator`, `name`."""

    def __init__(
        self, name: str, tokenizer: Tokenizer, clip: Clip, mapping: nn.Module, generator: Generator
    ):
        self.name, self.tokenizer = name, tokenizer
        self.clip, self.mapping, self.generator = clip, mapping, generator
        for part in (clip, mapping, generator):
            part.eval().requires_grad_(False)

    def __call__(self, prompts: Sequence[str], n: int = 1, seed: int | None = None) -> Tensor:
        """Draws n pictures of each prompt.

        Args:
            prompts: P texts in English or Chinese.
            n: pictures a prompt.
            seed: the same seed draws the same pictures; None draws others every time. Picture k of
                a prompt depends on (seed, k) only, whatever else is in the batch.

        Returns:
            uint8 (P, n, 3, H, W).

        Raises:
            TypeError: if a prompt is not a text, or `prompts` is a single text.
            ValueError: if a prompt is empty or n is below 1.
        """
        self.check(prompts)
        if not isinstance(n, int) or n < 1:
            raise ValueError(f"n is {n!r}: ask for at least one picture")
        z = self.noise(n, secrets.randbits(63) if seed is None else seed)
        heard = hear(self.clip, self.tokenizer(list(prompts)))
        drawn = self.generate(heard, z.repeat(len(prompts), 1))
        return to_pictures(drawn).unflatten(0, (len(prompts), n))

    def check(self, prompts: Sequence[str]) -> None:
        """Refuses what is no list of texts or has an empty one; warns of words never seen."""
        if isinstance(prompts, str):
            raise TypeError("prompts is a single text: give a list, such as [prompt]")
        if not prompts:
            raise ValueError("there is no prompt: give at least one")
        for i, prompt in enumerate(prompts):
            if not isinstance(prompt, str):
                raise TypeError(f"prompt {i} is {type(prompt).__name__}, not a text: give a string")
            if not prompt.strip():
                raise ValueError(f"prompt {i} is empty: give every prompt at least one word")
        unknown = [word for prompt in prompts for word in self.tokenizer.unknown_words(prompt)]
        if unknown:
            quoted = ", ".join(repr(word) for word in dict.fromkeys(unknown))
            warnings.warn(f"never seen in training, drawn anyway: {quoted}", stacklevel=3)

    def noise(self, n: int, seed: int) -> Tensor:
        """Noise for pictures 0 to n - 1 of a seed, the map's and the generator's, (n, Z)."""
        channels = self.mapping.noise + self.generator.settings.noise
        return torch.stack([noise(seed, k, channels) for k in range(n)])

    @torch.no_grad()
    def generate(self, heard: Heard, z: Tensor, batch: int = 64) -> Tensor:
        """Noise (P * n, Z), n rows a caption heard, to (P * n, 3, H, W) in [-1, 1]."""
        n = len(z) // len(heard.sentence)
        rows = [t.repeat_interleave(n, 0) for t in (heard.words, heard.mask, heard.sentence)]
        drawn = []
        for words, mask, sentence, part in zip(*(t.split(batch) for t in (*rows, z)), strict=True):
            for_map, for_generator = self.split(part)
            aligned = self.mapping(sentence, for_map)
            drawn.append(self.generator(words, mask, aligned, for_generator))
        return torch.cat(drawn)

    def split(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Noise (B, Z) as the map's part and the generator's."""
        return z[:, : self.mapping.noise], z[:, self.mapping.noise :]

    def draw(
        self, prompt: str, n: int = 1, seed: int | None = None, rerank: int | None = None
    ) -> list[Image.Image]:
        """n PIL images of a prompt; with `rerank` k, each the best of k by stage 1."""
        k = 1 if rerank is None else rerank
        if not isinstance(k, int) or k < 1:
            raise ValueError(f"rerank is {rerank!r}: give the number of pictures to choose from")
        pictures = self([prompt], n * k, seed)[0]
        if k > 1:
            best = self.scores(pictures, prompt).view(n, k).argmax(1)
            pictures = pictures.view(n, k, *pictures.shape[1:])[torch.arange(n), best]
        return to_images(pictures)

    @torch.no_grad()
    def scores(self, pictures: Tensor, prompt: str) -> Tensor:
        """How well pictures fit a prompt, by stage 1: scaled cosine plus words to regions, (B,)."""
        tokens = self.tokenizer([prompt])
        cosine, words = self.clip.similarity(to_network(pictures), tokens)
        return (self.clip.scale * cosine + words)[:, 0]

    @torch.no_grad()
    def stages(self, prompt: str, seed: int = 0) -> dict:
        """What each stage hands to the next, for one prompt.

        Returns:
            tokens: list of L readable pieces, the start token first.
            words: (L, D) word states; sentence, aligned: (D,) unit embeddings.
            attention: (L, H, W) how much each place of the generator's finest listening grid heard
                of each word, mean over heads, summing to 1 over the words.
            picture: uint8 (3, H, W).
        """
        self.check([prompt])
        heard, z = hear(self.clip, self.tokenizer([prompt])), self.noise(1, seed)
        layer, seen = self.generator.listen[-1], []

        def listen(_, given, __):
            seen.append(layer.weights(given[0].flatten(2).mT, *given[1:])[0])

        hook = layer.register_forward_hook(listen)
        try:
            drawn = self.generate(heard, z)
        finally:
            hook.remove()
        attention = seen[0][0].mean(0).T  # (L, HW)
        side = math.isqrt(attention.shape[1])
        return {
            "tokens": self.tokenizer.pieces(prompt),
            "words": heard.states[0],
            "sentence": heard.sentence[0],
            "aligned": self.mapping(heard.sentence, self.split(z)[0])[0],
            "attention": attention.unflatten(1, (side, side)),
            "picture": to_pictures(drawn)[0],
        }

    @torch.no_grad()
    def interpolate(self, a: str, b: str, steps: int, seed: int = 0) -> Tensor:
        """Pictures on the way from prompt a to prompt b under one noise, uint8 (steps, 3, H, W).

        Aligned vectors are averaged and put back on the sphere. Two captions' words cannot be
        averaged (they differ in number), so the grid hears both, weighted by the way gone.

        Raises:
            ValueError: if there are fewer than two steps, or a prompt is empty.
        """
        if not isinstance(steps, int) or steps < 2:
            raise ValueError(f"steps is {steps!r}: give at least 2, the two ends")
        self.check([a, b])
        heard = hear(self.clip, self.tokenizer([a, b]))
        for_map, for_generator = self.split(self.noise(1, seed).expand(steps, -1))
        a, b = self.mapping(heard.sentence, for_map[:2])
        way = torch.linspace(0, 1, steps)[:, None]
        aligned = F.normalize((1 - way) * a + way * b, dim=1)
        ends = [
            (t.expand(steps, -1, -1), m.expand(steps, -1))
            for t, m in zip(heard.words, heard.mask, strict=True)
        ]
        read = torch.cat(
            [self.generator.reader(*end, aligned) for end in ends], 1
        )  # (steps, 2L, D)
        weights = torch.cat([(1 - way) * heard.mask[0], way * heard.mask[1]], 1)  # (steps, 2L)
        return to_pictures(self.generator.paint(read, weights, aligned, for_generator))

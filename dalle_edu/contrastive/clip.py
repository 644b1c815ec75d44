"""The contrastive model: pictures and captions in one space, and words matched to regions.

After CLIP (Radford et al. 2021): two encoders, one cosine. Beside the sentence's vector it keeps
the words, since a single vector is a poor witness of who stands where. Built in chapter 3.
"""

import math
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .encoders import DownBlock, PictureTrunk, TextEncoder, TextSettings, WordsToRegions


@dataclass(frozen=True)
class ClipSettings:
    """Sizes of the two encoders; `size` is the side of the pictures in pixels."""

    text: TextSettings = field(default_factory=TextSettings)
    size: int = 64
    widths: tuple[int, ...] = (48, 96, 192)
    top: int = 256
    embedding: int = 128


class Clip(nn.Module):
    """Embeddings on the unit sphere for pictures and captions, and word-to-region scores."""

    def __init__(self, settings: ClipSettings):
        super().__init__()
        self.settings = settings
        side = settings.size // 8
        self.text, self.trunk = TextEncoder(settings.text), PictureTrunk(settings.widths)
        self.matcher = WordsToRegions(settings.widths[-1], side, settings.text.width)
        self.coarse = DownBlock(settings.widths[-1], settings.top)
        self.picture_out = nn.Linear(settings.top * (side // 2) ** 2, settings.embedding)
        self.sentence_out = nn.Linear(settings.text.width, settings.embedding)
        self.log_scale = nn.Parameter(torch.tensor(2.5))

    @property
    def scale(self) -> Tensor:
        """The factor on the cosines, at most 100 (Radford et al. 2021, section 2.5)."""
        return self.log_scale.clamp(max=math.log(100)).exp()

    def pictures(self, pictures: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """(B, 3, H, W) in [-1, 1] to unit embeddings (B, D), and the regions' keys and values."""
        features = self.trunk(pictures)
        return self.picture_vector(self.top(features)), self.matcher.regions(features)

    def top(self, features: Tensor) -> Tensor:
        """The trunk's features (B, C, H / 8, W / 8) to what the vector is made of, (B, T)."""
        return F.leaky_relu(self.coarse(features), 0.2).flatten(1)

    def picture_vector(self, top: Tensor) -> Tensor:
        """(B, T) to unit embeddings (B, D): the picture's head."""
        return F.normalize(self.picture_out(top).float(), dim=1)

    def sentence_vector(self, start: Tensor) -> Tensor:
        """States of the start token (N, W) to unit embeddings (N, D): the sentence's head."""
        return F.normalize(self.sentence_out(start).float(), dim=1)

    def captions(self, tokens: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor, Tensor], Tensor]:
        """(N, L) int64 to unit embeddings (N, D), queries, contents and mask, and word states."""
        states, mask = self.text(tokens)
        return self.sentence_vector(states[:, 0]), self.matcher.words(states, mask), states

    def similarity(self, pictures: Tensor, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Each picture against each caption: cosines (B, N) and word-to-region scores (B, N)."""
        embedding, regions = self.pictures(pictures)
        sentence, words, _ = self.captions(tokens)
        return embedding @ sentence.T, self.matcher(regions, words)

    def own(self, pictures: Tensor, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Each picture against its own caption: cosines (B,) and word-to-region scores (B,)."""
        embedding, regions = self.pictures(pictures)
        sentence, words, _ = self.captions(tokens)
        scores = self.matcher(regions, tuple(part[:, None] for part in words))[:, 0]
        return (embedding * sentence).sum(1), scores

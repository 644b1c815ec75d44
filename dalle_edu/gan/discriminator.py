"""The discriminator: is this picture real, and does it show what the caption says? Chapters 6, 7.

Its trunk sees pixels only; then the words look for themselves in the regions. So one pass over the
pictures meets every caption of the batch and every edited one, at the price of a matrix product.
No normalisation anywhere (R3GAN, Huang et al. 2024).
"""

from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

from dalle_edu.contrastive.encoders import DownBlock, PictureTrunk, TransformerBlock, WordsToRegions


@dataclass(frozen=True)
class DiscriminatorSettings:
    """Sizes; as stage 1's by default, so that stage 1 can start it."""

    size: int = 64
    widths: tuple[int, ...] = (48, 96, 192)
    top: int = 256
    words: int = 128
    embedding: int = 128


class Discriminator(nn.Module):
    """score(picture, caption) = real(picture) + match(picture, caption); and it reads back which
    embedding a picture has, so that the generator can be held to its condition."""

    def __init__(self, settings: DiscriminatorSettings):
        super().__init__()
        self.settings, s = settings, settings
        side = s.size // 8
        self.trunk = PictureTrunk(s.widths)
        self.matcher = WordsToRegions(s.widths[-1], side, s.words)
        self.reader, self.norm = TransformerBlock(s.words), nn.LayerNorm(s.words)
        self.coarse = DownBlock(s.widths[-1], s.top)
        top = s.top * (side // 2) ** 2
        self.real = nn.Sequential(nn.Linear(top, 256), nn.LeakyReLU(0.2), nn.Linear(256, 1))
        self.picture_out = nn.Linear(top, s.embedding)
        for layer in (self.reader.out, self.reader.mlp[2]):  # starts as the identity
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def start_from(self, clip: nn.Module) -> None:
        """Takes what stage 1 has too from there; `real` and `reader` stay fresh."""
        for part in ("trunk", "coarse", "matcher", "picture_out"):
            getattr(self, part).load_state_dict(getattr(clip, part).state_dict())

    def look(self, pictures: Tensor) -> tuple[Tensor, Tensor, tuple[Tensor, Tensor]]:
        """Pictures (B, 3, H, W) in [-1, 1], seen once.

        Returns:
            The unconditional score (B,) and the embedding (B, D) of length one, both float32; the
            regions' keys and values for `match`.
        """
        features = self.trunk(pictures)
        top = F.leaky_relu(self.coarse(features), 0.2).flatten(1)
        embedding = F.normalize(self.picture_out(top).float(), dim=1)
        return self.real(top).squeeze(1).float(), embedding, self.matcher.regions(features)

    def read(self, words: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Stage 1's word states (N, L, D) and mask (N, L) to queries, contents and mask."""
        return self.matcher.words(self.norm(self.reader(words, mask)), mask)

    def match(self, regions: tuple[Tensor, Tensor], words: tuple[Tensor, Tensor, Tensor]) -> Tensor:
        """How well captions fit pictures, (B, N) float32; see `WordsToRegions.forward`."""
        return self.matcher(regions, words)

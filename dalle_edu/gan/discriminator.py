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


class Discriminator(nn.Module):
    """score(picture, caption) = real(picture) + match(picture, caption)."""

    def __init__(self, settings: DiscriminatorSettings):
        super().__init__()
        self.settings, s = settings, settings
        side = s.size // 8
        self.trunk = PictureTrunk(s.widths)
        self.matcher = WordsToRegions(s.widths[-1], side, s.words)
        self.reader, self.norm = TransformerBlock(s.words), nn.LayerNorm(s.words)
        self.coarse = DownBlock(s.widths[-1], s.top)
        head = nn.Linear(s.top * (side // 2) ** 2, 256), nn.LeakyReLU(0.2), nn.Linear(256, 1)
        self.real = nn.Sequential(*head)
        for layer in (self.reader.out, self.reader.mlp[2]):  # starts as the identity
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def start_from(self, clip: nn.Module) -> None:
        """Takes trunk, coarse block and matcher from stage 1; `real` and `reader` stay fresh."""
        for part in ("trunk", "coarse", "matcher"):
            getattr(self, part).load_state_dict(getattr(clip, part).state_dict())

    def look(self, pictures: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """(B, 3, H, W) to the unconditional score (B,) float32 and the regions' keys and values."""
        features = self.trunk(pictures)
        top = F.leaky_relu(self.coarse(features), 0.2).flatten(1)
        return self.real(top).squeeze(1).float(), self.matcher.regions(features)

    def read(self, words: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Stage 1's word states (N, L, D) and mask (N, L) to queries, contents and mask."""
        return self.matcher.words(self.norm(self.reader(words, mask)), mask)

    def match(self, regions: tuple[Tensor, Tensor], words: tuple[Tensor, Tensor, Tensor]) -> Tensor:
        """How well captions fit pictures, (B, N) float32; see `WordsToRegions.forward`."""
        return self.matcher(regions, words)

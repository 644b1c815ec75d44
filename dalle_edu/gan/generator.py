"""The generator: noise and words in, a picture out. Built block by block in chapters 6 and 7.

Modulated residual blocks grow a first 4 x 4 grid; before each doubling the grid attends to the
words, so that every place can ask which word concerns it (AttnGAN, Xu et al. 2018; GigaGAN, Kang et
al. 2023). Activations are modulated, not weights: the same convolution serves the whole batch.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dalle_edu.contrastive.encoders import TransformerBlock, attention_weights, fourier_places


@dataclass(frozen=True)
class GeneratorSettings:
    """Sizes. `words`: channels of the word features that come in; `sentence`: of the embedding."""

    size: int = 64
    noise: int = 64
    words: int = 384
    sentence: int = 128
    width: int = 128
    style: int = 256
    widths: tuple[int, ...] = (256, 192, 96, 48)
    listening: int = 3
    words_heard: bool = True


class WordReader(nn.Module):
    """The generator's own small transformer over stage 1's frozen words.

    Every word also hears the embedding of the picture to be drawn: what the caption leaves open is
    settled there, and "star" has to know that its star stands on the left.
    """

    def __init__(self, channels: int, sentence: int, width: int, layers: int = 2):
        super().__init__()
        self.enter, self.whole = nn.Linear(channels, width), nn.Linear(sentence, width, bias=False)
        self.blocks = nn.ModuleList([TransformerBlock(width) for _ in range(layers)])
        self.norm = nn.LayerNorm(width)

    def forward(self, words: Tensor, mask: Tensor, sentence: Tensor) -> Tensor:
        """Words (B, L, C), mask (B, L) and unit embedding (B, E) to (B, L, D)."""
        h = self.enter(words) + self.whole(to_noise_scale(sentence))[:, None]
        for block in self.blocks:
            h = block(h, mask)
        return self.norm(h)


def to_noise_scale(embedding: Tensor) -> Tensor:
    """Unit-length (B, E) has components of about 1 / sqrt(E): brought to the noise's scale, 1."""
    return embedding * math.sqrt(embedding.shape[1])


class Listen(nn.Module):
    """Cross-attention: every place of the grid asks the words."""

    def __init__(self, channels: int, side: int, width: int, heads: int = 4):
        super().__init__()
        self.heads = heads
        self.query, self.place = nn.Linear(channels, width), nn.Linear(12, width)
        self.key_value, self.out = nn.Linear(width, 2 * width), nn.Linear(width, channels)
        self.register_buffer("places", fourier_places(side), persistent=False)

    def weights(self, z: Tensor, words: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Grid (B, HW, C), words (B, L, D): weights (B, heads, HW, L), values (B, heads, L, c)."""
        query = self.query(F.layer_norm(z, z.shape[-1:])) + self.place(self.places)
        query = query.unflatten(-1, (self.heads, -1)).transpose(1, 2)
        key_value = self.key_value(words).unflatten(-1, (2, self.heads, -1))
        key, value = key_value.permute(2, 0, 3, 1, 4)
        return attention_weights(query, key, mask), value

    def forward(self, x: Tensor, words: Tensor, mask: Tensor) -> Tensor:
        """(B, C, H, W) to the same, each place having heard the words."""
        z = x.flatten(2).transpose(1, 2)  # (B, HW, C)
        weights, value = self.weights(z, words, mask)
        heard = (weights.to(value.dtype) @ value).transpose(1, 2).flatten(2)
        return (z + self.out(heard)).transpose(1, 2).unflatten(2, x.shape[2:])


class UpBlock(nn.Module):
    """Modulated residual block that doubles the grid; it convolves first, on the cheaper side."""

    def __init__(self, coarse: int, fine: int, style: int):
        super().__init__()
        self.conv1 = nn.Conv2d(coarse, fine, 3, padding=1)
        self.conv2 = nn.Conv2d(fine, fine, 3, padding=1)
        self.skip = nn.Conv2d(coarse, fine, 1, bias=False)
        self.style, self.split = nn.Linear(style, 2 * (coarse + fine)), [coarse, coarse, fine, fine]
        nn.init.zeros_(self.style.bias)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """(B, coarse, H, W) and style (B, S) to (B, fine, 2H, 2W)."""
        gain1, bias1, gain2, bias2 = self.style(style)[:, :, None, None].split(self.split, 1)
        h = self.conv1(F.leaky_relu(F.group_norm(x, 8) * (1 + gain1) + bias1, 0.2))
        h, x = F.interpolate(h, scale_factor=2), F.interpolate(self.skip(x), scale_factor=2)
        h = self.conv2(F.leaky_relu(F.group_norm(h, 8) * (1 + gain2) + bias2, 0.2))
        return (h + x) * math.sqrt(0.5)


class Generator(nn.Module):
    """Words, sentence and noise to a picture in [-1, 1]."""

    def __init__(self, settings: GeneratorSettings):
        super().__init__()
        self.settings, s = settings, settings
        self.reader = WordReader(s.words, s.sentence, s.width)
        self.mix = nn.Sequential(
            *(nn.Linear(s.width + s.sentence + s.noise, s.style), nn.LeakyReLU(0.2)),
            *(nn.Linear(s.style, s.style), nn.LeakyReLU(0.2)),
        )
        first = s.size // 2 ** len(s.widths)  # the side of the first grid
        self.first = (first, first)
        self.start = nn.Linear(s.style, s.widths[0] * first**2)
        nn.init.normal_(self.start.bias, std=0.5)  # places differ from the first step on
        self.up = nn.ModuleList([UpBlock(*pair, s.style) for pair in pairwise(s.widths)])
        grids = enumerate(s.widths[: s.listening])
        self.listen = nn.ModuleList([Listen(c, first * 2**i, s.width) for i, c in grids])
        self.out = nn.Conv2d(s.widths[-1], 12, 3, padding=1)

    def forward(self, words: Tensor, mask: Tensor, sentence: Tensor, noise: Tensor) -> Tensor:
        """Draws one picture for each row.

        Args:
            words: (B, L, C) word features, mask (B, L), True where there is a word.
            sentence: (B, D) the picture's own or the aligned text embedding, unit length.
            noise: (B, Z) standard normal.

        Returns:
            (B, 3, H, W) in [-1, 1].
        """
        return self.paint(self.reader(words, mask, sentence), mask, sentence, noise)

    def paint(self, heard: Tensor, mask: Tensor, sentence: Tensor, noise: Tensor) -> Tensor:
        """As `forward`, from words that the reader has read, (B, L, D); `mask` may hold weights."""
        mean = (heard * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        if not self.settings.words_heard:  # a removal of chapter 8
            heard, mean = torch.zeros_like(heard), torch.zeros_like(mean)
        given = (mean, to_noise_scale(sentence).to(mean.dtype), noise.to(mean.dtype))
        style = self.mix(torch.cat(given, 1))
        h = self.start(style).unflatten(1, (self.settings.widths[0], *self.first))
        h = h.contiguous(memory_format=torch.channels_last)
        for level, up in enumerate(self.up):
            if level < len(self.listen):
                h = self.listen[level](h, heard, mask)
            h = up(h, style)
        return torch.tanh(F.pixel_shuffle(self.out(F.leaky_relu(h, 0.2)), 2))

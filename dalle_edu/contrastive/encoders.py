"""The parts that read: a text encoder, a picture trunk, words that look for their regions.

The text encoder must know which word stands near which. With learned absolute positions it becomes
a bag of words (swapped captions are told apart by chance, while R@1 is high already); a convolution
over neighbouring words and rotary, that is relative, positions cure it. Built in chapter 3.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class TextSettings:
    """A text encoder: sizes, and how it knows order, `positions` "relative" or "absolute"."""

    vocabulary: int = 768
    width: int = 128
    layers: int = 3
    heads: int = 4
    length: int = 96
    positions: str = "relative"


def rotate(x: Tensor) -> Tensor:
    """Rotary positions (Su et al. 2021): pairs of channels of (B, heads, L, c) turned by place."""
    length, channels = x.shape[-2:]
    frequency = 100.0 ** (-torch.arange(0, channels, 2, device=x.device) / channels)
    angle = torch.arange(length, device=x.device)[:, None] * frequency  # (L, c / 2)
    sin, cos = angle.sin().to(x.dtype), angle.cos().to(x.dtype)
    u, v = x[..., 0::2], x[..., 1::2]
    return torch.stack([u * cos - v * sin, u * sin + v * cos], -1).flatten(-2)


def attention_weights(query: Tensor, key: Tensor, mask: Tensor | None = None) -> Tensor:
    """softmax(q k^T / sqrt(c)) over the keys, in float32 (Vaswani et al. 2017, eq. 1).

    Written out rather than fused: on CPUs the fused kernel's backward is slow for few keys.

    Args:
        query: (B, heads, L, c); key: (B, heads, M, c).
        mask: (B, M) bool, True where a key counts; or how much it counts, from 0 to 1.

    Returns:
        (B, heads, L, M) float32, rows summing to 1.
    """
    logits = (query @ key.transpose(-1, -2)).float() / math.sqrt(query.shape[-1])
    if mask is not None:
        logits = logits + mask.float().clamp(min=1e-30).log()[:, None, None]
    return logits.softmax(-1)


class TransformerBlock(nn.Module):
    """Pre-norm self-attention and feed-forward (Xiong et al. 2020); rotary positions if asked."""

    def __init__(self, width: int, heads: int = 4, rotary: bool = True):
        super().__init__()
        self.heads, self.rotary = heads, rotary
        self.norm_attention, self.norm_mlp = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query_key_value, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 3 * width), nn.GELU(), nn.Linear(3 * width, width)
        )

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(B, L, D) and (B, L) bool to (B, L, D)."""
        batch, length, _ = x.shape
        heads = self.query_key_value(self.norm_attention(x)).view(batch, length, 3, self.heads, -1)
        query, key, value = heads.permute(2, 0, 3, 1, 4)  # each (B, heads, L, c)
        if self.rotary:
            query, key = rotate(query), rotate(key)
        heard = attention_weights(query, key, mask).to(value.dtype) @ value
        x = x + self.out(heard.transpose(1, 2).flatten(2))
        return x + self.mlp(self.norm_mlp(x))


class TextEncoder(nn.Module):
    """Tokens to word states; the state of the start token, place 0, stands for the sentence."""

    def __init__(self, settings: TextSettings):
        super().__init__()
        width, relative = settings.width, settings.positions == "relative"
        self.embed = nn.Embedding(settings.vocabulary, width)
        self.near = nn.Conv1d(width, width, 7, padding=3) if relative else None
        self.place = None if relative else nn.Parameter(torch.randn(settings.length, width) * 0.02)
        blocks = [TransformerBlock(width, settings.heads, relative) for _ in range(settings.layers)]
        self.blocks, self.norm = nn.ModuleList(blocks), nn.LayerNorm(width)

    def forward(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """(B, L) int64, 0 for padding, to word states (B, L, D) and the mask (B, L)."""
        mask = tokens > 0
        x = self.embed(tokens) * mask[..., None]
        if self.near is not None:
            x = x + F.gelu(self.near(x.transpose(1, 2)).transpose(1, 2))
        else:
            x = x + self.place[: tokens.shape[1]]
        for block in self.blocks:
            x = block(x, mask)
        return self.norm(x), mask


class DownBlock(nn.Module):
    """Residual block that halves the grid: narrow on the fine side, wide on the coarse one."""

    def __init__(self, fine: int, coarse: int):
        super().__init__()
        self.conv1 = nn.Conv2d(fine, fine, 3, padding=1)
        self.conv2 = nn.Conv2d(fine, coarse, 3, padding=1)
        self.skip = nn.Conv2d(fine, coarse, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(B, fine, H, W) to (B, coarse, H / 2, W / 2)."""
        h = F.avg_pool2d(self.conv1(F.leaky_relu(x, 0.2)), 2)
        h = self.conv2(F.leaky_relu(h, 0.2))
        return (h + self.skip(F.avg_pool2d(x, 2))) * math.sqrt(0.5)


class PictureTrunk(nn.Module):
    """Pictures to features at an eighth of their side; it sees pixels only, no text."""

    def __init__(self, widths: tuple[int, ...]):
        super().__init__()
        self.stem = nn.Conv2d(12, widths[0], 3, padding=1)
        self.blocks = nn.Sequential(*[DownBlock(*pair) for pair in pairwise(widths)])

    def forward(self, pictures: Tensor) -> Tensor:
        """(B, 3, H, W) in [-1, 1] to (B, C, H / 8, W / 8) for three widths."""
        return self.blocks(self.stem(F.pixel_unshuffle(pictures, 2)))


def fourier_places(side: int) -> Tensor:
    """(side * side, 12): sines and cosines of the centred coordinates, row by row."""
    axis = torch.linspace(-1, 1, side)
    grid = torch.stack(torch.meshgrid(axis, axis, indexing="ij"), -1).view(-1, 2, 1)
    angle = grid * torch.tensor([1.0, 2.0, 4.0]) * math.pi / 2
    return torch.cat([angle.sin().flatten(1), angle.cos().flatten(1)], 1)


class WordsToRegions(nn.Module):
    """Each word looks for its place in the picture and says how well what stands there fits it.

        s = sum over words l, regions r of  softmax_r(q_l . k_r / sqrt(D))  w_l . v_r / sqrt(D)

    Stage 1 learns it as a contrastive score; the discriminator is built around the same module, so
    that stage 1 can start it. After the word-region attention of AttnGAN (Xu et al. 2018).
    """

    def __init__(self, channels: int, side: int, words: int, width: int = 128):
        super().__init__()
        self.width, self.scale = width, 1 / math.sqrt(width)
        self.refine = nn.Conv2d(channels, channels, 3, padding=1)
        self.key, self.value = nn.Linear(channels, width), nn.Linear(channels, width)
        self.place = nn.Linear(12, 2 * width)
        self.query, self.content = nn.Linear(words, width), nn.Linear(words, width)
        self.register_buffer("places", fourier_places(side), persistent=False)

    def regions(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """(B, C, H, W) to keys and values, each (B, HW, D)."""
        h = features + self.refine(F.leaky_relu(features, 0.2))
        h = F.leaky_relu(h, 0.2).flatten(2).transpose(1, 2)  # (B, HW, C)
        place_key, place_value = self.place(self.places).chunk(2, -1)
        return self.key(h) + place_key, self.value(h) + place_value

    def words(self, states: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Word states (N, L, D) and mask (N, L) to queries, contents and the mask."""
        return self.query(states), self.content(states), mask

    def look(self, keys: Tensor, queries: Tensor) -> Tensor:
        """Where each word looks: keys (B, R, D), queries as in `forward`: (B, N, L, R) float32."""
        return self._products(queries, keys).softmax(-1)

    def _products(self, words: Tensor, regions: Tensor) -> Tensor:
        return torch.einsum("...nld,...rd->...nlr", words, regions).float() * self.scale

    def forward(
        self, regions: tuple[Tensor, Tensor], words: tuple[Tensor, Tensor, Tensor]
    ) -> Tensor:
        """Scores of pictures and captions.

        Args:
            regions: keys and values, each (B, R, D).
            words: queries, contents (B, N, L, D) and mask (B, N, L): N captions for each picture;
                or (N, L, D) and (N, L): the same N captions for every picture.

        Returns:
            (B, N) float32.
        """
        keys, values = regions
        queries, contents, mask = words
        found = (self.look(keys, queries) * self._products(contents, values)).sum(-1)  # (B, N, L)
        return (found * mask).sum(-1)

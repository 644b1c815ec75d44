"""The shipped model as the page that draws runs it: five networks with tensors in and out.

    text      tokens                            -> words, mask, sentence, query, content
    map       sentence, noise                   -> aligned
    reader    words, mask, aligned              -> read
    painter   read, weights, aligned, noise     -> drawn, pixels, attention
    scorer    pixels, sentence, query, content  -> score

They hold no weights of their own: each is a way through the library's modules. Reader and painter
together are the generator; they stand apart because a picture between two prompts hears both.
"""

import copy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from dalle_edu.chain import Chain, hear
from dalle_edu.data.pictures import to_network, to_pictures

PROMPT = "A blue sky with white clouds and a sun in the corner."


class Text(nn.Module):
    """Stage 1's captions, as the generator and the scorer want them."""

    def __init__(self, chain: Chain):
        super().__init__()
        self.clip = chain.clip

    def forward(self, tokens: Tensor) -> tuple[Tensor, ...]:
        """(B, L) int64 to words (B, L, 3D), mask (B, L), sentence (B, D), query, content."""
        heard = hear(self.clip, tokens)
        query, content, _ = self.clip.matcher.words(heard.states, heard.mask)
        return heard.words, heard.mask.float(), heard.sentence, query, content


class Map(nn.Module):
    """The sentence's vector to one of the pictures it may mean."""

    def __init__(self, chain: Chain):
        super().__init__()
        self.mapping = chain.mapping

    def forward(self, sentence: Tensor, noise: Tensor) -> Tensor:
        """(B, D) and (B, map.noise) to (B, D)."""
        return self.mapping(sentence, noise)


class Reader(nn.Module):
    """The generator's reading of the words."""

    def __init__(self, chain: Chain):
        super().__init__()
        self.reader = chain.generator.reader

    def forward(self, words: Tensor, mask: Tensor, aligned: Tensor) -> Tensor:
        """(B, L, 3D), (B, L) and (B, D) to (B, L, W)."""
        return self.reader(words, mask, aligned)


class Painter(nn.Module):
    """The generator from there on, with what its finest listening grid heard."""

    def __init__(self, chain: Chain):
        super().__init__()
        self.generator = copy.deepcopy(chain.generator)
        self.seen: list[Tensor] = []
        layer = self.generator.listen[-1]
        weights = layer.weights

        def remember(*given):
            found = weights(*given)
            self.seen.append(found[0])
            return found

        layer.weights = remember

    def forward(
        self, read: Tensor, weights: Tensor, aligned: Tensor, noise: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Words read (B, L, W), how much each counts (B, L), aligned (B, D), noise (B, Z).

        Returns:
            drawn (B, 3, H, W) in [-1, 1]; the same as pixels, uint8; attention (B, L, places), how
            much each place of the grid heard of each word, mean over heads.
        """
        self.seen.clear()
        drawn = self.generator.paint(read, weights, aligned, noise)
        attention = self.seen.pop().mean(1).transpose(1, 2)
        return drawn, to_pictures(drawn), attention


class Scorer(nn.Module):
    """How well pictures fit one prompt, by stage 1: what the best of N is chosen by."""

    def __init__(self, chain: Chain):
        super().__init__()
        self.clip = chain.clip

    def forward(self, pixels: Tensor, sentence: Tensor, query: Tensor, content: Tensor) -> Tensor:
        """uint8 (B, 3, H, W); sentence (1, D), query and content (1, L, D) to (B,)."""
        embedding, regions = self.clip.pictures(to_network(pixels))
        # The same caption for every picture: ONNX's einsum wants as many dimensions on both sides.
        each = [t[:, None].expand(pixels.shape[0], -1, -1, -1) for t in (query, content)]
        words = self.clip.matcher(regions, (*each, torch.ones_like(each[0][..., 0])))
        return (self.clip.scale * (embedding @ sentence.T) + words)[:, 0]


@dataclass(frozen=True)
class Piece:
    """A network, examples of what goes in, and the names of everything.

    `axes` names an input's dimensions that vary: B pictures or captions, L words.
    """

    network: nn.Module
    inputs: dict[str, Tensor]
    axes: dict[str, dict[int, str]]
    outputs: tuple[str, ...]


def rounded(chain: Chain) -> Chain:
    """A copy whose weights are those that travel: rounded to float16 and held as float32."""
    chain = copy.deepcopy(chain)
    for part in (chain.clip, chain.mapping, chain.generator):
        for tensor in part.parameters():
            tensor.data = tensor.data.half().float()
        part.to(memory_format=torch.contiguous_format)
    return chain


@torch.no_grad()
def pieces(chain: Chain, prompt: str = PROMPT, batch: int = 2) -> dict[str, Piece]:
    """The five of a chain, in the order of their work, each fed by those before it."""
    tokens = chain.tokenizer([prompt] * batch)
    for_map, for_generator = chain.split(chain.noise(batch, seed=0))
    text, mapping, reader = Text(chain), Map(chain), Reader(chain)
    painter, scorer = Painter(chain), Scorer(chain)
    words, mask, sentence, query, content = text(tokens)
    aligned = mapping(sentence, for_map)
    read = reader(words, mask, aligned)
    _, pixels, _ = painter(read, mask, aligned, for_generator)

    def piece(network, outputs, **inputs):
        values = {name: tensor for name, (tensor, _) in inputs.items()}
        return Piece(network.eval(), values, {n: a for n, (_, a) in inputs.items()}, outputs)

    one, two, words_only = {0: "B"}, {0: "B", 1: "L"}, {1: "L"}
    return {
        "text": piece(
            text, ("words", "mask", "sentence", "query", "content"), tokens=(tokens, two)
        ),
        "map": piece(mapping, ("aligned",), sentence=(sentence, one), noise=(for_map, one)),
        "reader": piece(
            reader, ("read",), words=(words, two), mask=(mask, two), aligned=(aligned, one)
        ),
        "painter": piece(
            painter,
            ("drawn", "pixels", "attention"),
            **{"read": (read, two), "weights": (mask, two)},
            **{"aligned": (aligned, one), "noise": (for_generator, one)},
        ),
        "scorer": piece(
            scorer,
            ("score",),
            **{"pixels": (pixels, one), "sentence": (sentence[:1], {})},
            **{"query": (query[:1], words_only), "content": (content[:1], words_only)},
        ),
    }

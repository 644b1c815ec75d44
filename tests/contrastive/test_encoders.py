import json
import math
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from dalle_edu.contrastive.encoders import (
    DownBlock,
    PictureTrunk,
    TextEncoder,
    TextSettings,
    WordsToRegions,
    attention_weights,
    fourier_places,
    rotate,
)


def test_attention_equals_torchs_own():
    q, k, v = (torch.randn(2, 4, 5, 8, dtype=torch.float64) for _ in range(3))
    mask = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 0, 0, 1]]).bool()
    ours = attention_weights(q, k, mask).double() @ v
    theirs = F.scaled_dot_product_attention(q, k, v, attn_mask=mask[:, None, None])
    assert torch.allclose(ours, theirs, atol=1e-6)


def test_attention_with_weights_counts_a_half_weighted_key_half():
    q, k = torch.zeros(1, 1, 1, 4), torch.randn(1, 1, 3, 4)
    weights = attention_weights(q, k, torch.tensor([[1.0, 0.5, 0.0]]))[0, 0, 0]
    assert weights.tolist() == pytest.approx([2 / 3, 1 / 3, 0])


def test_attention_built_in_the_open_is_the_librarys():
    """`look_up` as it stands in appendix A."""
    path = Path(__file__).parents[2] / "notebooks" / "A_readiness.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    sources = ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    (built,) = (source for source in sources if source.startswith("def look_up("))
    names = {"math": math, "torch": torch}
    exec(built, names)
    for batch, heads, length, keys, c in ((1, 1, 1, 1, 2), (3, 4, 5, 7, 8), (2, 2, 6, 3, 16)):
        q, k = torch.randn(batch, heads, length, c), torch.randn(batch, heads, keys, c)
        mask = torch.rand(batch, keys) > 0.4
        mask[:, 0] = True  # somebody has to answer
        ours, theirs = names["look_up"](q, k, mask), attention_weights(q, k, mask)
        assert torch.allclose(ours, theirs, atol=1e-6)


def test_rotary_products_depend_on_the_distance_only():
    q, k = torch.randn(8), torch.randn(8)
    turned_q = rotate(q.expand(1, 1, 12, 8))[0, 0]
    turned_k = rotate(k.expand(1, 1, 12, 8))[0, 0]
    products = turned_q @ turned_k.T  # (12, 12), constant along diagonals
    assert torch.allclose(products[0:9, 0:9], products[3:12, 3:12], atol=1e-5)
    assert not torch.allclose(products[0, 0:5], products[0, 1:6], atol=1e-2)


@pytest.mark.parametrize("positions", ["relative", "absolute"])
def test_padding_changes_nothing(positions):
    encoder = TextEncoder(TextSettings(50, 32, 2, positions=positions)).eval()
    tokens = torch.randint(1, 50, (1, 9))
    padded = torch.cat([tokens, torch.zeros(1, 6, dtype=torch.long)], 1)
    short, _ = encoder(tokens)
    long, mask = encoder(padded)
    assert torch.allclose(short, long[:, :9], atol=1e-5)
    assert mask.sum() == 9


@pytest.mark.parametrize("positions", ["relative", "absolute"])
def test_order_is_heard(positions):
    encoder = TextEncoder(TextSettings(50, 32, 2, positions=positions)).eval()
    a = encoder(torch.tensor([[1, 5, 6, 7, 8]]))[0][:, 0]
    b = encoder(torch.tensor([[1, 6, 5, 7, 8]]))[0][:, 0]
    assert (a - b).abs().max() > 1e-4


def test_trunk_shape_and_places():
    assert PictureTrunk((8, 16, 24))(torch.randn(2, 3, 64, 64)).shape == (2, 24, 8, 8)
    places = fourier_places(4)
    assert places.shape == (16, 12)
    assert len(places.unique(dim=0)) == 16  # every place differs


def test_down_block_is_its_two_ways_added_and_kept_at_their_scale():
    block, x = DownBlock(4, 6), torch.randn(2, 4, 8, 8)
    long = F.avg_pool2d(block.conv1(F.leaky_relu(x, 0.2)), 2)
    long = block.conv2(F.leaky_relu(long, 0.2))
    short = F.conv2d(F.avg_pool2d(x, 2), block.skip.weight)
    assert torch.allclose(block(x), (long + short) / math.sqrt(2), atol=1e-6)


def brute_force(matcher, regions, states, mask):
    """The docstring's formula, word by word."""
    (keys, values), scale = regions, math.sqrt(matcher.query.out_features)
    score = torch.zeros(len(keys), len(states))
    for b in range(len(keys)):
        for n in range(len(states)):
            for word, counts in zip(states[n], mask[n], strict=True):
                if counts:
                    look = (keys[b] @ matcher.query(word) / scale).softmax(0)
                    score[b, n] += look @ (values[b] @ matcher.content(word)) / scale
    return score


def test_words_to_regions_is_its_formula_shared_or_own_captions():
    matcher = WordsToRegions(6, 4, 8, width=16)
    regions = matcher.regions(torch.randn(3, 6, 4, 4))
    states, mask = torch.randn(5, 7, 8), torch.rand(5, 7) > 0.3
    words = matcher.words(states, mask)
    shared = matcher(regions, words)
    assert torch.allclose(shared, brute_force(matcher, regions, states, mask), atol=1e-5)
    columns = torch.tensor([[0, 4], [2, 2], [3, 1]])
    own = matcher(regions, tuple(part[columns] for part in words))
    assert torch.allclose(own, shared.gather(1, columns), atol=1e-5)

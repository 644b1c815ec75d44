"""Answers to 6.1 and 6.3 as people write them; the notebook's blocks beside the library's."""

import json
import math
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from dalle_edu.contrastive.encoders import DownBlock
from dalle_edu.course.checks import drawing as check
from dalle_edu.gan.generator import UpBlock
from tools.notebook_rules import text_of

NOTEBOOK = Path(__file__).parents[4] / "notebooks" / "06_drawing.ipynb"


# 6.1


def standard(x, groups, **how):
    parts = x.view(len(x), groups, -1)
    parts = parts - parts.mean(2, keepdim=True)
    return (parts / (parts.var(2, keepdim=True, **how) + 1e-5).sqrt()).view_as(x)


def by_hand(x, gain, bias, groups):
    normal = standard(x, groups, unbiased=False)
    return normal * (1 + gain[..., None, None]) + bias[..., None, None]


def by_layer_norm(x, gain, bias, groups):
    """Each group as if it were a layer, and everything with the channels last."""
    parts = x.unflatten(1, (groups, -1))
    normal = F.layer_norm(parts, parts.shape[2:]).flatten(1, 2).permute(2, 3, 0, 1)
    return (normal + normal * gain + bias).permute(2, 3, 0, 1)


@pytest.mark.parametrize("answer", [by_hand, by_layer_norm])
def test_modulation_in_two_ways(answer):
    assert check.modulate(answer)


def modulated_after(normal):
    return lambda x, g, b, n: normal(x, n) * (1 + g[..., None, None]) + b[..., None, None]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (
            lambda x, g, b, n: (
                standard(x, n, unbiased=False) * g[..., None, None] + b[..., None, None]
            ),
            'No "1 +"',
        ),
        (modulated_after(lambda x, n: F.batch_norm(x, None, None, training=True)), "batch norm"),
        (modulated_after(lambda x, n: F.instance_norm(x)), "instance norm"),
        (modulated_after(lambda x, n: F.layer_norm(x, x.shape[1:])), "One group"),
        (modulated_after(lambda x, n: x), "Nothing is norm"),
        (modulated_after(lambda x, n: standard(x, n)), "divide by N - 1"),
        (modulated_after(F.group_norm), "library's version"),
        (modulated_after(torch.group_norm), "library's version"),
        (lambda x, g, b, n: standard(x, n, unbiased=False), "right is"),
        (lambda x, g, b, n: standard(x, n) * (1 + g) + b, "it stopped: RuntimeError"),
    ],
)
def test_modulation_as_people_get_it_wrong(answer, says):
    verdict = check.modulate(answer)
    assert not verdict and says in verdict.message


def test_batch_statistics_depend_on_the_company_and_group_statistics_do_not():
    """What the clinic of 6.12 tells."""
    x, gain, bias, groups = check.modulate.cases()[0]
    own = by_hand(x, gain, bias, groups)
    alone = by_hand(x[:1], gain[:1], bias[:1], groups)
    assert torch.allclose(own[:1], alone, atol=1e-5)
    batch = check.modulate.mistakes[1].wrong
    assert not torch.allclose(batch(x, gain, bias, groups)[:1], batch(x[:1], gain[:1], bias[:1], 1))


# 6.3


def with_interpolate(x, w1, w2, w_skip):
    h = F.conv2d(F.leaky_relu(x, 0.2), w1, padding=1)
    h = F.conv2d(F.leaky_relu(F.interpolate(h, scale_factor=2), 0.2), w2, padding=1)
    return (h + F.interpolate(F.conv2d(x, w_skip), scale_factor=2)) / math.sqrt(2)


def short_way_doubled_first(x, w1, w2, w_skip):
    h = F.interpolate(F.conv2d(F.leaky_relu(x, 0.2), w1, padding=1), scale_factor=2)
    h = F.conv2d(F.leaky_relu(h, 0.2), w2, padding=1)
    return (h + F.conv2d(F.interpolate(x, scale_factor=2), w_skip)) * 0.5**0.5


@pytest.mark.parametrize("answer", [with_interpolate, short_way_doubled_first])
def test_the_block_in_two_ways(answer):
    assert check.grow(answer)


def after(x, w1, w2, w_skip):
    h = F.conv2d(F.leaky_relu(F.conv2d(F.leaky_relu(x, 0.2), w1, padding=1), 0.2), w2, padding=1)
    return F.interpolate((h + F.conv2d(x, w_skip)) / math.sqrt(2), scale_factor=2)


def before(x, w1, w2, w_skip):
    x = F.interpolate(x, scale_factor=2)
    h = F.conv2d(F.leaky_relu(x, 0.2), w1, padding=1)
    h = F.conv2d(F.leaky_relu(h, 0.2), w2, padding=1)
    return (h + F.conv2d(x, w_skip)) / math.sqrt(2)


def unscaled(x, w1, w2, w_skip):
    return with_interpolate(x, w1, w2, w_skip) * math.sqrt(2)


def small_slope(x, w1, w2, w_skip):
    h = F.interpolate(F.conv2d(F.leaky_relu(x), w1, padding=1), scale_factor=2)
    h = F.conv2d(F.leaky_relu(h), w2, padding=1)
    return (h + F.interpolate(F.conv2d(x, w_skip), scale_factor=2)) / math.sqrt(2)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (after, "after the second convolution"),
        (before, "before the first convolution"),
        (unscaled, "No division by sqrt 2"),
        (small_slope, "not PyTorch's 0.01"),
        (lambda x, w1, w2, w_skip: F.conv2d(x, w_skip), "gave the shape"),
    ],
)
def test_the_block_as_people_get_it_wrong(answer, says):
    verdict = check.grow(answer)
    assert not verdict and says in verdict.message


def test_the_librarys_block_is_refused():
    def borrowed(x, w1, w2, w_skip):
        return UpBlock(8, 8, 4)(torch.zeros(1, 8, 2, 2), torch.zeros(1, 4))

    assert "library's version" in check.grow(borrowed).message


def test_the_oracles_are_what_the_librarys_block_computes():
    """Modulation and block together are `UpBlock`, which normalises before each activation."""
    torch.manual_seed(0)
    block, x, style = UpBlock(16, 8, 4), torch.randn(3, 16, 4, 4), torch.randn(3, 4)
    gain1, bias1, gain2, bias2 = block.style(style).split(block.split, 1)
    h = F.leaky_relu(check.modulate.oracle(x, gain1, bias1, 8), 0.2)
    h = block.conv1(h).repeat_interleave(2, 2).repeat_interleave(2, 3)
    h = block.conv2(F.leaky_relu(check.modulate.oracle(h, gain2, bias2, 8), 0.2))
    skip = block.skip(x).repeat_interleave(2, 2).repeat_interleave(2, 3)
    assert torch.allclose((h + skip) / math.sqrt(2), block(x, style), atol=1e-4)


def built_in_the_notebook(*names):
    """What the chapter defines, by running the cells that define it, and its first one."""
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    code = [text_of(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    found = {}
    exec(code[0], found)
    for source in code[1:]:
        if any(f"{kind} {name}(" in source for name in names for kind in ("class", "def")):
            exec(source.split("\nzero = ")[0], found)
    return [found[name] for name in names]


@pytest.mark.parametrize("seed", range(3))
def test_the_notebooks_blocks_are_the_librarys(seed):
    _, doubling, halving = built_in_the_notebook("modulated", "Doubling", "Halving")
    torch.manual_seed(seed)
    x, style = torch.randn(3, 16, 4, 6), torch.randn(3, 5)
    mine, library = doubling(16, 8, 5), UpBlock(16, 8, 5)
    library.load_state_dict(mine.state_dict())
    assert torch.allclose(mine(x, style), library(x, style), atol=1e-5)
    mine, library = halving(16, 8), DownBlock(16, 8)
    library.load_state_dict(mine.state_dict())
    assert torch.allclose(mine(x), library(x), atol=1e-5)

"""Pictures damaged on purpose, for the judge of chapter 9.

`mild` damages leave a picture readable, `strong` ones do not: the judge trains on both. `foil`
makes pictures that look nearly right and are not, of families the judge never trains on.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from dalle_edu.world.edits import edit
from dalle_edu.world.render import Placed, lay_out, paint, render
from dalle_edu.world.scene import CORE, Grammar, Scene, sample
from dalle_edu.world.shapes import extent

FOILS = ("edited", "halved", "blended")


def mild(pictures: Tensor, generator: Generator) -> Tensor:
    """The pictures with slight faults that a reader overlooks, each with a chance of one half.

    Args:
        pictures: uint8 (B, 3, H, W).
        generator: the source of all that is random.

    Returns:
        uint8 (B, 3, H, W): wobbled by half a pixel, softened, shaded, noisy, a few pixels cut out.
    """
    x = pictures.float() / 255
    uniform = partial(_uniform, generator, len(x))
    rows, columns = _places(x)
    left, top, side = uniform(0, x.shape[3]), uniform(0, x.shape[2]), uniform(1, 4)
    cut = (columns >= left) & (columns < left + side) & (rows >= top) & (rows < top + side)
    for fault in (
        lambda x: _warp(x, uniform(0, 0.5), generator),
        lambda x: x.lerp(_blur(x, 3), uniform(0, 1)),
        lambda x: x * uniform(0.92, 1.06) + uniform(-0.03, 0.03, 3),
        lambda x: x + uniform(0, 0.06) * torch.randn(x.shape, generator=generator),
        lambda x: torch.where(cut, uniform(0, 1, 3), x),
    ):
        x = torch.where(uniform(0, 1) < 0.5, fault(x), x)
    return _to_uint8(x)


def strong(pictures: Tensor, boxes: Tensor, generator: Generator) -> Tensor:
    """The pictures spoiled: one thing, or all of it, cannot be told any more.

    A third are spoiled as a whole: noise, blur, tiles shuffled, two pictures in a chessboard or
    fading into one another. In the others one thing lost a part (a wedge, a bite, a strip through
    its middle, stripes, blots) to what lies behind it, to another picture or to paint; or is
    blurred, warped, squashed, shuffled, faint, or mixed with another picture.

    Args:
        pictures: uint8 (B, 3, H, W).
        boxes: (B, 4) left, top, right, bottom of one thing each, in pixels; zeros for none.
        generator: the source of all that is random.

    Returns:
        uint8 (B, 3, H, W).
    """
    x, other = pictures.float() / 255, pictures.roll(1, 0).float() / 255
    uniform = partial(_uniform, generator, len(x))
    left, top, right, bottom = boxes.float()[:, :, None, None, None].unbind(1)  # (B, 1, 1, 1)
    rows, columns = _places(x)
    u = (2 * columns + 1 - left - right) / (right - left).clamp(min=1)  # -1 to 1 in the box
    v = (2 * rows + 1 - top - bottom) / (bottom - top).clamp(min=1)
    inside = torch.maximum(u.abs(), v.abs()) < 1.1
    angle = uniform(0, 6.3)
    p, q = u * angle.cos() + v * angle.sin(), v * angle.cos() - u * angle.sin()
    parts = (
        torch.atan2(q, p + 0.1).abs() < uniform(0.6, 1.1),
        (p - 0.6) ** 2 + q**2 < uniform(0.55, 0.8) ** 2,
        p.abs() < uniform(0.25, 0.4),
        torch.sin(uniform(5, 9) * p + uniform(0, 6)) > 0.1,
        _smooth(x, 1, 12, generator) > uniform(0.1, 0.6),
    )
    behind = _behind(x, left, right, inside)
    fills = (behind, behind, behind, other, uniform(0, 1, 3).expand_as(x))
    lost = _one_of(parts, generator) & inside
    thing = _one_of(
        (
            *[torch.where(lost, _one_of(fills, generator), x)] * 5,
            _blur(x, 9),
            _warp(x, uniform(2.5, 4), generator, 10),
            _squash(x, boxes, uniform(1.5, 2.2), generator),
            _shuffle(x, 4, 2, generator),
            x.lerp(behind, uniform(0.6, 0.8)),
            x.lerp(other, uniform(0.3, 0.45)),
        ),
        generator,
    )
    thing = torch.where(inside, thing, x)
    board = ((rows // 5 + columns // 5) % 2 == 0).expand(x.shape)
    board = torch.where(board, x, other)
    slope = (columns - 32) * angle.cos() + (rows - 32) * angle.sin()
    every = (
        x + uniform(0.3, 0.7) * torch.randn(x.shape, generator=generator),
        _blur(x, 17),
        _shuffle(x, 8, x.shape[2] // 8, generator),
        board,
        x.lerp(other, (0.5 + slope / 45).clamp(0, 1)),
    )
    # What hit too little of its thing, or had none to hit, is spoiled as a whole.
    hit, area = (((x - a).abs().amax(1) > 0.1).sum((1, 2)) for a in (thing, behind))
    missed = (hit <= 0.2 * area.clamp(min=60))[:, None, None, None]
    whole = missed | (uniform(0, 1) < 1 / 3)
    return _to_uint8(torch.where(whole, _one_of(every, generator), thing))


def foil(scene: Scene, kind: str, seed: int, grammar: Grammar = CORE) -> Tensor | None:
    """A picture that nearly shows the scene, and does not.

    Args:
        scene: what a caption would ask for.
        kind: one of `FOILS`. "edited": one attribute wrong; "halved": one half of a thing
            replaced by what lies behind it; "blended": the mean of this scene and another.
        seed: of the picture, as for `render`, and of the fault.
        grammar: whose words the edit or the other scene may use.

    Returns:
        uint8 (3, 64, 64), or None where there is no thing to halve.

    Raises:
        ValueError: if the kind is unknown.
    """
    if kind not in FOILS:
        raise ValueError(f"kind of foil is {kind!r}: use one of {FOILS}")
    rng = random.Random(f"foil {seed}")
    if kind == "edited":
        return render(edit(scene, rng, None, grammar), 64, seed)
    if kind == "blended":
        while (other := sample(rng, None, grammar)) == scene:
            pass
        return ((render(scene, 64, seed).int() + render(other, 64, rng)) // 2).byte()
    if not scene.things:
        return None
    layout = lay_out(scene, seed)
    gone = rng.choice(layout.things)
    kept = tuple(placed for placed in layout.things if placed is not gone)
    whole, behind = (torch.tensor(paint(x, 64)) for x in (layout, replace(layout, things=kept)))
    left, top, right, bottom = box(gone)
    middles = torch.arange(64) + 0.5  # of the pixels
    west, north = middles < (left + right) / 2, middles[:, None] < (top + bottom) / 2
    half = rng.choice((west, north, ~west, ~north)).expand(64, 64)
    return torch.where(half[:, :, None], behind, whole).permute(2, 0, 1).contiguous()


def box(placed: Placed, size: int = 64) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of a thing in pixels of a picture of this size."""
    wide, tall = (placed.side * part / 2 for part in extent(placed.thing.shape))
    ends = (placed.x - wide, placed.y - tall, placed.x + wide, placed.y + tall)
    return tuple(float(size * end) for end in ends)


def _uniform(generator: Generator, n: int, low: float, high: float, channels: int = 1) -> Tensor:
    return low + (high - low) * torch.rand(n, channels, 1, 1, generator=generator)


def _places(x: Tensor) -> tuple[Tensor, Tensor]:
    """Row and column numbers of the pixels, (H, 1) and (W,)."""
    return torch.arange(x.shape[2])[:, None], torch.arange(x.shape[3])


def _smooth(x: Tensor, channels: int, cells: int, generator: Generator) -> Tensor:
    """A random field (B, channels, H, W) that varies over H / cells pixels."""
    field = torch.randn(len(x), channels, cells, cells, generator=generator)
    return F.interpolate(field, size=x.shape[2:], mode="bicubic")


def _move(x: Tensor, grid: Tensor) -> Tensor:
    """Pixels fetched from `grid` (B, H, W, 2), x and y from -1 to 1."""
    return F.grid_sample(x, grid, padding_mode="border", align_corners=False)


def _still(x: Tensor) -> Tensor:
    identity = torch.eye(2, 3).expand(len(x), 2, 3)
    return F.affine_grid(identity, list(x.shape), align_corners=False)


def _warp(x: Tensor, by: Tensor, generator: Generator, cells: int = 6) -> Tensor:
    """Every pixel moved by a smooth random field, by about `by` (B, 1, 1, 1) pixels."""
    field = _smooth(x, 2, cells, generator) * by * 2 / x.shape[3]
    return _move(x, _still(x) + field.permute(0, 2, 3, 1))


def _squash(x: Tensor, boxes: Tensor, by: Tensor, generator: Generator) -> Tensor:
    """Everything nearer to the middle of its box, by the factor `by`, across or along."""
    middle = (boxes[:, None, None, :2] + boxes[:, None, None, 2:]) / x.shape[3] - 1  # (B, 1, 1, 2)
    flat = torch.randint(2, (len(x), 1, 1, 1), generator=generator) == torch.arange(2)
    return _move(x, middle + (_still(x) - middle) * torch.where(flat, by, 1.0))


def _shuffle(x: Tensor, cell: int, reach: int, generator: Generator) -> Tensor:
    """Tiles of `cell` pixels in another order within squares of reach x reach tiles."""
    order = torch.randperm(reach * reach, generator=generator)
    squares = x.unflatten(2, (-1, reach, cell)).unflatten(5, (-1, reach, cell))
    tiles = squares.movedim((3, 6), (0, 1))  # (reach, reach, B, C, squares, cell, squares, cell)
    tiles = tiles.flatten(0, 1)[order].unflatten(0, (reach, reach))
    return tiles.movedim((0, 1), (3, 6)).reshape(x.shape)


def _blur(x: Tensor, size: int) -> Tensor:
    return F.avg_pool2d(F.pad(x, [size // 2] * 4, mode="replicate"), size, 1)


def _behind(x: Tensor, left: Tensor, right: Tensor, inside: Tensor) -> Tensor:
    """The pictures without what is `inside`: every row goes on from its left to its right end."""
    ends = (end.long().clamp(0, x.shape[3] - 1) for end in (left - 3, right + 2))
    first, last = (x.gather(3, end.expand(*x.shape[:3], 1)) for end in ends)
    share = ((_places(x)[1] - left) / (right - left).clamp(min=1)).clamp(0, 1)
    return torch.where(inside, first.lerp(last, share), x)


def _one_of(kinds: Sequence[Tensor], generator: Generator) -> Tensor:
    """For each picture the version of one of `kinds`, each (B, ...)."""
    batch = len(kinds[0])
    chosen = torch.randint(len(kinds), (batch,), generator=generator)
    return torch.stack(tuple(kinds))[chosen, torch.arange(batch)]


def _to_uint8(x: Tensor) -> Tensor:
    return (x * 255).round().clamp(0, 255).byte()

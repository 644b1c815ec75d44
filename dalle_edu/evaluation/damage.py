"""Pictures damaged on purpose, for the judge of chapter 9.

`mild` damages leave a picture readable, `strong` ones do not: the judge trains on both. `foil`
makes pictures that look nearly right and are not, of families the judge never trains on.
Lengths are pixels of a picture 64 wide.
"""

import random
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from dalle_edu.world.edits import edit
from dalle_edu.world.render import Placed, lay_out, paint, render
from dalle_edu.world.scene import CORE, Grammar, Scene, sample
from dalle_edu.world.shapes import extent

FOILS = ("edited", "halved", "blended")


def mild(pictures: Tensor, generator: Generator) -> Tensor:
    """The pictures with slight faults a reader overlooks, three of six kinds each on average.

    Args:
        pictures: uint8 (B, 3, H, W).
        generator: the source of all that is random.

    Returns:
        uint8 (B, 3, H, W): wobbled by less than a pixel, resampled, softened, shaded, noisy, cut.
    """
    batch, _, height, width = pictures.shape

    def uniform(low: float, high: float, *shape: int) -> Tensor:
        return low + (high - low) * torch.rand(batch, *shape, generator=generator)

    x = pictures.float() / 255
    side = int(torch.randint(44, 64, (), generator=generator)) * width // 64
    small = F.interpolate(x, size=side, mode="bilinear", antialias=True)
    rows, columns = (torch.arange(n)[None, :] for n in (height, width))
    cut = torch.zeros(batch, 1, height, width, dtype=torch.bool)
    for _ in range(2):
        top, left, size = (uniform(0, high, 1) for high in (height, width, 3.5))
        across = ((columns >= left) & (columns < left + size))[:, None, None, :]
        cut |= ((rows >= top) & (rows < top + size))[:, None, :, None] & across
    kinds = (
        lambda x: _warp(x, uniform(0, 0.5, 1, 1, 1), 6, generator),
        lambda x: F.interpolate(small, size=(height, width), mode="bilinear"),
        lambda x: x.lerp(_blur(x, 3), uniform(0, 1, 1, 1, 1)),
        lambda x: x * uniform(0.92, 1.06, 1, 1, 1) + uniform(-0.03, 0.03, 3, 1, 1),
        lambda x: x + uniform(0, 0.06, 1, 1, 1) * _normal(x, generator),
        lambda x: torch.where(cut, uniform(0, 1, 3, 1, 1), x),
    )
    for kind in kinds:
        x = torch.where(uniform(0, 1, 1, 1, 1) < 0.5, kind(x), x)
    return _to_uint8(x)


def strong(pictures: Tensor, boxes: Tensor, generator: Generator) -> Tensor:
    """The pictures spoiled: one thing, or all of it, cannot be told any more.

    A third are spoiled as a whole (noise, blur, tiles shuffled, two pictures in a grid or fading
    into one another). In the others one thing has a part erased or replaced (a wedge, a bite, a
    middle strip, stripes, blots), is smeared, warped, scrambled, doubled or faint. Where that hit
    too little of the thing, the picture is mixed with another in a grid.

    Args:
        pictures: uint8 (B, 3, H, W).
        boxes: (B, 4) left, top, right, bottom of one thing each, in pixels; zeros for none.
        generator: the source of all that is random.

    Returns:
        uint8 (B, 3, H, W).
    """
    x, other = pictures.float() / 255, pictures.roll(1, 0).float() / 255
    behind = _behind(x, boxes)
    spoiled = _spoil_thing(x, other, behind, boxes, generator)
    hit, thing = (((a - b).abs().amax(1) > 0.1).sum((1, 2)) for a, b in ((x, spoiled), (x, behind)))
    whole = torch.rand(len(x), generator=generator) < 1 / 3
    grid = _grid(x, other, generator)
    spoiled = torch.where((hit > 0.2 * thing.clamp(min=60))[:, None, None, None], spoiled, grid)
    everything = _spoil_all(x, other, grid, generator)
    return _to_uint8(torch.where(whole[:, None, None, None], everything, spoiled))


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
    layout = lay_out(scene, seed)
    picture = _picture(paint(layout, 64))
    if kind == "blended":
        other = render(_another(scene, rng, grammar), 64, rng)
        return ((picture.int() + other.int() + 1) // 2).byte()
    if not scene.things:
        return None
    kept = list(layout.things)
    left, top, right, bottom = box(kept.pop(rng.randrange(len(kept))))
    behind = _picture(paint(replace(layout, things=tuple(kept)), 64))
    across, down = round((left + right) / 2), round((top + bottom) / 2)
    rows, columns = slice(0, 64), slice(0, 64)
    half = rng.choice(("left", "right", "top", "bottom"))
    columns = {"left": slice(0, across), "right": slice(across, 64)}.get(half, columns)
    rows = {"top": slice(0, down), "bottom": slice(down, 64)}.get(half, rows)
    picture[:, rows, columns] = behind[:, rows, columns]
    return picture


def box(placed: Placed, size: int = 64) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of a thing in pixels."""
    wide, tall = (placed.side * part / 2 for part in extent(placed.thing.shape))
    ends = (placed.x - wide, placed.y - tall, placed.x + wide, placed.y + tall)
    return tuple(size * end for end in ends)


def _another(scene: Scene, rng: random.Random, grammar: Grammar) -> Scene:
    while (other := sample(rng, None, grammar)) == scene:
        pass
    return other


def _picture(pixels) -> Tensor:
    return torch.tensor(pixels).permute(2, 0, 1).contiguous()


def _spoil_all(x: Tensor, other: Tensor, grid: Tensor, generator: Generator) -> Tensor:
    batch, _, height, width = x.shape
    v, u = torch.meshgrid(*(torch.linspace(-1, 1, n) for n in (height, width)), indexing="ij")
    angle = 6.3 * torch.rand(batch, 1, 1, generator=generator)
    fade = (0.5 + 0.7 * (u * angle.cos() + v * angle.sin())).clamp(0, 1)[:, None]  # (B, 1, H, W)
    loud = 0.3 + 0.4 * torch.rand(batch, 1, 1, 1, generator=generator)
    kinds = (
        x + loud * _normal(x, generator),
        F.interpolate(F.avg_pool2d(x, width // 8), size=(height, width), mode="bilinear"),
        _shuffle(x, 8, generator),
        _warp(x, torch.full((batch, 1, 1, 1), 5.0), 10, generator),
        grid,
        x.lerp(other, fade),
    )
    return _one_of(kinds, generator)


def _spoil_thing(x, other, behind, boxes, generator: Generator) -> Tensor:
    batch, _, height, width = x.shape

    def uniform(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(batch, 1, 1, generator=generator)

    left, top, right, bottom = boxes[:, :, None, None].unbind(1)  # (B, 1, 1)
    u = (2 * torch.arange(width) + 1 - left - right) / (right - left).clamp(min=1)  # -1 to 1 inside
    v = (2 * torch.arange(height)[:, None] + 1 - top - bottom) / (bottom - top).clamp(min=1)
    inside = torch.maximum(u.abs(), v.abs())[:, None] < 1.1
    angle = uniform(0, 6.3)
    p, q = u * angle.cos() + v * angle.sin(), v * angle.cos() - u * angle.sin()  # (B, H, W)
    blots = F.interpolate(torch.randn(batch, 1, 12, 12, generator=generator), size=(height, width),
                          mode="bicubic")[:, 0]  # fmt: skip
    parts = (
        torch.atan2(q, p + 0.1).abs() < uniform(0.6, 1.1),  # a wedge
        (p - 0.6) ** 2 + q**2 < uniform(0.55, 0.8) ** 2,  # a bite
        p.abs() < uniform(0.25, 0.4),  # a strip through the middle
        torch.sin(uniform(5, 9) * p + uniform(0, 6)) > 0.1,  # stripes
        blots > uniform(0.1, 0.6),
    )
    part = _one_of([a[:, None] for a in parts], generator) & inside
    shift = tuple(torch.randint(4, 9, (2,), generator=generator).tolist())
    paint = torch.rand(batch, 3, 1, 1, generator=generator).expand_as(x)
    fill = _one_of((behind, behind, behind, other, x.roll(shift, (2, 3)), paint), generator)
    kinds = (
        *[torch.where(part, fill, x)] * 3,
        torch.where(inside, _blur(x, 9), x),
        torch.where(inside, F.avg_pool2d(F.pad(x, (7, 7, 0, 0), mode="replicate"), (1, 15), 1), x),
        torch.where(inside, _warp(x, 2.5 + 1.5 * uniform(0, 1)[:, None], 10, generator), x),
        torch.where(inside, _shuffle(x, 4, generator, 2), x),
        torch.where(inside, x.maximum(x.roll(shift, (2, 3))), x),
        torch.where(inside, x.lerp(behind, uniform(0.6, 0.8)[:, None]), x),
        torch.where(inside, x.lerp(other, uniform(0.3, 0.45)[:, None]), x),
    )
    return _one_of(kinds, generator)


def _grid(x: Tensor, other: Tensor, generator: Generator) -> Tensor:
    """Two pictures in the fields of a chessboard, or of stripes, 3 to 8 pixels wide."""
    height, width = x.shape[2:]
    cell, kind = (int(torch.randint(*ends, (), generator=generator)) for ends in ((3, 9), (0, 3)))
    rows, columns = torch.arange(height)[:, None] // cell, torch.arange(width) // cell
    return torch.where(
        ((rows + columns) if kind == 0 else (rows, columns)[kind - 1]) % 2 == 0, x, other
    )


def _shuffle(x: Tensor, cell: int, generator: Generator, reach: int | None = None) -> Tensor:
    """Tiles of `cell` pixels in another order, within squares of reach x reach tiles."""
    batch, channels, height, width = x.shape
    group = cell * (reach or height // cell)
    n = group // cell
    tiles = x.reshape(batch, channels, height // group, n, cell, width // group, n, cell)
    tiles = tiles.permute(0, 1, 2, 5, 3, 6, 4, 7).flatten(4, 5)  # (B, C, Y, X, n * n, cell, cell)
    order = torch.rand(n * n, generator=generator).argsort()
    tiles = tiles[:, :, :, :, order].unflatten(4, (n, n)).permute(0, 1, 2, 4, 6, 3, 5, 7)
    return tiles.reshape(x.shape)


def _warp(x: Tensor, amplitude: Tensor, cells: int, generator: Generator) -> Tensor:
    """Every pixel moved by a smooth random field; `amplitude` (B, 1, 1, 1) in pixels."""
    batch, _, height, width = x.shape
    field = torch.randn(batch, 2, cells, cells, generator=generator) * amplitude * 2 / width
    field = F.interpolate(field, size=(height, width), mode="bicubic").permute(0, 2, 3, 1)
    still = F.affine_grid(torch.eye(2, 3).expand(batch, 2, 3), list(x.shape), align_corners=False)
    return F.grid_sample(x, still + field, padding_mode="border", align_corners=False)


def _blur(x: Tensor, size: int) -> Tensor:
    return F.avg_pool2d(F.pad(x, [size // 2] * 4, mode="replicate"), size, 1)


def _behind(x: Tensor, boxes: Tensor) -> Tensor:
    """The pictures without the things in `boxes`: their rows go on from left to right."""
    width = x.shape[3]
    left, top, right, bottom = boxes[:, :, None, None, None].unbind(1)  # (B, 1, 1, 1)
    shape = (*x.shape[:3], 1)
    ends = [
        x.gather(3, (end.long()).clamp(0, width - 1).expand(shape)) for end in (left - 3, right + 2)
    ]
    columns, rows = torch.arange(width), torch.arange(x.shape[2])[:, None]
    t = ((columns - left) / (right - left).clamp(min=1)).clamp(0, 1)
    inside = (columns >= left - 2) & (columns < right + 2) & (rows >= top - 2) & (rows < bottom + 2)
    return torch.where(inside, ends[0].lerp(ends[1], t), x)


def _one_of(kinds, generator: Generator) -> Tensor:
    """For each picture the version of one of `kinds`, each (B, ...)."""
    stacked = torch.stack(tuple(kinds))
    batch = stacked.shape[1]
    return stacked[torch.randint(len(stacked), (batch,), generator=generator), torch.arange(batch)]


def _normal(x: Tensor, generator: Generator) -> Tensor:
    return torch.randn(x.shape, generator=generator)


def _to_uint8(x: Tensor) -> Tensor:
    return (x * 255).round().clamp(0, 255).byte()

"""Pictures show what the scene says: bands of colour, sizes and places measured on the pixels."""

import colorsys
import random
from dataclasses import replace

import numpy as np
import pytest
import torch

from dalle_edu.world.render import lay_out, paint, render
from dalle_edu.world.scene import (
    COLOURS,
    CORE,
    FILLS,
    SHAPES,
    SKIES,
    WHOLE,
    WIDE,
    Scene,
    Thing,
    sample,
)
from dalle_edu.world.shapes import extent

EMPTY = Scene("blue", "none", 0, "none", "left")
HUES = {
    "red": (345, 374),
    "orange": (15, 40),
    "yellow": (42, 66),
    "green": (80, 165),
    "blue": (195, 255),
    "purple": (262, 310),
}


def hsv(pixels):
    """(..., 3) uint8 as hue in degrees, saturation and value, an array (N, 3)."""
    flat = np.asarray(pixels).reshape(-1, 3) / 255
    return np.array([colorsys.rgb_to_hsv(*p) for p in flat]) * (360, 1, 1)


def hue_within(hue, low, high):
    return ((hue - low) % 360 <= high - low).all()


def one(thing, sky="grey", ground="none"):
    return replace(EMPTY, sky=sky, ground=ground, things=(thing,))


def mask(layout, i, size=64, rim=False):
    """Bool (size, size): where thing i of a layout, seen alone, covers a quarter of a pixel."""
    placed = layout.things[i] if rim else replace(layout.things[i], rim=None)
    black, white = (
        replace(layout, sky=((v,) * 3,) * 2, ground=None, horizon=1.0, above=(), things=(placed,))
        for v in (0, 255)
    )
    # What lies behind shows through where the thing is not.
    through = paint(white, size).astype(int) - paint(black, size)
    return through.max(-1) <= 191


def longer_side(seen):
    rows, columns = np.nonzero(seen)
    return max(np.ptp(rows), np.ptp(columns)) + 1


def sampled(grammar, n=60, seed=0):
    rng = random.Random(seed)
    return [(sample(rng, None, grammar), k) for k in range(n)]


# --- what a caller gets ---


@pytest.mark.parametrize("size", [8, 64, 128, 256])
def test_the_result_is_a_picture(size):
    picture = render(sample(0), size, 1)
    assert picture.shape == (3, size, size)
    assert picture.dtype == torch.uint8
    assert picture.is_contiguous()


def test_the_seed_decides_everything_else():
    scene = sample(7)
    assert torch.equal(render(scene, 64, 3), render(scene, 64, 3))
    assert not torch.equal(render(scene, 64, 3), render(scene, 64, 4))
    generator = random.Random(5)
    first, second = render(scene, 64, generator), render(scene, 64, generator)
    assert torch.equal(first, render(scene, 64, random.Random(5)))
    assert not torch.equal(first, second)


def test_no_global_generator_is_touched():
    random.seed(1)
    before = random.getstate(), torch.get_rng_state()
    render(sample(0, None, WHOLE), 64, 1)
    assert random.getstate() == before[0]
    assert torch.equal(torch.get_rng_state(), before[1])


@pytest.mark.parametrize("grammar", [CORE, WHOLE], ids=lambda g: g.name)
def test_a_larger_picture_shows_the_same(grammar):
    for scene, seed in sampled(grammar, 12):
        small = render(scene, 64, seed).float()
        for size in (128, 256):
            large = render(scene, size, seed).float()
            shrunk = torch.nn.functional.avg_pool2d(large, size // 64)
            # Only the smoothing of edges differs.
            assert (small - shrunk).abs().mean() < 2.5
            assert ((small - shrunk).abs().amax(0) > 60).float().mean() < 0.01


# --- colours ---


@pytest.mark.parametrize("colour", CORE.colours)
def test_colours_keep_to_their_bands(colour):
    for seed in range(12):
        layout = lay_out(one(Thing("square", colour, "large", "centre")), seed)
        placed = layout.things[0]
        x, y = round(placed.x * 64), round(placed.y * 64)
        hue, saturation, value = hsv(paint(layout, 64)[y - 8 : y + 8, x - 8 : x + 8]).T
        if colour == "white":
            assert saturation.max() < 0.15 and value.min() > 0.85
        elif colour == "black":
            assert value.max() < 0.2
        else:
            assert saturation.min() > 0.5 and value.min() > 0.4
            assert hue_within(hue, *HUES[colour])


def test_no_two_colours_are_alike():
    shades = {}
    for colour in COLOURS:
        layouts = (lay_out(one(Thing("square", colour, "large", "centre")), k) for k in range(15))
        shades[colour] = np.array([layout.things[0].shade for layout in layouts], float)
    for a in COLOURS:
        for b in COLOURS:
            if a < b:
                apart = np.linalg.norm(shades[a][:, None] - shades[b][None], axis=-1).min()
                assert apart > 35, (a, b, apart)


@pytest.mark.parametrize("sky", SKIES)
def test_skies_keep_to_their_bands(sky):
    for seed in range(6):
        for ground in ("none", "grass"):
            picture = paint(lay_out(replace(EMPTY, sky=sky, ground=ground), seed), 64)
            top, all_of_it = hsv(picture[:21, 0]), hsv(picture[:47, 0])
            if sky == "blue":
                assert hue_within(top[:, 0], 200, 225)
                assert top[:, 1].min() > 0.4
            elif sky == "night":
                assert all_of_it[:, 2].max() < 0.35
            elif sky == "sunset":
                assert hue_within(top[:, 0], 15, 40)
                assert not ((all_of_it[:, 0] >= 42) & (all_of_it[:, 0] <= 66)).any()
            else:
                assert all_of_it[:, 1].max() < 0.12
                assert all_of_it[:, 2].min() > 0.5 and all_of_it[:, 2].max() < 0.78


@pytest.mark.parametrize("ground", ["grass", "sand", "snow"])
def test_grounds_keep_to_their_bands_and_begin_at_the_horizon(ground):
    heights = set()
    for seed in range(10):
        layout = lay_out(replace(EMPTY, ground=ground), seed)
        picture = paint(layout, 64)
        assert (picture == picture[:, :1]).all()
        assert 0.74 <= layout.horizon <= 0.82
        first = int(np.flatnonzero((picture[:, 0] == picture[-1, 0]).all(-1))[0])
        assert 0.74 * 64 <= first <= 0.82 * 64 + 1
        heights.add(first)
        hue, saturation, value = hsv(picture[-1, :1])[0]
        if ground == "grass":
            assert 90 <= hue <= 130 and saturation > 0.4
        elif ground == "sand":
            assert saturation < 0.4 and hue_within(np.array([hue]), 30, 50)
        else:
            assert saturation < 0.15 and value > 0.85
    assert len(heights) > 2


@pytest.mark.parametrize("sky", SKIES)
def test_sun_moon_and_clouds_keep_to_their_bands(sky):
    for seed in range(4):
        for light in ("sun", "moon"):
            layout = lay_out(replace(EMPTY, sky=sky, light=light, clouds=2), seed)
            picture, bare = paint(layout, 64), paint(replace(layout, above=()), 64)
            changed = np.abs(picture.astype(int) - bare).max(-1) > 0
            exact = [(np.array(shade) == picture).all(-1) for shade, _ in layout.above]
            lit = hsv(np.array([layout.above[0][0]], np.uint8))[0]
            cloud = hsv(np.array([layout.above[-1][0]], np.uint8))[0]
            # Every shade is there as it is, and nothing but these changes the picture.
            assert all(part.sum() > 8 for part in exact[-3:])
            assert exact[0].sum() > 12
            assert changed.sum() < 64 * 64 * 0.25
            assert cloud[1] < 0.12 and cloud[2] > 0.88
            if light == "sun":
                assert 45 <= lit[0] <= 60 and lit[1] > 0.5
            else:
                assert lit[1] < 0.12 and lit[2] > 0.88


# --- what hangs in the sky ---


def islands(seen):
    """How many connected parts (8 neighbours) a mask has, of at least four pixels."""
    seen, found = seen.copy(), 0
    while seen.any():
        stack, size = [tuple(np.argwhere(seen)[0])], 0
        seen[stack[0]] = False
        while stack:
            y, x = stack.pop()
            size += 1
            for v in range(max(0, y - 1), min(len(seen), y + 2)):
                for u in range(max(0, x - 1), min(len(seen), x + 2)):
                    if seen[v, u]:
                        seen[v, u] = False
                        stack.append((v, u))
        found += size >= 4
    return found


@pytest.mark.parametrize("light", ["none", "sun", "moon"])
@pytest.mark.parametrize("clouds", range(5))
def test_clouds_can_be_counted(light, clouds):
    for seed in range(5):
        for corner in ("left", "right"):
            scene = Scene("night", "none", clouds, light, corner)
            layout = lay_out(scene, seed)
            picture, bare = paint(layout, 64), paint(replace(layout, above=()), 64)
            seen = np.abs(picture.astype(int) - bare).max(-1) > 90
            # All of it in the sky's top third; the sun's finest rays may be loose, the rest is not.
            assert not seen[22:].any()
            pale = picture.min(-1) > 150
            assert islands(pale) == clouds + (light == "moon")


@pytest.mark.parametrize("light", ["sun", "moon"])
@pytest.mark.parametrize("corner", ["left", "right"])
def test_the_light_is_in_its_corner_whole(light, corner):
    for seed in range(10):
        layout = lay_out(replace(EMPTY, light=light, corner=corner), seed)
        points = np.concatenate([loops[0] for _, loops in layout.above])
        assert points.min() > 0 and points.max() < 1
        x, y = (points.max(0) + points.min(0)) / 2
        assert y < 0.2
        assert x < 0.25 if corner == "left" else x > 0.75
        assert 0.14 < np.ptp(points, 0).max() < 0.3


# --- things ---


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("size", "least", "most"), [("small", 18, 22), ("large", 27, 32)])
def test_sizes_of_the_core_on_the_pixels(shape, size, least, most):
    for seed in range(4):
        layout = lay_out(one(Thing(shape, "red", size, "centre")), seed)
        assert least <= longer_side(mask(layout, 0)) <= most


@pytest.mark.parametrize("grammar", [WIDE, WHOLE], ids=lambda g: g.name)
def test_sizes_in_crowded_scenes(grammar):
    for scene, seed in sampled(grammar, 80):
        layout = lay_out(scene, seed)
        sides = {"small": [], "large": []}
        for i, placed in enumerate(layout.things):
            longest = longer_side(mask(layout, i, 64))
            assert longest >= 14
            assert longest == pytest.approx(placed.side * 64, abs=2)
            sides[placed.thing.size].append(placed.side * 64)
        if sides["small"] and sides["large"]:
            assert min(sides["large"]) > max(sides["small"]) + 3


def test_places_of_the_core():
    bands = {"left": (0.21, 0.29), "centre": (0.45, 0.55), "right": (0.71, 0.79)}
    xs = {column: [] for column in bands}
    for scene, seed in sampled(CORE, 400):
        for placed in lay_out(scene, seed).things:
            low, high = bands[placed.thing.column]
            assert low - 1e-9 <= placed.x <= high + 1e-9
            assert 0.48 <= placed.y <= 0.68
            xs[placed.thing.column].append(placed.x)
    assert all(np.ptp(values) > 0.06 for values in xs.values())


@pytest.mark.parametrize("grammar", [CORE, WIDE, WHOLE], ids=lambda g: g.name)
def test_things_stand_apart_below_the_sky_and_inside_the_picture(grammar):
    for scene, seed in sampled(grammar, 300):
        layout = lay_out(scene, seed)
        boxes = []
        for placed in layout.things:
            w, h = (placed.side / 2 * length for length in extent(placed.thing.shape))
            box = placed.x - w, placed.y - h, placed.x + w, placed.y + h
            assert min(box) > 0.01 and max(box) < 0.99
            for _, loops in layout.above:
                assert loops[..., 1].max() < box[1]
            if not placed.thing.inside:
                boxes.append(box)
        for i, a in enumerate(boxes):
            for b in boxes[:i]:
                apart = max(a[0] - b[2], b[0] - a[2], a[1] - b[3], b[1] - a[3])
                assert apart > 0.5 / 64


def test_columns_and_rows_can_be_told_apart():
    for scene, seed in sampled(WHOLE, 300):
        for placed in lay_out(scene, seed).things:
            thing = placed.thing
            assert placed.x * 3 // 1 == {"left": 0, "centre": 1, "right": 2}[thing.column]
            if any(t.column == thing.column and t.row != thing.row for t in scene.things):
                assert (
                    thing.inside
                    or any(t.inside for t in scene.things)
                    or ((placed.y > 0.65) == (thing.row == 1))
                )


def test_what_is_inside_lies_in_the_middle_of_its_host():
    host = Thing("hexagon", "yellow", "large", "right")
    guest = Thing("star", "blue", "small", "right", 1, inside=True)
    for seed in range(10):
        layout = lay_out(replace(EMPTY, things=(host, guest)), seed)
        outer, inner = layout.things
        assert (outer.x, outer.y) == (inner.x, inner.y)
        assert inner.side < 0.6 * outer.side
        assert not (mask(layout, 1) & ~mask(layout, 0)).any()
        assert paint(layout, 64)[round(inner.y * 64), round(inner.x * 64)] == pytest.approx(
            inner.shade, abs=2
        )


def test_a_guest_without_a_host_is_drawn_all_the_same():
    # A reading of a picture may say so.
    guest = Thing("star", "blue", "small", "right", 1, inside=True)
    assert mask(lay_out(one(guest), 0), 0).sum() > 60


@pytest.mark.parametrize("grammar", [CORE, WHOLE], ids=lambda g: g.name)
def test_every_thing_is_visible(grammar):
    for scene, seed in sampled(grammar, 40):
        layout = lay_out(scene, seed)
        masks = [mask(layout, i) for i in range(len(layout.things))]
        rims = [mask(layout, i, rim=True) for i in range(len(layout.things))]
        for i, seen in enumerate(masks):
            hidden = np.zeros_like(seen)
            for later in rims[i + 1 :]:
                hidden |= later
            assert (seen & ~hidden).sum() >= 0.6 * seen.sum()


@pytest.mark.parametrize("sky", SKIES)
@pytest.mark.parametrize("ground", ["none", "grass", "sand", "snow"])
def test_nothing_vanishes_against_what_lies_behind_it(sky, ground):
    for k, colour in enumerate(COLOURS):
        layout = lay_out(one(Thing(CORE.shapes[k % 6], colour, "large", "centre"), sky, ground), k)
        picture, bare = paint(layout, 64), paint(replace(layout, things=()), 64)
        stands_out = np.abs(picture.astype(int) - bare).max(-1) > 40
        # Its whole extent shows, be it by the rim alone.
        whole = longer_side(mask(layout, 0))
        assert longer_side(stands_out) >= whole - 2, colour


def test_only_what_would_vanish_has_a_rim():
    square = Thing("square", "black", "large", "centre")
    cases = {("black", "night"): True, ("white", "night"): False, ("black", "blue"): False}
    cases |= {("orange", "sunset"): True, ("blue", "sunset"): False, ("grey", "grey"): True}
    for (colour, sky), expected in cases.items():
        for seed in range(5):
            layout = lay_out(one(replace(square, colour=colour), sky), seed)
            assert (layout.things[0].rim is not None) == expected
    green = lay_out(one(replace(square, colour="green"), "sunset", "grass"), 0)
    reach = green.things[0].y + green.things[0].side / 2
    assert reach > green.horizon  # this seed reaches the grass
    assert green.things[0].rim is not None
    # Within another thing, that thing is what lies behind.
    guest = Thing("circle", "red", "small", "centre", 1, inside=True)
    host = replace(square, colour="red")
    twice = lay_out(replace(EMPTY, things=(host, guest)), 0)
    assert twice.things[1].rim is not None
    other = lay_out(replace(EMPTY, things=(replace(host, colour="white"), guest)), 0)
    assert other.things[1].rim is None


@pytest.mark.parametrize("shape", SHAPES)
def test_fills_differ_and_keep_the_colour(shape):
    pictures = {}
    for fill in FILLS:
        layout = lay_out(one(Thing(shape, "purple", "large", "centre", fill=fill), "night"), 2)
        placed = layout.things[0]
        pixels = paint(layout, 128).astype(int)
        near = np.abs(pixels - placed.shade).max(-1) < 12
        second = np.abs(pixels - placed.second).max(-1) < 12
        pictures[fill] = near.sum(), second.sum()
    solid = pictures["solid"][0]
    for fill in ("striped", "dotted"):
        assert 0.3 * solid < pictures[fill][0] < 0.92 * solid
        assert pictures[fill][1] > 0.1 * solid
    assert 0.1 * solid < pictures["outline"][0] < 0.9 * solid


def test_an_outlined_thing_is_hollow():
    for shape in ("circle", "square", "heart", "star"):
        layout = lay_out(one(Thing(shape, "yellow", "large", "centre", fill="outline"), "night"), 1)
        x, y = (round(v * 64) for v in (layout.things[0].x, layout.things[0].y))
        bare = paint(replace(layout, things=()), 64)
        assert (paint(layout, 64)[y, x] == bare[y, x]).all()
    ring = lay_out(one(Thing("ring", "yellow", "large", "centre"), "night"), 1)
    x, y = (round(v * 64) for v in (ring.things[0].x, ring.things[0].y))
    assert (paint(ring, 64)[y, x] == paint(replace(ring, things=()), 64)[y, x]).all()


def test_one_caption_has_many_pictures():
    scene = Scene("blue", "grass", 1, "sun", "left", (Thing("star", "red", "large", "right"),))
    layouts = [lay_out(scene, seed) for seed in range(60)]
    things = [layout.things[0] for layout in layouts]
    for values in ([t.x for t in things], [t.y for t in things], [t.side * 3 for t in things]):
        assert np.ptp(values) > 0.05
    assert len({t.shade for t in things}) > 55
    assert len({layout.sky for layout in layouts}) > 55
    assert np.ptp([layout.horizon for layout in layouts]) > 0.05

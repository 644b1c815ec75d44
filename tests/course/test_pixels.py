"""Pixel analysis against the scenes that were rendered; sharpness against blurred renders."""

import colorsys
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from dalle_edu.course.pixels import components, hsv, relative_sharpness, see, sharpness
from dalle_edu.evaluation.judge import Reading
from dalle_edu.world.edits import edit
from dalle_edu.world.render import render
from dalle_edu.world.scene import sample


def world(n: int, start: int = 0):
    scenes = [sample(i, None) for i in range(start, start + n)]
    return scenes, torch.stack([render(s, 64, start + i) for i, s in enumerate(scenes)])


def blurred(pictures: torch.Tensor, size: int = 3) -> torch.Tensor:
    padded = F.pad(pictures.float(), [size // 2] * 4, mode="replicate")
    return F.avg_pool2d(padded, size, 1).byte()


def test_hsv_is_the_standard_library_s():
    pictures = torch.randint(0, 256, (1, 3, 6, 6), dtype=torch.uint8)
    pictures[0, :, 0, 0] = 77  # grey has no hue
    hue, saturation, value = hsv(pictures)
    for y in range(6):
        for x in range(6):
            h, s, v = colorsys.rgb_to_hsv(*(pictures[0, :, y, x].float() / 255).tolist())
            found = hue[0, y, x].item(), saturation[0, y, x].item(), value[0, y, x].item()
            assert found == pytest.approx((360 * h, s, v), abs=1e-2)


def test_components_are_those_of_a_flood_fill():
    mask = torch.rand(2, 16, 16, generator=torch.Generator().manual_seed(0)) < 0.45
    found = components(mask)
    assert torch.equal(found > 0, mask)
    for picture, numbers in zip(mask.tolist(), found.tolist(), strict=True):
        left = {(y, x) for y in range(16) for x in range(16) if picture[y][x]}
        seen = []
        while left:
            edge, part = [left.pop()], set()
            while edge:
                y, x = edge.pop()
                part.add((y, x))
                near = {(y + a, x + b) for a in (-1, 0, 1) for b in (-1, 0, 1)} & left
                left -= near
                edge += near
            names = {numbers[y][x] for y, x in part}
            assert len(names) == 1
            seen += names
        assert len(seen) == len(set(seen))


def test_pixels_show_what_was_rendered():
    scenes, pictures = world(200)
    agree = [seen.agrees(s) for seen, s in zip(see(pictures), scenes, strict=True)]
    assert sum(agree) >= 198


def test_pixels_refuse_what_was_not_rendered():
    scenes, pictures = world(60, 500)
    for kind in ("colour", "clouds", "light", "corner", "place"):
        pairs = [(edit(s, 1, kind), p) for s, p in zip(scenes, pictures, strict=True)]
        pairs = [(e, p) for e, p in pairs if e is not None]
        seen = see(torch.stack([p for _, p in pairs]))
        assert len(pairs) > 10
        assert not any(found.agrees(e) for found, (e, _) in zip(seen, pairs, strict=True))


def test_sharpness_falls_with_blur_and_not_with_another_seed():
    scenes, pictures = world(24, 900)
    readings = [Reading(scene, 1.0) for scene in scenes]
    assert relative_sharpness(pictures, readings, 123) == pytest.approx(1, abs=0.08)
    once = sharpness(blurred(pictures), readings) / sharpness(pictures, readings)
    twice = sharpness(blurred(pictures, 5), readings) / sharpness(pictures, readings)
    assert 0.5 < once < 0.8 and twice < 0.8 * once


def test_sharpness_leaves_out_what_cannot_be_told():
    scenes, pictures = world(8, 40)
    readings = [Reading(scene, 1.0) for scene in scenes]
    some = [replace(r, scene=None) if i % 2 else r for i, r in enumerate(readings)]
    expected = sharpness(pictures[::2], readings[::2])
    assert sharpness(pictures, some) == pytest.approx(expected)
    with pytest.raises(ValueError, match="no thing was found"):
        sharpness(pictures, [Reading(None, 0.0)] * 8)


def test_sharpness_of_an_edge_is_its_height():
    # One white square on black: the band is the two pixels at its sides, half a step each.
    scene = replace(sample(0), things=())
    thing = next(t for i in range(99) for t in sample(i).things if t.column == "left")
    scene = replace(scene, things=(replace(thing, colour="white"),))
    picture = torch.zeros(1, 3, 64, 64, dtype=torch.uint8)
    picture[:, :, 20:44, 8:30] = 255
    straight = 3**0.5 / 2
    assert sharpness(picture, [Reading(scene, 1.0)]) == pytest.approx(straight, rel=0.03)

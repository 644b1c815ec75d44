"""Damages keep shape and kind and do what their names say; foils differ from what they feign."""

import pytest
import torch

from dalle_edu.evaluation.damage import FOILS, _shuffle, box, foil, mild, strong
from dalle_edu.world.caption import describe
from dalle_edu.world.render import lay_out, render
from dalle_edu.world.scene import WIDE, Scene, Thing, encode, sample

SCENES = [scene for scene in map(sample, range(80)) if scene.things][:32]


def clean() -> torch.Tensor:
    return torch.stack([render(scene, 64, i) for i, scene in enumerate(SCENES)])


def boxes() -> torch.Tensor:
    return torch.tensor([box(lay_out(s, i).things[0]) for i, s in enumerate(SCENES)])


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def far(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """(B,) share of pixels that differ visibly."""
    return ((a.int() - b.int()).abs().amax(1) > 40).float().mean((1, 2))


@pytest.mark.parametrize("name", ["mild", "strong"])
def test_damages_keep_shape_and_kind_and_follow_their_generator(name):
    def damage(seed, shown):
        g = generator(seed)
        return mild(shown, g) if name == "mild" else strong(shown, boxes(), g)

    shown = clean()
    found = damage(0, shown)
    assert found.shape == shown.shape and found.dtype == torch.uint8
    assert torch.equal(shown, clean())  # the caller's pictures are left alone
    assert torch.equal(found, damage(0, shown))
    assert not torch.equal(found, damage(1, shown))


def test_mild_is_mild_and_strong_is_strong():
    shown = clean()
    slight = torch.stack([far(mild(shown, generator(i)), shown) for i in range(6)])
    heavy = torch.stack([far(strong(shown, boxes(), generator(i)), shown) for i in range(6)])
    assert slight.mean() < 0.05 < heavy.mean()
    assert (heavy > 0.008).float().mean() > 0.97  # 33 pixels: a fifth of a small thing, and more


def test_strong_spoils_pictures_without_things_as_a_whole():
    empty = [scene for scene in map(sample, range(200)) if not scene.things][:16]
    shown = torch.stack([render(scene, 64, i) for i, scene in enumerate(empty)])
    found = strong(shown, torch.zeros(16, 4), generator())
    assert ((found.int() - shown.int()).abs().amax(1) > 10).float().mean((1, 2)).min() > 0.02


@pytest.mark.parametrize(("cell", "reach"), [(4, 2), (8, 8)])
def test_shuffled_tiles_are_the_same_tiles(cell, reach):
    x = torch.arange(2 * 3 * 64 * 64).float().view(2, 3, 64, 64)
    found = _shuffle(x, cell, reach, generator())

    def tiles(y):
        parts = y.unfold(2, cell, cell).unfold(3, cell, cell).permute(0, 2, 3, 1, 4, 5)
        return {tuple(part.flatten().tolist()) for part in parts.flatten(0, 2)}

    assert tiles(found) == tiles(x)
    assert not torch.equal(found, x)
    side = cell * reach  # nothing leaves its square
    assert torch.equal(
        found[:, :, :side, :side].flatten().sort().values,
        x[:, :, :side, :side].flatten().sort().values,
    )


def test_box_is_where_the_thing_is():
    scene = Scene("grey", "none", 0, "none", "left", (Thing("square", "red", "large", "left"),))
    left, top, right, bottom = box(lay_out(scene, 3).things[0])
    red = render(scene, 64, 3).int()
    inside = (red[0] - red[1] > 60).nonzero().float()
    found = [*inside.amin(0).tolist(), *(inside.amax(0) + 1).tolist()]
    assert found == pytest.approx([top, left, bottom, right], abs=1.5)


@pytest.mark.parametrize("kind", FOILS)
@pytest.mark.parametrize("wide", [False, True])
def test_foils_differ_from_the_picture_they_feign(kind, wide):
    for i in range(40):
        scene = sample(i, None, WIDE if wide else True)
        picture = foil(scene, kind, i, WIDE) if wide else foil(scene, kind, i)
        if picture is None:
            assert kind == "halved" and not scene.things
            continue
        assert picture.shape == (3, 64, 64) and picture.dtype == torch.uint8
        assert torch.equal(picture, foil(scene, kind, i, WIDE) if wide else foil(scene, kind, i))
        other = (picture.int() - render(scene, 64, i).int()).abs().amax(0)
        assert (other > 12).sum() > 12  # a cloud less, or half of a small thing


def test_halved_takes_half_of_one_thing_and_nothing_else():
    scene = Scene("grey", "none", 0, "none", "left", (Thing("square", "red", "large", "left"),))
    for seed in range(12):
        red = [
            p.int()[0] - p.int()[1] > 60
            for p in (render(scene, 64, seed), foil(scene, "halved", seed))
        ]
        whole, half = red
        assert not (half & ~whole).any()
        assert 0.4 < half.sum() / whole.sum() < 0.6


def test_blended_is_half_of_the_scene():
    scene = sample(5)
    twice, shown = 2 * foil(scene, "blended", 1).int(), render(scene, 64, 1).int()
    other = twice - shown  # the other picture, up to rounding: bytes again
    assert other.min() >= -1 and other.max() <= 256


def test_edited_shows_what_the_caption_does_not_say():
    for i in range(20):
        scene = sample(i)
        caption = describe(scene, "complete", "en", i)
        assert caption.true_of(scene)
        assert not torch.equal(foil(scene, "edited", i), render(scene, 64, i))


def test_unknown_foil():
    with pytest.raises(ValueError, match="'melted'"):
        foil(sample(0), "melted", 0)


def test_encode_is_untouched_by_foils():
    scene = SCENES[0]
    before = encode(scene)
    foil(scene, "halved", 0)
    assert encode(scene) == before

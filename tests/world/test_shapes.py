"""Every form is there, fills its box, and looks like no other."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from dalle_edu.world.scene import DRAWN, SHAPES
from dalle_edu.world.shapes import TONES, arc, extent, form, grow

SYMMETRIC = set(SHAPES) - {"arrow", "house", "boat", "fish", "bird", "car"}


def silhouette(shape, tones=None, side=100):
    """Bool (side, side): where the parts of some tones lie; the unit box fills the picture."""
    image = Image.new("L", (side, side))
    for tone, loops in form(shape):
        shown = tones is None or tone in tones
        points = ((loops[0] + 0.5) * side - 0.5).ravel().tolist()
        ImageDraw.Draw(image).polygon(points, fill=255 if shown else 0)
        for hole in loops[1:]:
            ImageDraw.Draw(image).polygon(((hole + 0.5) * side - 0.5).ravel().tolist(), fill=0)
    return np.asarray(image) > 0


def area(points):
    x, y = points.T
    return abs((x * np.roll(y, -1) - y * np.roll(x, -1)).sum()) / 2


@pytest.mark.parametrize("shape", SHAPES)
def test_a_form_is_centred_and_its_longer_side_is_one(shape):
    corners = np.concatenate([loops.reshape(-1, 2) for _, loops in form(shape)])
    np.testing.assert_allclose(corners.min(0) + corners.max(0), 0, atol=1e-9)
    width, height = corners.max(0) - corners.min(0)
    assert (width, height) == pytest.approx(extent(shape))
    assert max(width, height) == pytest.approx(1)
    # None is so thin that its size could not be read.
    assert min(width, height) > 0.5


@pytest.mark.parametrize("shape", SHAPES)
def test_tones_are_known_and_the_body_carries_the_colour(shape):
    assert {tone for tone, _ in form(shape)} <= {"body", "shadow", *TONES}
    body = silhouette(shape, ("body", "shadow")).sum() / silhouette(shape).sum()
    assert body > (0.55 if shape in DRAWN else 0.999)


def test_no_form_is_mistaken_for_another():
    seen = {shape: silhouette(shape) for shape in SHAPES}
    for a in SHAPES:
        for b in SHAPES:
            if a < b:
                overlap = (seen[a] & seen[b]).sum() / (seen[a] | seen[b]).sum()
                # The nearest are a pentagon and a house, which has a door and a roof of its own.
                assert overlap < 0.9, (a, b, overlap)


@pytest.mark.parametrize("shape", sorted(SYMMETRIC))
def test_what_ought_to_be_symmetric_is(shape):
    seen = silhouette(shape, ("body",))
    assert (seen ^ seen[:, ::-1]).mean() < 0.03


def test_unlike_things_are_not_symmetric():
    # So the test above can fail.
    assert (silhouette("arrow") ^ silhouette("arrow")[:, ::-1]).mean() > 0.1


@pytest.mark.parametrize("by", [-0.1, 0.0, 0.05])
def test_growing_a_square_moves_every_side_by_the_distance(by):
    grown = grow(form("square")[0][1], by)
    np.testing.assert_allclose(np.abs(grown), 0.5 + by, atol=1e-6)


@pytest.mark.parametrize("by", [-0.1, 0.05])
def test_growing_a_circle_or_a_ring_changes_radii(by):
    circle = np.linalg.norm(grow(form("circle")[0][1], by), axis=-1)
    np.testing.assert_allclose(circle, 0.5 + by, atol=2e-3)
    outer, inner = np.linalg.norm(grow(form("ring")[0][1], by), axis=-1)
    np.testing.assert_allclose(outer, 0.5 + by, atol=2e-3)
    np.testing.assert_allclose(inner, 0.25 - by, atol=2e-3)


@pytest.mark.parametrize("shape", SHAPES)
def test_growing_adds_about_the_outline_s_length_and_no_spikes(shape):
    for _, loops in form(shape):
        grown, by = grow(loops, 0.02), 0.02
        steps = np.linalg.norm(loops - np.roll(loops, 1, 1), axis=-1).sum()
        if len(loops) == 1:
            gained = area(grown[0]) - area(loops[0])
            assert 0.5 * steps * by < gained < 2 * steps * by
        assert np.linalg.norm(grown - loops, axis=-1).max() < 2 * by + 1e-6


def test_arcs_lie_on_their_ellipse():
    points = arc(1, 2, 3, 4, start=30, end=200)
    np.testing.assert_allclose(((points - [1, 2]) ** 2 / [9, 16]).sum(1), 1)
    np.testing.assert_allclose(points[0], [1 + 3 * np.cos(np.pi / 6), 2 + 4 * 0.5])
    closed = arc(0, 0, 1)
    # A closed one does not repeat its first point.
    assert np.linalg.norm(closed[0] - closed[-1]) > 0.05
    assert len(arc(0, 0, 1, n=6)) == 6

"""What is asked of the arms, how variety is measured, and the whole command in smoke size."""

import json
import sys

import pytest
import torch

from benchmarks import common, shapes
from dalle_edu.world import scene as world


def test_prompts_hold_the_shapes_of_their_grammar_and_something_always():
    for grammar in (shapes.FEW, shapes.OTHERS):
        asked = shapes.told("test", grammar, 20)
        used = {thing.shape for scene, _ in asked for thing in scene.things}
        assert used <= set(grammar.shapes) and all(scene.things for scene, _ in asked)
        assert all(caption.true_of(scene) for scene, caption in asked)
        assert not any(world.held_out(scene) for scene, _ in asked)
    assert set(shapes.FEW.shapes) | set(shapes.OTHERS.shapes) == set(world.CORE.shapes)


def test_spread_is_the_mean_distance_of_pairs():
    x = torch.tensor([[[0.0], [1.0], [3.0]], [[2.0], [2.0], [2.0]]])
    assert shapes.spread(x) == pytest.approx((1 + 3 + 2) / 3 / 2)


def test_share_within_by_hand():
    region = torch.tensor([[0.0], [1.0], [2.0], [10.0]])
    points = torch.tensor([[0.5], [3.5], [19.0], [-9.0]])
    # To the first neighbour the balls reach 1, 1, 1 and 8.
    assert shapes.share_within(points, region, k=1) == 0.5
    assert shapes.share_within(region, region, k=1) == 1


@pytest.mark.slow
def test_the_command_in_smoke_size(smoke_source, tmp_path, monkeypatch):
    monkeypatch.setattr(common, "RESULTS", tmp_path / "results")
    told = ["shapes", "--source", smoke_source, "--recipe", "smoke", "--steps", "2", "-n", "6"]
    monkeypatch.setattr(sys, "argv", [*told, "--runs", str(tmp_path / "runs")])
    monkeypatch.setitem(world.GRAMMARS, shapes.FEW.name, shapes.FEW)  # taken out at the end
    shapes.main()
    found = json.loads((tmp_path / "results" / "shapes.json").read_text("utf-8"))["entries"]
    assert list(found) == ["two shapes, seed 0", "six shapes, seed 0"]
    for entry in found.values():
        shown = entry["figures"]
        assert shown["the two shapes, right"]["of"] == 6
        assert 0 <= shown["drawn: recall"] <= 1 and shown["renders: precision"] > 0

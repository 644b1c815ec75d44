"""The judge's loop: what its batches hold, what it leaves, how it continues where it stopped."""

from dataclasses import replace

import pytest
import torch

from dalle_edu.evaluation.judge import Judge, Reading
from dalle_edu.training import judge
from dalle_edu.training.recipes import RECIPES
from dalle_edu.training.run import result
from dalle_edu.world.render import render
from dalle_edu.world.scene import SLOTS, decode, held_out
from dalle_edu.zoo import load_piece

SMOKE = RECIPES["smoke"]
RECIPE = replace(
    SMOKE,
    data=replace(SMOKE.data, scenes=12),
    judge=replace(SMOKE.judge, steps=4, batch=6, widths=(8, 8, 16), warm_up=0, fall=1.0),
)


@pytest.fixture(scope="module")
def pool():
    return judge.Pool(RECIPE.data, seed=0, progress=False)


def test_pool_holds_scenes_of_all_splits_with_the_boxes_of_their_things():
    pool = judge.Pool(replace(RECIPE.data, scenes=60), seed=1, progress=False)
    scenes = [decode(codes) for codes in pool.codes.tolist()]
    assert {bool(held_out(scene)) for scene in scenes} == {True, False}
    for scene, boxes in zip(scenes, pool.boxes, strict=True):
        there = {t.slot for t in scene.things}
        assert {slot for slot in range(SLOTS) if boxes[slot].any()} == there
        for left, top, right, bottom in boxes[sorted(there)].tolist():
            assert 0 <= left < right <= 64 and 0 <= top < bottom <= 64


def test_batch_is_a_third_clean_a_third_mild_and_the_rest_spoiled(pool):
    def generator():
        return torch.Generator().manual_seed(5)

    pictures, codes, clear = pool.batch(9, generator())
    assert pictures.shape == (9, 3, 64, 64) and pictures.dtype == torch.uint8
    assert clear.tolist() == [True] * 6 + [False] * 3
    rows = [pool.codes.tolist().index(c) for c in codes.tolist()]
    same = [torch.equal(pictures[k], pool.pictures[row]) for k, row in enumerate(rows)]
    assert same[:3] == [True] * 3 and not any(same[6:])
    again = pool.batch(9, generator())
    assert all(torch.equal(a, b) for a, b in zip((pictures, codes, clear), again, strict=True))


def train(folder, kind="residual", **changes):
    recipe = replace(RECIPE, judge=replace(RECIPE.judge, kind=kind))
    judge.train(folder, recipe, 3, device="cpu", progress=False, **changes)


@pytest.mark.parametrize("kind", ["residual", "plain"])
def test_a_run_leaves_a_judge_that_reads(tmp_path, kind):
    train(tmp_path, kind=kind)
    model = load_piece(tmp_path / "judge", "judge")
    assert isinstance(model, Judge) and model.settings.kind == kind
    assert len(model.read(render(decode([0] * 34))[None])) == 1


def test_an_interrupted_run_ends_with_the_same_weights(tmp_path, monkeypatch):
    train(tmp_path / "whole")

    class Stop(Exception):
        pass

    count, real = [0], judge.Pool.batch

    def batch(self, size, generator):
        count[0] += 1
        if count[0] == 3:
            raise Stop
        return real(self, size, generator)

    short = replace(RECIPE, judge=replace(RECIPE.judge, checkpoint_minutes=0.0))
    monkeypatch.setattr(judge.Pool, "batch", batch)
    with pytest.raises(Stop):
        judge.train(tmp_path / "parts", short, 3, device="cpu", progress=False)
    train(tmp_path / "parts", resume=True)
    whole, parts = (load_piece(tmp_path / name / "judge", "judge") for name in ("whole", "parts"))
    for key, value in whole.state_dict().items():
        assert torch.equal(value, parts.state_dict()[key]), key


def test_the_result_tells_how_many_unseen_scenes_were_read_right(tmp_path, monkeypatch):
    def half_right(self, pictures):
        pool = judge.Pool(RECIPE.data, 3, False, "unseen")
        assert torch.equal(pictures, pool.pictures)
        scenes = [decode(codes.tolist()) for codes in pool.codes]
        return [Reading(scene if i % 2 else None, 1.0) for i, scene in enumerate(scenes)]

    monkeypatch.setattr(Judge, "read", half_right)
    train(tmp_path)
    assert result(tmp_path, "judge")["figures"]["whole_scenes_right"] == 0.5

"""What stands beside the report, by a judge and a model that never err."""

from dataclasses import replace

import pytest
import torch

from benchmarks import controls
from dalle_edu import report
from dalle_edu.world.scene import CORE
from tests.knowing import Knowing

pytestmark = pytest.mark.filterwarnings("ignore:never seen in training")


@pytest.fixture
def perfect(monkeypatch):
    """A subject that is right in everything; so is the second judge."""
    monkeypatch.setattr(controls, "POOL", 16)
    knowing = Knowing(monkeypatch)
    monkeypatch.setattr(controls, "second_judge", lambda: knowing)
    return report.Subject(knowing, knowing, CORE, 6)


def test_controls_of_a_perfect_judge(perfect):
    rows = controls.controls(perfect)
    by = {(row["pictures"], row["category"], row["split"]): row["all"].share for row in rows}
    places = (("one thing", "seen"), ("two things", "seen"), ("two things", "pair"))
    assert len(by) == 5 * len(places)
    for place in places:
        assert by["real", *place] == 1
        assert by["untrained generator", *place] == 0
        assert by["captions shuffled", *place] < 0.5
        assert by["retrieval", *place] < 0.5


def test_second_opinions_on_a_perfect_judge(perfect):
    rows = {row["what"]: row["share"] for row in controls.second_opinion(perfect)}
    assert rows["renders, second judge agrees"].of == 24
    assert rows["drawn, second judge agrees"].share == 1
    assert rows["renders, pixels agree"].share > 0.8


def test_distance_of_renders_is_near_its_floor(perfect):
    perfect.chain.generate = lambda heard, z: torch.rand(len(z), 3, 64, 64) * 2 - 1
    drawn, floor = controls.distance(perfect)
    assert drawn["Frechet distance"] > 2 * floor["Frechet distance"] > 0


def test_sharpness_of_what_was_drawn_right(perfect):
    perfect.chain.generate = lambda heard, z: torch.rand(len(z), 3, 64, 64) * 2 - 1
    drawn, floor = controls.sharpness(perfect)
    assert drawn["sharpness"] is None  # nothing was drawn right
    assert floor["sharpness"] == pytest.approx(1, abs=0.15)


def test_retrieval_shows_a_picture_of_its_pool(perfect):
    looked_up = controls.Retrieval(perfect)
    told = perfect.pairs("pool", controls.POOL)
    drawn = looked_up([caption.text for _, caption in told[:3]], n=2, seed=0)
    assert [r.scene for r in perfect.judge.read(drawn.flatten(0, 1))] == [
        s for s, _ in told[:3] for _ in range(2)
    ]


def test_variety_sees_a_model_that_draws_always_the_same(perfect):
    found = controls.variety(replace(perfect, n=40))
    assert [row["left open"] for row in found] == ["sky", "ground", "corner", "size", "column"]
    for row in found:
        assert row["drawn"].share == 1  # one scene a prompt, whatever the noise
        assert row["drawn"].of > 3 and row["renders"].share < 0.9

"""Stage 1 alone: pictures and captions that know each other, and an untrained network."""

import pytest
import torch

from benchmarks import stage_1
from dalle_edu import report
from dalle_edu.world.scene import CORE
from tests.knowing import Knowing
from tests.tiny import tiny_chain


@pytest.fixture
def perfect(monkeypatch):
    """A subject that draws everything right; its stage 1 is untrained."""
    knowing = Knowing(monkeypatch)
    return report.Subject(knowing, knowing, CORE, 6)


def test_stage_1_counts_by_truth(perfect):
    rows = stage_1.stage_1(perfect)
    assert len(rows) == 4
    for row in rows:
        assert row["R@1"].of == 12
        assert row["duplicates"] >= 0
    # Pictures and captions that know each other: everything is in the first place.
    codes = torch.eye(64)

    class Twins:
        def pictures(self, x):
            return codes[: len(x)], None

        def captions(self, x):
            return codes[: len(x)], None, None

    perfect.chain.chain.clip = Twins()
    assert [row["R@1"].share for row in stage_1.stage_1(perfect)] == [1.0] * 4


def test_edits_by_every_scorer():
    rows = stage_1.edits(report.Subject(tiny_chain(), None, CORE, 2))
    assert {row["language"] for row in rows} == {"en", "zh"}
    assert {"colour", "size", "shape", "place", "swap colours"} <= {row["edit"] for row in rows}
    for row in rows:
        for scorer in ("sentence", "words"):
            assert row[scorer].of == 2

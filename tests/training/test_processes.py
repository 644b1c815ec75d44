"""The loops on several processes: one model, whatever each of them is shown."""

import csv
import math
from pathlib import Path

import pytest
import torch

from dalle_edu.training import align, clip, gan
from dalle_edu.training.recipes import RECIPES
from dalle_edu.training.run import Run
from tests.processes import together

SMOKE = RECIPES["smoke"].override(["gan.penalty_every=2", "clip.heads_pool=3"])


def trained(rank, folder, alike):
    """What this process holds after stages 1 to 3; with `alike` all are shown the same batches."""
    held = {}

    def keep(self, piece, model, settings, before=Run.keep):
        held[piece] = {name: x.clone() for name, x in model.state_dict().items()}
        before(self, piece, model, settings)

    Run.keep = keep
    if alike:
        Run.turn = lambda self, step: step
    for stage in (clip, align, gan):
        stage.train(folder, SMOKE, 0, device="cpu", progress=False)
    return held


def first_contrastive(folder):
    with Path(folder, "clip", "metrics.csv").open(encoding="utf-8") as table:
        return float(next(csv.DictReader(table))["contrastive"])


def equal(a, b):
    return all(torch.equal(a[k], b[k]) for k in a)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A run alone; two processes that see the same batches; two that see their own."""
    home = tmp_path_factory.mktemp("runs")
    alone = together(1, trained, str(home / "alone"), False)
    alike = together(2, trained, str(home / "alike"), True)
    apart = together(2, trained, str(home / "apart"), False)
    return home, alone[0], alike, apart


@pytest.mark.distributed
def test_both_processes_hold_one_model(runs):
    *_, alike, apart = runs
    for one, other in (alike, apart):
        assert set(one) == {"clip", "align", "generator", "discriminator"}
        assert all(equal(one[piece], other[piece]) for piece in one)


@pytest.mark.distributed
def test_gradients_are_averaged_rather_than_added(runs):
    home, alone, alike, apart = runs
    # The same batch twice: InfoNCE has every negative twice, and every positive.
    both = first_contrastive(home / "alike"), first_contrastive(home / "alone")
    assert both[0] == pytest.approx(both[1] + math.log(2), abs=1e-5)
    for name, x in alone["clip"].items():
        assert torch.allclose(x, alike[0]["clip"][name], atol=3e-3)
    assert not equal(alone["clip"], apart[0]["clip"])


@pytest.mark.distributed
def test_only_the_first_process_writes(runs):
    home, *_ = runs
    for folder in ("alone", "apart"):
        with (home / folder / "gan" / "metrics.csv").open(encoding="utf-8") as table:
            steps = [int(row["step"]) for row in csv.DictReader(table)]
        assert steps == list(range(SMOKE.gan.steps))

"""What is foretold against what is measured: the same loops, longer and with larger batches."""

from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from dalle_edu.plan import Cost, _Counted, plan
from dalle_edu.training import align, clip, gan, judge
from dalle_edu.training.recipes import RECIPES, STAGES

LOOPS = {"judge": judge, "clip": clip, "align": align, "gan": gan}
SMOKE = RECIPES["smoke"].override(["clip.batch=16", "gan.batch=16", "judge.batch=24"])


@pytest.fixture(scope="module")
def costs():
    return {cost.stage: cost for cost in plan(SMOKE, STAGES)}


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """Operations of a step in a real run: two rounds of lazy penalties less one, halved."""
    found, home = {}, tmp_path_factory.mktemp("runs")
    for stage, loop in LOOPS.items():
        totals = []
        for steps in (2, 4):
            recipe = SMOKE.override(
                ["clip.heads_steps=0", "clip.test_every=1000", "data.scenes=64", "align.pairs=64"]
            )
            own = replace(getattr(recipe, stage), steps=steps, sheets=0, sheet_minutes=1e6)
            recipe = replace(recipe, **{stage: own})
            folder = home / f"{steps}"
            with FlopCounterMode(display=False) as counter:
                loop.train(str(folder), recipe, 0, device="cpu", progress=False)
            totals.append(counter.get_total_flops())
        found[stage] = (totals[1] - totals[0]) / 2
    return found, home


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
def test_operations_of_a_step(costs, measured, stage):
    # Captions are padded to the longest of their batch, which is another in other batches.
    assert costs[stage].step == pytest.approx(measured[0][stage], rel=0.1)


@pytest.mark.slow
def test_trained_numbers(costs):
    model = judge.Judge(judge.JudgeSettings(SMOKE.data.grammar, "residual", SMOKE.judge.widths))
    assert costs["judge"].parameters == sum(p.numel() for p in model.parameters())
    assert costs["judge"].memory > 16 * costs["judge"].parameters


@pytest.mark.slow
def test_memory_grows_with_the_batch_beyond_what_the_weights_take(costs):
    (double,) = plan(SMOKE.override(["judge.batch=48"]), ("judge",))
    weights = 16 * double.parameters
    assert double.memory - weights == pytest.approx(2 * (costs["judge"].memory - weights))


def test_what_a_backward_pass_waits_for_is_counted_once_and_while_it_waits():
    net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2))
    counted = _Counted()
    with counted:
        x = torch.ones(3, 4)
        out = net(x)  # keeps x (48 bytes) and tanh's output (96), which two layers wait for
        first = counted.kept
        out.sum().backward()
        del out
        net(x).sum().backward()
    assert first == 48 + 96
    assert counted.kept == first  # not twice: the first pass let go of its own
    # Forward two products, backward three (none to the picture); each twice.
    assert counted.operations == 2 * 2 * 3 * ((4 * 8 + 8 * 2) + (4 * 8 + 2 * 8 * 2))


def test_hours():
    cost = Cost("gan", 1, step=3.6e15, steps=1000, memory=0.0)
    assert cost.hours(peak=1e15, utilisation=0.5) == pytest.approx(2)

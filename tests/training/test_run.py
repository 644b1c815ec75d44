import copy
import json
import os
import random
import signal
from dataclasses import replace

import pytest
import torch
from torch import nn

from dalle_edu.training import checkpoint
from dalle_edu.training.recipes import RECIPES, learning_rate, sheet_steps
from dalle_edu.training.run import Interrupted, NonFiniteLoss, Run, pending, result

STEPS = 20
RECIPE = RECIPES["smoke"].override([f"clip.steps={STEPS}", "clip.sheets=3", "clip.warm_up=5"])


class Killed(Exception):
    """Stands for SIGKILL: whatever was not written is lost."""


def train(folder, resume=False, seed=3, recipe=RECIPE, at=lambda run, step: None, spoil=None):
    """A toy loop with all that a real one has: dropout, Adam, EMA, random batches, sheets."""
    run = Run(folder, "clip", recipe, seed, resume, device="cpu", progress=False)
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1), nn.Dropout(0.2), nn.Conv2d(8, 3, 3, padding=1)
    )
    optimiser = torch.optim.Adam(model.parameters(), run.recipe.rate)
    average = copy.deepcopy(model)
    model, optimiser = run.prepare(model, optimiser)
    run.state({"model": model, "average": average}, {"model": optimiser})
    for step in run.steps():
        pictures = torch.randn(4, 3, 8, 8, generator=run.generator(step)) * random.uniform(0.9, 1)
        with run.autocast():
            loss = (model(pictures) - pictures).square().mean()
        if step == spoil:
            loss = loss * float("nan")
        run.check(step, distance=loss)
        optimiser.zero_grad()
        run.accelerator.backward(loss)
        optimiser.step()
        with torch.no_grad():
            for mean, value in zip(average.parameters(), model.parameters(), strict=True):
                mean.lerp_(value, 0.1)
        run.log(step, distance=loss)
        run.sheet(step, lambda: torch.randint(0, 256, (4, 3, 8, 8), dtype=torch.uint8))
        at(run, step)
    run.finish(figure=1.5)
    return run


def kill(saved, at):
    """Save after `saved` steps, die in step `at`."""

    def act(run, step):
        if step + 1 == saved:
            run.save(step + 1)
        if step == at:
            raise Killed

    return act


def state(run):
    return {k: v.clone() for k, v in checkpoint.pack(run.models, run.optimisers).items()}


def table(run):
    rows = [row.split(",") for row in (run.folder / "metrics.csv").read_text().splitlines()]
    return [[row[0], *row[2:]] for row in rows]  # all but the seconds


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    random.seed(0)
    return train(tmp_path_factory.mktemp("whole"))


@pytest.mark.parametrize(("saved", "died"), [(10, 9), (10, 13), (19, 19), (1, 5), (20, 19)])
def test_a_killed_run_resumes_bit_for_bit(tmp_path, whole, saved, died):
    random.seed(0)
    with pytest.raises(Killed):
        train(tmp_path, at=kill(saved, died))
    random.seed(99)
    torch.manual_seed(99)
    resumed = train(tmp_path, resume=True)
    assert resumed.start == saved
    wanted, found = state(whole), state(resumed)
    assert wanted.keys() == found.keys()
    assert [key for key in wanted if not torch.equal(wanted[key], found[key])] == []
    assert table(resumed) == table(whole)


@pytest.mark.parametrize(("first", "later"), [("bfloat16", "float32"), ("float32", "bfloat16")])
def test_a_resumed_run_keeps_its_precision(tmp_path, monkeypatch, first, later):
    """Whatever a busy machine would measure now."""
    monkeypatch.setenv("DALLE_EDU_PRECISION", first)
    with pytest.raises(Killed):
        train(tmp_path, at=kill(10, 12))
    monkeypatch.setenv("DALLE_EDU_PRECISION", later)
    assert train(tmp_path, resume=True).device.dtype == getattr(torch, first)


def test_a_run_that_died_before_any_checkpoint_starts_anew(tmp_path, whole):
    random.seed(0)
    with pytest.raises(Killed):
        train(tmp_path, at=kill(None, 4))
    random.seed(0)
    resumed = train(tmp_path, resume=True)
    assert table(resumed) == table(whole)


@pytest.mark.parametrize("torn", ["1", "10,0.", "10,0.5,0.001,0.9"])
def test_a_torn_row_is_dropped_at_resume(tmp_path, whole, torn):
    random.seed(0)
    with pytest.raises(Killed):
        train(tmp_path, at=kill(10, 9))
    path = tmp_path / "clip" / "metrics.csv"
    path.write_text(path.read_text() + torn)
    assert table(train(tmp_path, resume=True)) == table(whole)


def test_the_steps_differ_from_each_other_and_from_other_seeds(tmp_path, whole):
    losses = [row[-1] for row in table(whole)[1:]]
    assert len(set(losses)) == STEPS
    assert table(train(tmp_path, seed=4)) != table(whole)


def test_rates_of_the_table_are_those_of_the_schedule(whole):
    part = whole.recipe
    wanted = [learning_rate(k, STEPS, part.rate, part.warm_up, part.fall) for k in range(STEPS)]
    assert [float(row[1]) for row in table(whole)[1:]] == wanted


def test_time_adds_up_over_resumes(tmp_path):
    with pytest.raises(Killed):
        train(tmp_path, at=kill(10, 9))
    path = checkpoint.last(tmp_path / "clip" / "checkpoints")
    tensors, about = checkpoint.read_tensors(path)
    checkpoint.write_tensors(path, tensors, about | {"seconds": 1000.0})
    resumed = train(tmp_path, resume=True)
    assert 1000 <= result(tmp_path, "clip")["seconds"] <= resumed.seconds() + 0.1 < 1030


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_saves_says_so_and_resumes(tmp_path, whole, number):
    before = signal.getsignal(number)
    random.seed(0)
    with pytest.raises(Interrupted, match=rf"{number.name}.*after step 7 of 20.*--resume"):
        train(tmp_path, at=lambda run, step: step == 6 and os.kill(os.getpid(), number))
    assert signal.getsignal(number) is before
    resumed = train(tmp_path, resume=True)
    assert resumed.start == 7
    assert table(resumed) == table(whole)


def test_a_loss_that_is_not_finite_stops_before_the_weights(tmp_path):
    seen = []

    def act(run, step):
        kill(5, None)(run, step)
        seen.append(state(run))

    with pytest.raises(NonFiniteLoss) as error:
        train(tmp_path, at=act, spoil=8)
    assert "distance is nan at step 8 of clip" in str(error.value)
    assert "step-00000005" in str(error.value)
    assert len(seen) == 8
    assert all(value.isfinite().all() for value in seen[-1].values())


def test_before_any_checkpoint_the_sentence_says_so(tmp_path):
    with pytest.raises(NonFiniteLoss, match=r"step 0 of clip.*none yet"):
        train(tmp_path, spoil=0)


def test_weights_that_are_not_finite_are_never_saved(tmp_path):
    def act(run, step):
        if step == 3:
            run.save(4)
            run.models["model"][0].weight.data[0, 0, 0, 0] = torch.inf
            run.save(5)

    with pytest.raises(NonFiniteLoss, match=r"models/model/0\.weight is inf at step 5"):
        train(tmp_path, at=act)
    assert checkpoint.last(tmp_path / "clip" / "checkpoints").name == "step-00000004.safetensors"


def test_a_folder_that_holds_a_run_is_refused_without_resume(tmp_path, whole):
    with pytest.raises(ValueError, match="already holds a run: add --resume or"):
        train(whole.chain)


def test_a_finished_stage_is_not_trained_again(whole):
    assert pending(whole.chain, ("clip",), RECIPE, 3, True) == []
    with pytest.raises(ValueError, match="clip is finished"):
        train(whole.chain, resume=True)


@pytest.mark.parametrize(
    ("change", "seed", "sentence"),
    [
        ("clip.rate=0.1", 3, "made with clip.rate 0.0015, this run has 0.1"),
        ("clip.widths=8,8", 3, r"clip.widths \[8, 16, 32\], this run has \[8, 8\]"),
        ("data.terse=0.25", 3, "data.terse 0.5, this run has 0.25"),
        ("gan.steps=9", 4, "made with seed 3, this run has 4"),
    ],
)
@pytest.mark.parametrize("finished", [False, True])
def test_another_recipe_or_seed_is_refused(tmp_path, whole, change, seed, sentence, finished):
    folder = whole.chain
    if not finished:
        folder = tmp_path
        with pytest.raises(Killed):
            train(folder, at=kill(2, 2))
    with pytest.raises(ValueError, match=sentence):
        train(folder, resume=True, seed=seed, recipe=RECIPE.override([change]))


def test_settings_of_other_stages_and_harmless_ones_may_change(tmp_path):
    with pytest.raises(Killed):
        train(tmp_path, at=kill(2, 2))
    changes = ["gan.steps=9", "clip.checkpoint_minutes=7", "clip.sheets=5", "clip.log_every=2"]
    assert train(tmp_path, resume=True, recipe=RECIPE.override(changes)).start == 2


def test_a_stage_needs_the_ones_before(tmp_path, whole):
    with pytest.raises(ValueError, match=r"gan needs a finished clip in .*: train clip first"):
        pending(tmp_path, ("gan",), RECIPE, 3, False)
    with pytest.raises(ValueError, match="gan needs a finished align"):
        pending(whole.chain, ("gan",), RECIPE, 3, False)
    assert pending(tmp_path, ("clip", "align", "gan"), RECIPE, 3, False) == ["clip", "align", "gan"]
    assert pending(whole.chain, ("clip", "align"), RECIPE, 3, True) == ["align"]


def test_result_tells_how_it_was_made(whole):
    found = json.loads((whole.folder / "result.json").read_text())
    assert found["seed"] == 3
    assert found["steps"] == STEPS
    assert found["recipe"]["clip"]["rate"] == RECIPE.clip.rate
    assert found["figures"] == {"figure": 1.5}
    assert {"seconds", "machine", "device", "commit"} <= found.keys()


def test_rows_may_be_rare_but_the_last_is_there(tmp_path):
    run = train(tmp_path, recipe=RECIPE.override(["clip.log_every=8"]))
    assert [row[0] for row in table(run)] == ["step", "0", "8", "16", "19"]


def test_tensorboard_and_sheets_are_written(whole):
    assert list((whole.folder / "tensorboard").glob("events.*"))
    names = {path.name for path in (whole.folder / "sheets").iterdir()}
    assert names == {f"step-{step:06d}.png" for step in sheet_steps(STEPS, 3)}


def test_sheets_do_not_touch_the_run(tmp_path, whole):
    random.seed(0)
    none = train(tmp_path, recipe=RECIPE.override(["clip.sheets=0"]))
    assert list((none.folder / "sheets").iterdir()) == []
    assert table(none) == table(whole)


def test_sheets_come_by_the_minute_too(tmp_path):
    run = train(tmp_path, recipe=RECIPE.override(["clip.sheets=0", "clip.sheet_minutes=0"]))
    assert len(list((run.folder / "sheets").iterdir())) == STEPS


def test_checkpoints_come_by_the_minute(tmp_path):
    kept = []
    often = RECIPE.override(["clip.checkpoint_minutes=0"])
    train(
        tmp_path,
        recipe=often,
        at=lambda run, step: kept.append(checkpoint.last(run.folder / "checkpoints")),
    )
    assert [path.stem if path else None for path in kept[:3]] == [
        None,
        "step-00000001",
        "step-00000002",
    ]


def test_generators_depend_on_step_stage_seed_and_purpose(tmp_path):
    def draw(seed, stage, step, purpose=""):
        run = Run(tmp_path / f"{seed}{stage}", stage, RECIPE, seed, True, "cpu", False)
        return torch.rand(4, generator=run.generator(step, purpose)).tolist()

    keys = [
        (1, "clip", 0),
        (2, "clip", 0),
        (1, "judge", 0),
        (1, "clip", 1),
        (1, "clip", 0, "noise"),
    ]
    drawn = [draw(*key) for key in keys]
    assert len({tuple(numbers) for numbers in drawn}) == len(keys)
    assert drawn[0] == draw(*keys[0])


def test_weights_follow_from_the_seed(tmp_path):
    def weight(seed, name):
        Run(tmp_path / name, "clip", RECIPE, seed, device="cpu", progress=False)
        return nn.Linear(3, 3).weight.detach()

    assert torch.equal(weight(1, "a"), weight(1, "b"))
    assert not torch.equal(weight(1, "c"), weight(2, "d"))


def test_autocast_follows_the_device(tmp_path, monkeypatch):
    monkeypatch.setenv("DALLE_EDU_PRECISION", "bfloat16")
    run = Run(tmp_path / "a", "clip", RECIPE, 0, device="cpu", progress=False)
    matrix = torch.eye(3)
    with run.autocast():
        assert (matrix @ matrix).dtype == torch.bfloat16
    monkeypatch.setenv("DALLE_EDU_PRECISION", "float32")
    run = Run(tmp_path / "b", "clip", RECIPE, 0, device="cpu", progress=False)
    with run.autocast():
        assert (matrix @ matrix).dtype == torch.float32


def test_without_accelerate_the_sentence_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "accelerate", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'dalle-edu\[train\]'"):
        Run(tmp_path, "clip", RECIPE, 0)


def test_the_recipe_of_the_run_is_its_stage_s(tmp_path):
    recipe = replace(RECIPE, judge=replace(RECIPE.judge, steps=3))
    run = Run(tmp_path, "judge", recipe, 0, device="cpu", progress=False)
    assert list(run.steps()) == [0, 1, 2]

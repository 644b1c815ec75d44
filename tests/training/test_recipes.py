import itertools
import subprocess
import sys

import pytest

from dalle_edu.training.recipes import NEEDS, RECIPES, STAGES, learning_rate, sheet_steps


def rates(steps=100, peak=2.0, warm_up=10, fall=0.5):
    return [learning_rate(k, steps, peak, warm_up, fall) for k in range(steps)]


def test_rate_rises_stays_and_falls_to_three_percent():
    found = rates()
    assert found[0] == pytest.approx(0.2)
    assert found[4] == pytest.approx(1.0)
    assert found[9:51] == [2.0] * 42
    assert found[75] == pytest.approx(2.0 * (1 - 0.97 / 2))
    assert learning_rate(100, 100, 2.0, 10, 0.5) == pytest.approx(0.06)


def test_rate_never_jumps():
    found = rates(steps=1000, warm_up=50, fall=0.3)
    steepest = max(abs(b - a) for a, b in itertools.pairwise(found))
    assert steepest == pytest.approx(2.0 / 50)


def test_rate_without_warm_up_and_without_fall_is_the_peak():
    assert rates(warm_up=0, fall=1.0) == [2.0] * 100


def test_rate_may_fall_from_the_start():
    assert rates(warm_up=0, fall=0.0)[50] == pytest.approx(2.0 * (1 - 0.97 / 2))


@pytest.mark.parametrize("name", RECIPES)
def test_recipes_know_their_name_and_every_setting_can_be_set_to_what_it_is(name):
    recipe = RECIPES[name]
    assert recipe.name == name
    parts = {part: vars(getattr(recipe, part)) for part in ("data", *STAGES)}
    changes = [f"{part}.{k}={v}" for part, settings in parts.items() for k, v in settings.items()]
    assert recipe.override(change.replace("(", "").replace(")", "") for change in changes) == recipe


def test_overrides_are_read_by_the_type_of_their_setting():
    changes = ["gan.steps=7", "gan.rate=1e-4", "clip.widths=8,16", "align.map=ridge"]
    recipe = RECIPES["laptop"].override(changes)
    assert (recipe.gan.steps, recipe.gan.rate, recipe.clip.widths) == (7, 1e-4, (8, 16))
    assert recipe.align.map == "ridge"
    assert recipe.judge == RECIPES["laptop"].judge
    assert RECIPES["laptop"].gan.steps != 7


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("gan.stpes=3", "no setting gan.stpes: did you mean gan.steps"),
        ("gan.xyzzy=3", "no setting gan.xyzzy: there are steps"),
        ("gann.steps=3", "cannot set 'gann.steps=3': write it like"),
        ("gan.steps", "write it like gan.steps=400"),
        ("gan=3", "write it like gan.steps=400"),
        ("name=other", "write it like gan.steps=400"),
        ("gan.steps=many", "setting gan.steps cannot be 'many': give a value of type int"),
        ("gan.steps=1.5", "setting gan.steps cannot be '1.5'"),
        ("clip.widths=8,wide", "clip.widths cannot be '8,wide': give whole numbers like 8,16"),
        ("gan.steps=0", "setting steps is 0"),
        ("gan.rate=nan", "setting rate is nan"),
        ("data.terse=1.2", "setting terse is 1.2: give a number from 0 to 1"),
    ],
)
def test_a_wrong_override_is_one_clear_sentence(change, sentence):
    with pytest.raises(ValueError) as error:
        RECIPES["smoke"].override([change])
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


def test_every_stage_has_its_part_and_follows_what_it_needs():
    for place, stage in enumerate(STAGES):
        assert getattr(RECIPES["laptop"], stage).steps > 0
        assert set(NEEDS[stage]) <= set(STAGES[:place])


def test_recipes_are_free_of_torch():
    code = "import sys, dalle_edu.training.recipes; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize(("steps", "sheets"), [(8000, 20), (20, 3), (1, 5), (7, 1), (10, 0)])
def test_sheet_steps_are_log_spaced_within_the_run(steps, sheets):
    found = sorted(sheet_steps(steps, sheets))
    assert len(found) <= sheets
    assert all(1 <= step <= steps for step in found)
    if sheets > 1:
        assert (found[0], found[-1]) == (1, steps)

"""One small run of stages 1 to 3, shared by the loops' tests."""

from dataclasses import replace

import pytest

from dalle_edu.training import align, clip, gan
from dalle_edu.training.recipes import RECIPES


@pytest.fixture(scope="session")
def recipe():
    smoke = RECIPES["smoke"]
    # Saved after every step, so that a run can be broken off anywhere.
    return replace(smoke, gan=replace(smoke.gan, checkpoint_minutes=0.0))


@pytest.fixture(scope="session")
def smoke_run(recipe, tmp_path_factory):
    folder = tmp_path_factory.mktemp("smoke")
    for stage in (clip, align, gan):
        stage.train(folder, recipe, seed=0, progress=False)
    return folder


@pytest.fixture(scope="session", autouse=True)
def one_precision():
    """Two runs are compared bit for bit: what is fast just now must not decide how they compute."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DALLE_EDU_PRECISION", "float32")
        yield

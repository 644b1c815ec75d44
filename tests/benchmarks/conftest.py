"""Stages 1 and 2 in smoke size, as a source for the comparisons."""

import pytest

from dalle_edu.training import align, clip
from dalle_edu.training.recipes import RECIPES


@pytest.fixture(scope="session")
def smoke_source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("source")
    for stage in (clip, align):
        stage.train(folder, RECIPES["smoke"], seed=0, progress=False)
    return str(folder)

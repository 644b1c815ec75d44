import json
from dataclasses import replace
from shutil import copytree

import pytest
import torch

from dalle_edu.training import align
from dalle_edu.zoo import load_piece


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["mean_shift", "ridge", "mlp", "flow"])
def test_every_map_brings_captions_nearer_to_their_pictures(smoke_run, recipe, tmp_path, kind):
    copytree(smoke_run / "clip", tmp_path / "clip")
    align.train(tmp_path, replace(recipe, align=replace(recipe.align, map=kind, steps=40)), 0)
    figures = json.loads((tmp_path / "align" / "result.json").read_text())["figures"]
    assert figures["cosine_after"] > figures["cosine_before"]
    mapping = load_piece(tmp_path / "align", "align")
    text = torch.nn.functional.normalize(torch.randn(5, 32), dim=1)
    mapped = mapping(text, torch.randn(5, mapping.noise))
    assert torch.allclose(mapped.norm(dim=1), torch.ones(5), atol=1e-5)

import json
from dataclasses import replace

import pytest
import torch

from dalle_edu.contrastive.losses import info_nce
from dalle_edu.data.tokenizer import Tokenizer
from dalle_edu.training import clip as stage
from dalle_edu.training.batches import LittleWorld
from dalle_edu.zoo import load_piece


@pytest.mark.slow
def test_the_stage_leaves_a_model_a_tokenizer_and_the_table_of_edits(smoke_run):
    home = smoke_run / "clip"
    tokenizer = Tokenizer.load(home / "tokenizer.json")
    clip = load_piece(home, "clip")
    assert clip.settings.text.vocabulary == len(tokenizer)
    assert tokenizer.unknown_words("a red circle") == []
    assert tokenizer.unknown_words("a red heart") == ["heart"]  # not a word of the core
    figures = json.loads((home / "result.json").read_text())["figures"]
    for table in ("edits_sentence", "edits_words"):
        assert {"colour", "shape", "swap places"} <= figures[table].keys()
        assert all(0 <= share <= 1 for share in figures[table].values())


@pytest.mark.slow
def test_in_the_end_the_heads_learn_and_the_encoders_stay(recipe, tmp_path):
    made, more = {}, {"heads_pool": 250, "heads_rate": 1e-3}
    for steps in (0, 200):
        settings = replace(recipe, clip=replace(recipe.clip, heads_steps=steps, **more))
        stage.train(tmp_path / str(steps), settings, 0)
        made[steps] = load_piece(tmp_path / str(steps) / "clip", "clip")
    before, after = (model.state_dict() for model in made.values())
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    heads = {
        f"{head}.{part}" for head in ("picture_out", "sentence_out") for part in ("weight", "bias")
    }
    assert changed == heads | {"log_scale"}
    tokenizer = Tokenizer.load(tmp_path / "200" / "clip" / "tokenizer.json")
    batch = LittleWorld(recipe.data, tokenizer, 0).batch(1000, 64)
    with torch.no_grad():
        losses = [
            info_nce(
                model.scale * model.similarity(batch.pictures, batch.tokens)[0], batch.positive
            )
            for model in made.values()
        ]
    assert losses[1] < losses[0] - 0.04

import json

import pytest

from dalle_edu.data.tokenizer import Tokenizer
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

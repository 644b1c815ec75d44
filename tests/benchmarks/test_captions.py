"""The noisy arm's pairs, and the whole command in smoke size."""

import json
import sys

import pytest
import torch

from benchmarks import captions, common
from dalle_edu.training.batches import LittleWorld
from dalle_edu.training.recipes import DataRecipe
from tests.tiny import tiny_tokenizer


def world(kind):
    data = DataRecipe(scenes=96, size=16, terse=0, chinese=0)
    return kind(data, tiny_tokenizer(), 3, progress=False)


def test_noisy_pairs_are_believed_and_a_share_of_them_is_false():
    noisy, plain = world(captions.Noisy), world(LittleWorld)
    false, count = 0, 0
    for k in range(8):
        batch, before = noisy.batch(k, 64), plain.batch(k, 64)
        assert torch.equal(batch.pictures, before.pictures)
        assert batch.positive.diagonal().all()
        assert torch.equal(batch.tokens, noisy.tokenizer([c.text for c in batch.captions]))
        assert sorted(c.text for c in batch.captions) == sorted(c.text for c in before.captions)
        scenes = [noisy.scenes[i] for i in batch.index]
        false += sum(not c.true_of(s) for s, c in zip(scenes, batch.captions[:64], strict=True))
        # Each edited caption still belongs to the true one in its place.
        one, other = ([(b.captions[i].text, b.captions[64 + i].text) for i in range(64)]
                      for b in (batch, before))  # fmt: skip
        assert sorted(one) == sorted(other) and one != other
        count += 64
    assert 0.2 < false / count < 0.4


def test_a_noisy_batch_follows_from_seed_and_number():
    one, other = world(captions.Noisy).batch(5, 32), world(captions.Noisy).batch(5, 32)
    assert torch.equal(one.tokens, other.tokens) and torch.equal(one.positive, other.positive)


@pytest.mark.slow
def test_the_command_in_smoke_size(smoke_source, tmp_path, monkeypatch):
    monkeypatch.setattr(common, "RESULTS", tmp_path / "results")
    told = ["captions", "--source", smoke_source, "--recipe", "smoke", "--steps", "2", "-n", "2"]
    arms = list(captions.ARMS)[2:]  # terse, and the noisy one
    monkeypatch.setattr(sys, "argv", [*told, "--runs", str(tmp_path / "runs"), "--arms", *arms])
    captions.main()
    found = json.loads((tmp_path / "results" / "captions.json").read_text("utf-8"))["entries"]
    assert [key.removesuffix(", seed 0") for key in found] == arms
    shown = found["terse, seed 0"]["figures"]
    assert shown["two things, pair"]["of"] == 2
    assert "terse: one thing, seen" in shown
    # Finished entries are not run again.
    monkeypatch.setattr(common, "train_arm", None)
    captions.main()

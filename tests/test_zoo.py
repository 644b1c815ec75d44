"""Pieces: a round trip, and one clear sentence for a file that is damaged, foreign or missing."""

import hashlib
import json
import pickle

import pytest
import torch

import dalle_edu
from dalle_edu import zoo
from dalle_edu.chain import Chain
from dalle_edu.evaluation.judge import Reading
from dalle_edu.gan.discriminator import Discriminator, DiscriminatorSettings
from tests.tiny import PIECES, PROMPT, save_run, settings_of, tiny_judge, tiny_parts
from tools.ship import write_checksums


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """A shipped model and judge in a folder of weights of our own, with checksums."""
    monkeypatch.setattr(zoo, "WEIGHTS", tmp_path)
    home = tmp_path / "little-world"
    home.mkdir()
    tokenizer, *models = tiny_parts()
    for name, model in zip(PIECES, models, strict=True):
        zoo.save_piece(home, name, model, settings_of(name, model), torch.float16)
    tokenizer.save(home / "tokenizer.json")
    (tmp_path / "judge").mkdir()
    judge = tiny_judge()
    zoo.save_piece(tmp_path / "judge", "judge", judge, judge.settings, torch.float16)
    write_checksums()
    return tmp_path


@pytest.mark.parametrize("name", [*PIECES, "discriminator", "judge"])
def test_a_piece_comes_back_as_it_was(tmp_path, name):
    models = dict(zip(PIECES, tiny_parts()[1:], strict=True))
    models["discriminator"] = Discriminator(DiscriminatorSettings(64, (16, 16, 32), 32, 32))
    models["judge"] = tiny_judge()
    model = models[name]
    zoo.save_piece(tmp_path, name, model, settings_of(name, model))
    found = zoo.load_piece(tmp_path, name)
    assert type(found) is type(model)
    if name != "align":
        assert found.settings == model.settings  # tuples and nested settings included
    expected = model.state_dict()
    assert found.state_dict().keys() == expected.keys()
    assert all(torch.equal(value, expected[key]) for key, value in found.state_dict().items())
    assert not found.training
    assert not any(p.requires_grad for p in found.parameters())


def test_half_precision_comes_back_as_float32(tmp_path):
    generator = tiny_parts()[3]
    zoo.save_piece(tmp_path, "generator", generator, generator.settings, torch.float16)
    zoo.save_piece(tmp_path, "whole", generator, generator.settings)
    sizes = [(tmp_path / f"{n}.safetensors").stat().st_size for n in ("generator", "whole")]
    assert sizes[0] < 0.6 * sizes[1]
    found = zoo.load_piece(tmp_path, "generator")
    for key, value in found.state_dict().items():
        assert value.dtype == torch.float32
        torch.testing.assert_close(value, generator.state_dict()[key], rtol=1e-3, atol=1e-6)


def test_whole_numbers_are_not_rounded(tmp_path):
    """The judge's batch counts: integers stay integers in a float16 file."""
    judge = tiny_judge()
    counts = [k for k, v in judge.state_dict().items() if not v.is_floating_point()]
    assert counts
    for key in counts:
        judge.state_dict()[key].fill_(100_001)
    zoo.save_piece(tmp_path, "judge", judge, judge.settings, torch.float16)
    found = zoo.load_piece(tmp_path, "judge").state_dict()
    assert all(found[key] == 100_001 for key in counts)


def test_a_training_run_is_loaded_by_its_folder(tmp_path):
    parts = tiny_parts()
    chain = zoo.load(save_run(tmp_path / "run", parts))
    assert isinstance(chain, Chain)
    expected = Chain("tiny", *parts)([PROMPT], n=2, seed=3)
    assert (chain([PROMPT], n=2, seed=3).int() - expected.int()).abs().max() <= 1


def test_a_shipped_model_is_loaded_by_its_name(shipped):
    assert isinstance(dalle_edu.load("little-world"), Chain)
    assert dalle_edu.load()([PROMPT], seed=0).shape == (1, 1, 3, 64, 64)
    readings = dalle_edu.load("judge")(torch.zeros(2, 3, 64, 64, dtype=torch.uint8))
    assert [type(reading) for reading in readings] == [Reading, Reading]


def refused(name="little-world"):
    with pytest.raises(ValueError) as caught:
        zoo.load(name)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 250
    return message


@pytest.mark.parametrize(
    "name", ["clip.safetensors", "generator.json", "align.safetensors", "tokenizer.json"]
)
def test_a_damaged_file_is_refused_by_its_checksum(shipped, name):
    path = shipped / "little-world" / name
    data = bytearray(path.read_bytes())
    data[-5] ^= 1  # one bit
    path.write_bytes(data)
    message = refused()
    assert f"little-world/{name} is damaged or foreign" in message
    assert "checksum" in message


def test_a_foreign_file_that_would_fit_is_refused(shipped):
    home = shipped / "little-world"
    other = tiny_parts(seed=1)[3]
    zoo.save_piece(home, "generator", other, other.settings, torch.float16)
    assert "generator.safetensors is damaged or foreign" in refused()


def test_a_file_nobody_wrote_down_is_refused(shipped):
    sums = json.loads((shipped / "checksums.json").read_text())
    del sums["little-world/clip.safetensors"]
    (shipped / "checksums.json").write_text(json.dumps(sums))
    assert "little-world/clip.safetensors is damaged or foreign" in refused()


def test_a_missing_file_is_named(shipped):
    (shipped / "little-world" / "align.safetensors").unlink()
    assert "align.safetensors is missing" in refused()


def test_checksums_are_sha256_of_every_file(shipped):
    sums = json.loads((shipped / "checksums.json").read_text())
    names = {f"little-world/{p}.{end}" for p in PIECES for end in ("safetensors", "json")}
    names |= {"little-world/tokenizer.json", "judge/judge.safetensors", "judge/judge.json"}
    assert sums.keys() == names
    for name, digest in sums.items():
        assert hashlib.sha256((shipped / name).read_bytes()).hexdigest() == digest


def test_an_unknown_name_lists_what_there_is(shipped):
    message = refused("littel-world")
    assert "there is no model 'littel-world'" in message
    assert "judge" in message and "little-world" in message


def test_an_unfinished_run_is_no_model(shipped, tmp_path):
    folder = save_run(tmp_path / "run", tiny_parts())
    (tmp_path / "run" / "gan" / "generator.json").unlink()
    assert "finished training run" in refused(folder)


def test_weights_that_do_not_fit_their_settings(tmp_path):
    folder = save_run(tmp_path / "run", tiny_parts())
    path = tmp_path / "run" / "gan" / "generator.json"
    settings = json.loads(path.read_text())
    path.write_text(json.dumps(settings | {"widths": [16, 16, 16, 8]}))
    assert "does not fit its settings" in refused(folder)
    path.write_text(json.dumps(settings))
    path.with_suffix(".safetensors").write_bytes(b"not a safetensors file")
    assert "does not fit its settings" in refused(folder)


class Bomb:
    """Unpickling it is noticed."""

    went_off = False

    def __reduce__(self):
        return setattr, (Bomb, "went_off", True)


def test_nothing_is_unpickled(tmp_path, monkeypatch):
    for function in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(pickle, function, lambda *_, **__: pytest.fail("pickle was used"))
    monkeypatch.setattr(torch, "load", lambda *_, **__: pytest.fail("torch.load was used"))
    folder = save_run(tmp_path / "run", tiny_parts())
    zoo.load(folder)
    path = tmp_path / "run" / "gan" / "generator.safetensors"
    torch.save({"start": Bomb()}, path)  # as a careless download would bring
    assert "does not fit its settings" in refused(folder)
    assert not Bomb.went_off


ARTICLE = "A blue sky with white clouds and a sun in the corner."


def test_shipped_weights_are_small_and_each_has_its_card():
    files = [path for path in zoo.WEIGHTS.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 25_000_000
    assert not [path for path in files if path.suffix in (".pt", ".pth", ".bin", ".pkl")]
    for name in ("little-world", "judge"):
        assert (zoo.WEIGHTS / name / "card.md").read_text("utf-8").startswith("# Model card")


def test_the_shipped_model_draws_the_articles_prompt_and_the_shipped_judge_sees_it():
    result = dalle_edu.load("little-world")([ARTICLE], n=8, seed=0)
    assert result[0][0].shape == (3, 64, 64)
    scenes = [reading.scene for reading in dalle_edu.load("judge")(result[0])]
    right = [s and (s.sky, s.light) == ("blue", "sun") and s.clouds >= 2 for s in scenes]
    assert sum(map(bool, right)) >= 6


def test_the_lexicon_is_the_core_in_two_languages():
    tokenizer = dalle_edu.load("little-world").tokenizer
    assert tokenizer.unknown_words(ARTICLE) == []
    assert tokenizer.unknown_words("a red heart over sand") == ["heart"]
    assert tokenizer.unknown_words("夜晚的天空下，左边有一个红色的圆形") == []

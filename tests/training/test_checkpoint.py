import json
import os
import pickle

import pytest
import torch
from torch import nn

from dalle_edu.training import checkpoint


def trained(seed=0, steps=3):
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Conv2d(4, 2, 1))
    model.to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(model.parameters(), 1e-2)
    for _ in range(steps):
        loss = model(torch.randn(2, 3, 6, 6)).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return model, optimiser


def test_tensors_and_words_come_back_equal(tmp_path):
    path = tmp_path / "a.safetensors"
    channels_last = torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last)
    tensors = {"a": channels_last, "a/again": channels_last, "b": torch.arange(3).byte()}
    checkpoint.write_tensors(path, tensors, {"step": 3, "words": ["é", "鸟"]})
    found, about = checkpoint.read_tensors(path)
    assert about == {"step": 3, "words": ["é", "鸟"]}
    assert found.keys() == tensors.keys()
    assert all(torch.equal(found[key], tensors[key]) for key in tensors)


def test_weights_and_moments_come_back_bit_for_bit_in_the_layout_of_the_weights(tmp_path):
    model, optimiser = trained()
    packed = checkpoint.pack({"m": model}, {"o": optimiser})
    checkpoint.write_tensors(tmp_path / "a", packed, None)
    other, fresh = trained(seed=1, steps=0)
    checkpoint.unpack(checkpoint.read_tensors(tmp_path / "a")[0], {"m": other}, {"o": fresh})
    again = checkpoint.pack({"m": other}, {"o": fresh})
    assert again.keys() == packed.keys()
    assert all(torch.equal(again[key], packed[key]) for key in packed)
    weight = other[0].weight
    assert weight.stride() != weight.contiguous().stride()
    assert fresh.state[weight]["exp_avg"].stride() == weight.stride()


def test_only_the_newest_two_are_kept(tmp_path):
    for step in (9, 10, 100):
        checkpoint.save(tmp_path, step, {"a": torch.tensor(step)}, {"step": step})
    assert [path.name for path in sorted(tmp_path.iterdir())] == [
        "step-00000010.safetensors",
        "step-00000100.safetensors",
    ]
    assert checkpoint.last(tmp_path).name == "step-00000100.safetensors"


@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.99])
def test_a_truncated_checkpoint_is_passed_over(tmp_path, part, caplog):
    for step in (1, 2):
        checkpoint.save(tmp_path, step, {"a": torch.randn(100)}, {"step": step})
    newest = checkpoint.last(tmp_path)
    data = newest.read_bytes()
    newest.write_bytes(data[: int(part * len(data))])
    assert checkpoint.last(tmp_path).name == "step-00000001.safetensors"
    assert newest.name in caplog.text


def test_a_run_that_dies_while_it_writes_leaves_the_one_before(tmp_path, monkeypatch):
    checkpoint.save(tmp_path, 1, {"a": torch.ones(3)}, {})
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        checkpoint.save(tmp_path, 2, {"a": torch.ones(3)}, {})
    assert checkpoint.last(tmp_path).name == "step-00000001.safetensors"


def test_everything_is_on_the_disk_before_it_gets_its_name(tmp_path, monkeypatch):
    seen = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda f: (seen.append((tmp_path / "a").exists()), real(f)))
    checkpoint.write_whole(tmp_path / "a", lambda path: path.write_text("whole"))
    assert seen == ([False, True] if os.name != "nt" else [False])  # the file, then its folder
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_an_empty_folder_has_no_checkpoint(tmp_path):
    assert checkpoint.last(tmp_path) is None
    assert checkpoint.last(tmp_path / "missing") is None


def test_a_pickle_is_never_read(tmp_path):
    class Trap:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "sprung"),))

    (tmp_path / "step-00000001.safetensors").write_bytes(pickle.dumps(Trap()))
    assert checkpoint.last(tmp_path) is None
    assert not (tmp_path / "sprung").exists()


def test_the_header_is_plain_json(tmp_path):
    checkpoint.save(tmp_path, 1, {"a": torch.ones(3)}, {"step": 1})
    data = checkpoint.last(tmp_path).read_bytes()
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    assert json.loads(header["__metadata__"]["about"]) == {"step": 1}

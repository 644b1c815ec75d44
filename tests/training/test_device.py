import pytest
import torch

from dalle_edu.training import device
from dalle_edu.training.device import choose_device, commit, machine


@pytest.fixture
def plain(monkeypatch):
    for name in ("DALLE_EDU_DEVICE", "DALLE_EDU_PRECISION"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.mark.parametrize(
    ("gain", "dtype"),
    [
        (8.0, torch.bfloat16),  # a processor with AMX
        (1.9, torch.bfloat16),  # with AVX512_BF16 at full rate
        (1.1, torch.float32),  # not worth its error
        (0.5, torch.float32),  # the instruction is there, at half the rate
    ],
)
def test_bfloat16_only_where_it_is_measured_faster(plain, gain, dtype):
    plain.setattr(device, "gain_of_bfloat16", lambda: gain)
    found = choose_device("cpu")
    assert found.dtype == dtype
    assert found.device.type == "cpu"
    assert str(dtype)[6:] in found.reason and f"{gain} times" in found.reason


def test_the_gain_is_measured_in_both_precisions():
    assert 0 < device.gain_of_bfloat16(size=64, rounds=2) < 1000


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_the_environment_overrules(plain, precision):
    plain.setenv("DALLE_EDU_DEVICE", "cpu")
    plain.setenv("DALLE_EDU_PRECISION", precision)
    assert choose_device().dtype == getattr(torch, precision)


@pytest.mark.parametrize(
    ("capability", "dtype"), [((7, 5), torch.float32), ((8, 0), torch.bfloat16)]
)
def test_cuda_is_preferred_and_bfloat16_needs_a_card_that_has_it(plain, capability, dtype):
    plain.setattr(torch.cuda, "is_available", lambda: True)
    plain.setattr(torch.cuda, "get_device_capability", lambda: capability)
    found = choose_device()
    assert (found.device.type, found.dtype) == ("cuda", dtype)


def test_a_device_that_is_not_there_is_refused(plain):
    plain.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match=r"device 'cuda' is not here: choose from .*cpu"):
        choose_device("cuda")


def test_an_unknown_precision_is_refused(plain):
    plain.setenv("DALLE_EDU_PRECISION", "float8")
    with pytest.raises(ValueError, match="'float8': set float32 or bfloat16"):
        choose_device("cpu")


def test_machine_and_commit_are_words():
    assert torch.__version__ in machine()
    assert commit() is None or len(commit()) >= 40

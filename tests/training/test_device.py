import pytest
import torch

from dalle_edu.training.device import choose_device, commit, machine


@pytest.fixture
def plain(monkeypatch):
    for name in ("DALLE_EDU_DEVICE", "DALLE_EDU_PRECISION"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def units(patch, amx, avx512_bf16, allowed):
    patch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: amx)
    patch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: avx512_bf16)
    patch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: allowed, raising=False)


@pytest.mark.parametrize(
    ("amx", "avx512_bf16", "allowed", "dtype"),
    [
        (True, True, True, torch.bfloat16),
        (False, True, True, torch.bfloat16),
        (False, False, True, torch.float32),
        (True, True, False, torch.float32),  # ONEDNN_MAX_CPU_ISA=AVX2, the plain laptop
    ],
)
def test_bfloat16_only_where_the_processor_multiplies_it(plain, amx, avx512_bf16, allowed, dtype):
    units(plain, amx, avx512_bf16, allowed)
    found = choose_device("cpu")
    assert found.dtype == dtype
    assert found.device.type == "cpu"
    assert str(dtype)[6:] in found.reason


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

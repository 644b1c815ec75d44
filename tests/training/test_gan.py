import copy
import shutil
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import load_file

from dalle_edu.chain import Heard
from dalle_edu.gan.discriminator import Discriminator, DiscriminatorSettings
from dalle_edu.training import gan
from dalle_edu.training.gan import gradient_penalty, update_average


class Precision:
    """Stands in for a run: autocast to bfloat16, or not."""

    def __init__(self, low: bool, penalty: str = "r1 + r2"):
        self.low, self.recipe = low, SimpleNamespace(penalty=penalty)

    def autocast(self):
        return torch.autocast("cpu", torch.bfloat16, enabled=self.low)


@pytest.fixture
def given():
    torch.manual_seed(0)
    d = Discriminator(DiscriminatorSettings(32, (16, 16, 32), 16, 32))
    real, fake = torch.rand(2, 16, 3, 32, 32) * 2 - 1
    states, mask = torch.randn(16, 6, 32), torch.ones(16, 6).bool()
    return d, real, fake, Heard(states, states, mask, states[:, 0])


def test_penalty_in_bfloat16_is_near_float32_value_and_gradient(given):
    d, *rest = given
    found = {}
    for low in (False, True):
        d.zero_grad()
        penalty = gradient_penalty(d, *rest, Precision(low))
        penalty.backward()
        gradient = torch.cat([p.grad.flatten() for p in d.parameters() if p.grad is not None])
        found[low] = penalty.item(), gradient
    assert found[True][0] == pytest.approx(found[False][0], rel=0.03)
    cosine = torch.nn.functional.cosine_similarity(found[True][1], found[False][1], dim=0)
    assert cosine > 0.99


def test_penalty_is_the_mean_of_both_squared_gradient_norms(given):
    d, real, fake, heard = given
    half = len(real) // 2
    norms = []
    for pictures in (real, fake):
        for i in range(half):
            x = pictures[i : i + 1].clone().requires_grad_()
            realness, _, regions = d.look(x)
            words = d.read(heard.states[i : i + 1], heard.mask[i : i + 1])
            (g,) = torch.autograd.grad((realness + d.match(regions, words)[:, 0]).sum(), x)
            norms.append(g.square().sum())
    ours = gradient_penalty(d, real, fake, heard, Precision(False))
    assert ours.item() == pytest.approx(torch.stack(norms).mean().item(), rel=1e-3)


def test_average_is_lerped_and_buffers_are_copied():
    model = torch.nn.BatchNorm1d(3)
    average = copy.deepcopy(model)
    model.weight.data.fill_(3.0)
    model.running_mean.fill_(7.0)
    update_average(average, model, 0.75)
    assert average.weight.tolist() == [1.5] * 3
    assert average.running_mean.tolist() == [7.0] * 3


@pytest.mark.slow
def test_interrupted_and_resumed_equals_uninterrupted_bit_for_bit(
    smoke_run, recipe, tmp_path, monkeypatch
):
    for stage in ("clip", "align"):
        shutil.copytree(smoke_run / stage, tmp_path / stage)
    steps = iter(range(100))

    def broken(*given):
        if next(steps) == 2:
            raise RuntimeError("the power went off")
        update_average(*given)

    with monkeypatch.context() as patch:
        patch.setattr(gan, "update_average", broken)
        with pytest.raises(RuntimeError, match="power"):
            gan.train(tmp_path, recipe, seed=0, progress=False)
    gan.train(tmp_path, recipe, seed=0, resume=True, progress=False)
    for name in ("generator", "discriminator"):
        whole = load_file(smoke_run / "gan" / f"{name}.safetensors")
        resumed = load_file(tmp_path / "gan" / f"{name}.safetensors")
        assert whole.keys() == resumed.keys()
        assert all(torch.equal(whole[key], resumed[key]) for key in whole)


@pytest.mark.slow
def test_a_loss_that_is_not_finite_stops_the_run_and_is_named(
    smoke_run, recipe, tmp_path, monkeypatch
):
    for stage in ("clip", "align"):
        shutil.copytree(smoke_run / stage, tmp_path / stage)
    monkeypatch.setattr(gan, "gradient_penalty", lambda *_: torch.tensor(float("nan")))
    with pytest.raises(ValueError, match="penalty is nan at step 0"):
        gan.train(tmp_path, recipe, seed=0, progress=False)

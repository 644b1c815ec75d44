import math

import pytest
import torch
import torch.nn.functional as F

from dalle_edu.alignment.maps import (
    MLP,
    Flow,
    MapSettings,
    MeanShift,
    Ridge,
    energy_score,
    flow_loss,
    make_map,
)

N, D = 40, 5


def pairs(seed=0):
    g = torch.Generator().manual_seed(seed)
    text = torch.randn(N, D, generator=g, dtype=torch.float64) + 0.5
    mix = torch.randn(D, D, generator=g, dtype=torch.float64)
    noise = 0.1 * torch.randn(N, D, generator=g, dtype=torch.float64)
    return F.normalize(text, dim=1), F.normalize(text @ mix + noise - 0.7, dim=1)


def raw(ridge, text):
    return text @ ridge.weight + ridge.bias


@pytest.mark.parametrize("penalty", [0.0, 0.3, 10.0])
def test_ridge_is_least_squares_on_augmented_data(penalty):
    """A second way to the same solution: rows sqrt(penalty) e_d with target 0, a free intercept."""
    text, image = pairs()
    rows = torch.cat([text, penalty**0.5 * torch.eye(D).double()])
    ones = torch.cat([torch.ones(N), torch.zeros(D)]).double()[:, None]  # the bias is not penalised
    targets = torch.cat([image, torch.zeros(D, D).double()])
    solution = torch.linalg.lstsq(torch.cat([rows, ones], 1), targets).solution
    ridge = Ridge.fit(text, image, penalty)
    torch.testing.assert_close(ridge.weight, solution[:D])
    torch.testing.assert_close(ridge.bias, solution[D])


def test_ridge_is_the_minimum():
    text, image = pairs()
    ridge = Ridge.fit(text, image, 0.7)

    def cost(weight, bias):
        return (image - text @ weight - bias).square().sum() + 0.7 * weight.square().sum()

    weight, bias = (x.clone().requires_grad_() for x in (ridge.weight, ridge.bias))
    for gradient in torch.autograd.grad(cost(weight, bias), (weight, bias)):
        assert gradient.abs().max() < 1e-10
    least = cost(ridge.weight, ridge.bias)
    g = torch.Generator().manual_seed(1)
    for _ in range(20):
        step = 0.01 * torch.randn(D, D, generator=g, dtype=torch.float64)
        assert cost(ridge.weight + step, ridge.bias) > least


def test_ridge_limits():
    text, image = pairs()
    # No noise, no penalty: the linear rule itself, in this direction.
    g = torch.Generator().manual_seed(2)
    rule = torch.randn(D, D, generator=g, dtype=torch.float64)
    exact = Ridge.fit(text, text @ rule + 0.3, 0.0)
    torch.testing.assert_close(exact.weight, rule)
    torch.testing.assert_close(exact.bias, torch.full((D,), 0.3).double())
    # Endless penalty: the weight dies, the bias stays the mean picture.
    stiff = Ridge.fit(text, image, 1e12)
    assert stiff.weight.abs().max() < 1e-8
    torch.testing.assert_close(stiff.bias, image.mean(0))
    torch.testing.assert_close(exact(text), F.normalize(text @ rule + 0.3, dim=1))
    # Whatever the penalty, the mean sentence goes to the mean picture.
    some = Ridge.fit(text, image, 3.0)
    torch.testing.assert_close(raw(some, text.mean(0)), image.mean(0))


def test_ridge_moves_with_the_data():
    """Centring: shifting sentences and pictures changes the bias only."""
    text, image = pairs()
    here, there = Ridge.fit(text, image, 0.5), Ridge.fit(text + 3, image - 2, 0.5)
    torch.testing.assert_close(here.weight, there.weight)
    torch.testing.assert_close(raw(here, text) - 2, raw(there, text + 3))


def test_ridge_with_one_wide_direction_needs_its_diagonal():
    """The penalty on every entry, not the diagonal, leaves this system singular."""
    g = torch.Generator().manual_seed(3)
    text = torch.randn(3, 8, generator=g, dtype=torch.float64)  # fewer pairs than dimensions
    ridge = Ridge.fit(text, text, 1e-6)
    assert ridge.weight.isfinite().all()
    torch.testing.assert_close(raw(ridge, text), text, rtol=1e-4, atol=1e-4)


def test_mean_shift_closes_the_gap_and_changes_no_ranking():
    text, image = pairs()
    shift = MeanShift.fit(text, image)
    torch.testing.assert_close((text + shift.shift).mean(0), image.mean(0))
    torch.testing.assert_close(shift(text), F.normalize(text + image.mean(0) - text.mean(0), dim=1))
    # Shifting the gallery, not re-normalised, adds the same number to all of a query's scores.
    before, after = image @ text.T, image @ (text + shift.shift).T
    assert torch.equal(before.argsort(1), after.argsort(1))


def made():
    torch.manual_seed(0)
    text, image = (x.float() for x in pairs())
    mlp = MLP(D, 16)
    torch.nn.init.normal_(mlp.outer.weight)
    return {"shift": MeanShift.fit(text, image), "ridge": Ridge.fit(text, image, 0.1), "mlp": mlp}


@pytest.mark.parametrize("name", ["shift", "ridge", "mlp"])
def test_outputs_lie_on_the_sphere_and_state_survives(name):
    text = pairs(1)[0].float()
    found = made()[name]
    out = found(text)
    assert out.shape == text.shape and out.dtype == torch.float32
    torch.testing.assert_close(out.norm(dim=1), torch.ones(N))
    state = found.state_dict()
    assert all(x.is_contiguous() and x.dtype == torch.float32 for x in state.values())
    pointers = [x.untyped_storage().data_ptr() for x in state.values()]
    assert len(set(pointers)) == len(pointers)  # a weight file refuses tensors that share memory
    kind = {"shift": "mean_shift"}.get(name, name)
    fresh = make_map(MapSettings(kind, D, 16))
    assert type(fresh) is type(found)
    fresh.load_state_dict({k: v.clone() for k, v in state.items()})
    assert torch.equal(fresh(text), out)


def test_untrained_maps_are_the_identity():
    text = pairs()[0].float()
    for kind in ("mean_shift", "ridge", "mlp"):
        torch.testing.assert_close(make_map(MapSettings(kind, D, 16))(text), text)
    with pytest.raises(ValueError, match="map 'magic' is unknown: choose from mean_shift, ridge"):
        make_map(MapSettings("magic"))


def test_a_sampler_hears_its_noise_and_a_map_without_does_not():
    torch.manual_seed(0)
    text, noise = F.normalize(torch.randn(6, D), dim=1), torch.randn(2, 6, D)
    for kind, varied in (("flow", True), ("mlp", False), ("ridge", False)):
        found = make_map(MapSettings(kind, D, 16))
        if hasattr(found, "outer"):
            torch.nn.init.normal_(found.outer.weight)
        assert found.noise == (D if varied else 0)
        assert torch.equal(found(text, noise[0]), found(text, noise[1])) != varied


def test_a_flow_is_its_formula_taken_in_small_steps():
    torch.manual_seed(0)
    flow = Flow(D, 16, layers=1, steps=4)
    text, x = F.normalize(torch.randn(5, D), dim=1), torch.randn(5, D)
    at, noise = x, x
    for step in range(4):
        waves = [step / 4 * 2**k * math.pi / 2 for k in range(8)]
        told = torch.tensor([f(w) for f in (math.sin, math.cos) for w in waves]).expand(5, -1)
        h = flow.inner(torch.cat([math.sqrt(D) * text, at, told], 1))
        velocity = flow.outer(F.gelu(h + flow.blocks[0](h)))
        torch.testing.assert_close(flow.velocity(text, at, torch.full((5, 1), step / 4)), velocity)
        at = at + velocity / 4
    torch.testing.assert_close(flow(text, noise), F.normalize(at, dim=1))


def test_energy_score_is_its_double_loop():
    torch.manual_seed(0)
    x, y = torch.randn(3, 4, D), torch.randn(3, D)
    total = 0.0
    for b in range(3):
        near = sum((x[b, m] - y[b]).norm() for m in range(4)) / 4
        apart = sum((x[b, m] - x[b, n]).norm() for m in range(4) for n in range(4) if m != n) / 12
        total += near - apart / 2
    torch.testing.assert_close(energy_score(x, y), total / 3)
    torch.testing.assert_close(energy_score(x[:, :1], y), (x[:, 0] - y).norm(dim=1).mean())
    order = torch.randperm(4)
    torch.testing.assert_close(energy_score(x[:, order], y), energy_score(x, y))
    same = energy_score(y[:, None].expand(-1, 4, -1).clone().requires_grad_(), y)
    assert same.abs() < 1e-5  # every answer right; and a finite gradient where answers coincide
    with pytest.raises(ValueError, match=r"give \(B, M, D\) and \(B, D\)"):
        energy_score(x, torch.randn(3, D + 1))


def test_energy_score_prefers_the_right_spread_to_the_middle_and_to_one_answer():
    """Truth: one of two opposite points, by a coin. Its samples score best."""
    g = torch.Generator().manual_seed(0)

    def coin(n):
        return torch.stack([torch.randint(0, 2, (n,), generator=g) * 2.0 - 1, torch.zeros(n)], 1)

    truth = coin(4000)
    right = coin(8000).view(4000, 2, 2)
    middle, one = torch.zeros(4000, 2, 2), torch.tensor([1.0, 0.0]).expand(4000, 2, 2)
    wide = 1.5 * right
    scores = [energy_score(x, truth).item() for x in (right, middle, one, wide)]
    assert scores[0] < min(scores[1:]) - 0.1


def test_a_flow_learns_both_answers_where_the_middle_is_wrong():
    torch.manual_seed(0)
    text = F.normalize(torch.ones(256, 2), dim=1)
    flow = Flow(2, 32, layers=1)
    optimiser = torch.optim.Adam(flow.parameters(), 5e-3)
    for _ in range(200):
        target = torch.stack([torch.randint(0, 2, (256,)) * 2.0 - 1, torch.zeros(256)], 1)
        loss = flow_loss(flow, text, target, torch.randn(256, 2), torch.rand(256, 1))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    x = flow(text, torch.randn(256, 2))[:, 0]
    assert (x.abs() > 0.9).float().mean() > 0.9  # few answers in the middle
    assert 0.3 < (x > 0).float().mean() < 0.7  # and both of them


class Straight(Flow):
    """Where the answer is known, the velocity is too: from here to there in the time left."""

    def __init__(self, target, steps=7):
        super().__init__(D, 16, steps=steps)
        self.target = target

    def velocity(self, text, x, time):
        return (self.target * D**0.5 - x) / (1 - time)


def test_a_flow_follows_its_velocity_from_noise_at_0_to_the_answer_at_1():
    torch.manual_seed(0)
    text, target = (F.normalize(torch.randn(2, 6, D), dim=2)).unbind()
    noise, time = torch.randn(6, D), torch.rand(6, 1)
    exact = Straight(target)
    torch.testing.assert_close(exact(text, noise), target)
    assert flow_loss(exact, text, target, noise, time) < 1e-9  # the lines are straight
    # A velocity that is off by a everywhere costs a^2.
    flow = Flow(D, 16)
    flow.velocity = lambda *given: exact.velocity(*given) + 0.3
    torch.testing.assert_close(flow_loss(flow, text, target, noise, time), torch.tensor(0.09))


def test_a_flow_hears_text_place_and_time():
    torch.manual_seed(0)
    flow, x, time = Flow(D, 16), torch.randn(6, D), torch.rand(6, 1)
    text = F.normalize(torch.randn(6, D), dim=1)
    said = flow.velocity(text, x, time)
    assert said.shape == (6, D)
    for other in ((-text, x, time), (text, -x, time), (text, x, 1 - time)):
        assert (flow.velocity(*other) - said).abs().amax(1).min() > 1e-3
    one = flow.velocity(text[2:3], x[2:3], time[2:3])
    torch.testing.assert_close(one, said[2:3])


def test_mlp_can_learn_what_is_not_linear():
    torch.manual_seed(0)
    text = F.normalize(torch.randn(64, 2), dim=1)
    image = F.normalize(torch.stack([text[:, 0] ** 2 - text[:, 1] ** 2, text.prod(1)], 1), dim=1)
    ridge = (Ridge.fit(text, image, 1e-3)(text) * image).sum(1).mean()
    mlp = MLP(2, 64)
    optimiser = torch.optim.Adam(mlp.parameters(), 2e-2)
    for _ in range(60):
        loss = 1 - (mlp(text) * image).sum(1).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert loss.item() < 0.1 < 1 - ridge


@pytest.mark.parametrize("fit", [MeanShift.fit, lambda t, v: Ridge.fit(t, v, 1.0)])
def test_errors(fit):
    for text, image in ((torch.ones(2, 3), torch.ones(3, 3)), (torch.ones(0, 3), torch.ones(0, 3))):
        with pytest.raises(ValueError, match="N pairs"):
            fit(text, image)
    with pytest.raises(ValueError, match="penalty is -1"):
        Ridge.fit(torch.ones(2, 3), torch.ones(2, 3), -1)


def test_fitting_changes_no_input():
    text, image = pairs()
    before = text.clone(), image.clone()
    MeanShift.fit(text, image)(text)
    Ridge.fit(text, image, 0.1)(text)
    assert torch.equal(text, before[0]) and torch.equal(image, before[1])

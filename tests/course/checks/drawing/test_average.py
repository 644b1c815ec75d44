"""Answers to 6.6 as people write them, right and wrong."""

import pytest
import torch

from dalle_edu.course.checks import drawing as check
from dalle_edu.course.checks.drawing.average import Counting
from dalle_edu.training.gan import update_average


def by_state_dict(average, model, decay):
    new, old = model.state_dict(), average.state_dict()
    names = {name for name, _ in model.named_parameters()}
    average.load_state_dict(
        {k: decay * old[k] + (1 - decay) * v if k in names else v for k, v in new.items()}
    )


@torch.no_grad()
def by_lerp(average, model, decay):
    for mean, value in zip(average.parameters(), model.parameters(), strict=True):
        mean.lerp_(value, 1 - decay)
    for mean, value in zip(average.buffers(), model.buffers(), strict=True):
        mean.copy_(value)


@pytest.mark.parametrize("answer", [by_state_dict, by_lerp])
def test_the_average_in_two_ways(answer):
    assert check.update_average(answer)


@torch.no_grad()
def forgets_buffers(average, model, decay):
    for mean, value in zip(average.parameters(), model.parameters(), strict=True):
        mean.mul_(decay).add_((1 - decay) * value)


@torch.no_grad()
def averages_everything(average, model, decay):
    old, new = average.state_dict(), model.state_dict()
    for name, value in new.items():
        old[name].copy_(decay * old[name] + (1 - decay) * value)


@torch.no_grad()
def names_only(average, model, decay):
    for mean, value in zip(average.parameters(), model.parameters(), strict=True):
        mean = decay * mean + (1 - decay) * value
    for mean, value in zip(average.buffers(), model.buffers(), strict=True):
        mean.copy_(value)


@torch.no_grad()
def shares_its_buffers(average, model, decay):
    for mean, value in zip(average.parameters(), model.parameters(), strict=True):
        mean.lerp_(value, 1 - decay)
    for mean, value in zip(average.buffers(), model.buffers(), strict=True):
        mean.data = value.data


def keeps_graph(average, model, decay):
    for mean, value in zip(average.parameters(), model.parameters(), strict=True):
        mean.lerp_(value, 1 - decay)
    for mean, value in zip(average.buffers(), model.buffers(), strict=True):
        mean.copy_(value)


def exchanged(average, model, decay):
    by_lerp(average, model, 1 - decay)


def spoils_the_model(average, model, decay):
    by_lerp(average, model, decay)
    with torch.no_grad():
        model.linear.weight.zero_()


def borrowed(average, model, decay):
    update_average(average, model, decay)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (forgets_buffers, "buffers are forgotten"),
        (averages_everything, "averaged too"),
        (names_only, "names a new tensor"),
        (shares_its_buffers, "copies nothing"),
        (keeps_graph, "graph"),
        (exchanged, "exchanged"),
        (lambda a, m, d: a.load_state_dict(m.state_dict()), "a copy"),
        (lambda a, m, d: by_lerp(m, a, d), "Turned round"),
        (spoils_the_model, "network itself"),
        (borrowed, "library's version"),
        (lambda a, m, d: None, "Nothing of the average changed"),
    ],
)
def test_the_average_as_people_get_it_wrong(answer, says):
    verdict = check.update_average(answer)
    assert not verdict and says in verdict.message


def test_the_oracle_is_what_the_library_computes():
    torch.manual_seed(0)
    model, first, second = Counting(), Counting(), Counting()
    second.load_state_dict(first.state_dict())
    model(torch.randn(5, 3))  # fills the running statistics
    check.update_average.oracle(first, model, 0.7)
    update_average(second, model, 0.7)
    for one, other in zip(first.state_dict().values(), second.state_dict().values(), strict=True):
        assert torch.allclose(one, other)

"""What a widget shows moves with its slider, and can be read where nothing moves."""

import pytest
import torch

from dalle_edu.course import widgets


@pytest.fixture
def shown(monkeypatch):
    found = []
    monkeypatch.setattr(widgets, "display", lambda data, raw: found.append(data))
    return found


def test_the_picture_follows_the_slider(shown, monkeypatch):
    boxes = []
    make = widgets.ipywidgets.VBox
    monkeypatch.setattr(widgets.ipywidgets, "VBox", lambda c: boxes.append(make(c)) or boxes[-1])
    widgets.temperature(torch.tensor([0.2, 0.4, 0.5]), ["a", "b", "c"])
    (data,) = shown
    slider, image = boxes[0].children
    before = bytes(image.value)
    assert before.startswith(b"\x89PNG")
    slider.value = 0.02
    assert bytes(image.value) != before
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == boxes[0].model_id
    assert "slider" in data["text/plain"]


def test_each_step_of_a_training_has_its_picture(shown, monkeypatch):
    boxes = []
    make = widgets.ipywidgets.VBox
    monkeypatch.setattr(widgets.ipywidgets, "VBox", lambda c: boxes.append(make(c)) or boxes[-1])
    drawn, slopes = [torch.zeros(4, 2), torch.ones(4, 2)], [torch.ones(9, 2), -torch.ones(9, 2)]
    grid = torch.cartesian_prod(torch.arange(3.0), torch.arange(3.0)) - 1
    widgets.training([0, 50], drawn, slopes, grid, torch.rand(5, 2), start=0)
    slider, image = boxes[0].children
    before = bytes(image.value)
    assert before.startswith(b"\x89PNG") and [name for name, _ in slider.options] == ["0", "50"]
    slider.value = 1
    assert bytes(image.value) != before
    assert "slider" in shown[0]["text/plain"]

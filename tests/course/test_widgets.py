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

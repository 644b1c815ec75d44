"""What a figure's function hands to the notebook, and the figure itself, still open."""

import matplotlib.pyplot as plt
import pytest

from dalle_edu.course.figures import frame


@pytest.fixture
def shown(monkeypatch):
    calls = []
    monkeypatch.setattr(frame, "display", lambda figure, metadata: calls.append(metadata))
    return calls


@pytest.fixture
def drawn(shown, monkeypatch):
    kept = []
    with monkeypatch.context() as patch:
        patch.setattr(frame.plt, "close", kept.append)
        yield kept
    plt.close("all")

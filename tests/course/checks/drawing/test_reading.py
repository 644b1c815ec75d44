"""The facts on which the clinics 6.11 and 6.12 rest."""

import pytest

from dalle_edu.course.checks import drawing as check


def test_an_average_that_remembers_too_long():
    """Run 3 of 6.11: the share of the untrained network after 800 steps of decay 0.9999."""
    assert pytest.approx(0.923, abs=1e-3) == 0.9999**800


@pytest.mark.parametrize("answer", ["acb", "CAB", " cab ", "abd", 3])
def test_three_patients(answer):
    right = isinstance(answer, str) and answer.strip().lower() == "cab"
    assert bool(check.three_patients(answer)) == right


def test_drawn_alone_knows_its_choices():
    assert check.drawn_alone("B")
    assert "none of the choices: a, b, c, d, e" in check.drawn_alone("f").message

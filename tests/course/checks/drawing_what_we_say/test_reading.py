"""The choices of 7.9 to 7.12, and the facts on which the clinics rest."""

import math

import pytest

from dalle_edu.course.checks import drawing_what_we_say as check


@pytest.mark.parametrize("answer", ["yyy", "NYY", " nyy ", "nny", 3])
def test_probes(answer):
    right = isinstance(answer, str) and answer.strip().lower() == "nyy"
    assert bool(check.predict_probes(answer)) == right


def test_every_wrong_pattern_of_probes_is_a_choice():
    patterns = {a + b + c for a in "ny" for b in "ny" for c in "ny"}
    known = {m.wrong for m in check.predict_probes.mistakes} | {check.predict_probes.right}
    assert known == patterns


def test_clinics_know_their_choices():
    assert check.objects_swapped("B") and check.always_alike("c") and check.words_ignored("bca")
    assert "none of the choices: a, b, c, d, e" in check.objects_swapped("f").message
    orders = {m.wrong for m in check.words_ignored.mistakes} | {check.words_ignored.right}
    assert orders == {"abc", "acb", "bac", "bca", "cab", "cba"}


def test_what_the_matching_loss_is_when_nothing_fits():
    """7.12 calls 2.08 'log 8'."""
    assert math.log(8) == pytest.approx(2.08, abs=0.005)

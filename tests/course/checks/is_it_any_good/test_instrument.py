"""Answers to 9.4 and 9.5 as people write them."""

import math

import pytest

from dalle_edu.course.checks import is_it_any_good as check


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda seen, miss, pass_: (seen - pass_) / (1.0 - (miss + pass_)), "knows nothing"),
        (lambda seen, miss, pass_: seen / (1 - miss), "Only misses"),
        (lambda seen, miss, pass_: max((seen - pass_) / (1 - miss - pass_), 0), "You cut it off"),
        (lambda seen, miss, pass_: (seen - pass_) / (1 - miss), "Nearly: below stands"),
        (lambda seen, miss, pass_: seen - pass_ + miss, "do not simply add"),
        (lambda seen, miss, pass_: (seen - miss) / (1 - miss - pass_), "exchanged"),
        (lambda seen, miss, pass_: seen * (1 - miss) + pass_ * (1 - seen), "the way there"),
        (lambda seen, miss, pass_: 7 * seen, "right is"),
    ],
)
def test_corrected(answer, says):
    assert says in check.corrected(answer).message


def test_the_correction_brings_a_judged_share_back():
    share, misses, fooled = 0.8, 0.07, 0.03
    seen = share * (1 - misses) + (1 - share) * fooled
    assert check.corrected.oracle(seen, misses, fooled) == pytest.approx(share)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda error, n: 1 - math.exp(n * math.log1p(-error)), "does not survive"),
        (lambda error, n: n * error, "can exceed 1"),
        (lambda error, n: pow(1 - error, n), "*none* does"),
        (lambda error, n: error**n, "*all* of them"),
        (lambda error, n: error, "the judge itself picks"),
    ],
)
def test_best_of(answer, says):
    assert says in check.best_of(answer).message


def test_the_numbers_of_the_praise():
    assert check.best_of.oracle(0.01, 64) == pytest.approx(0.474, abs=0.001)

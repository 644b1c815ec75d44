"""Choices of 9.11 to 9.14."""

import pytest

from dalle_edu.course.checks import is_it_any_good as check


@pytest.mark.parametrize(
    ("ask", "answer", "says"),
    [
        (check.three_claims, "CAB", "no judge any more"),
        (check.three_claims, "abc", "the two numbers N"),
        (check.three_claims, "cab?", "none of the choices"),
        (check.copied, "a", "near to what"),
        (check.copied, "d", "unseen real"),
        (check.one_seed, "c", "the same question"),
        (check.one_seed, "b", "three points"),
        (check.too_good, "d", "and it rose"),
        (check.too_good, "c", "a target"),
    ],
)
def test_choices(ask, answer, says):
    assert says in ask(answer).message

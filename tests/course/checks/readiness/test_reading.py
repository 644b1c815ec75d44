"""What the ten answers say together."""

import re

from dalle_edu.course.checks import readiness as check
from dalle_edu.course.checks.exercise import Build, Choice, Estimate, Verdict
from dalle_edu.course.checks.readiness.reading import FIRST

QUESTIONS = [
    vars(check)[name]
    for name in check.__all__
    if isinstance(vars(check)[name], Build | Choice | Estimate)
]


def verdicts(states):
    """One verdict a letter: r right, w wrong, u undone; each with a page of its own."""
    words = {"r": "right", "w": "not right yet", "u": "not done yet"}
    return [Verdict(f"A.{i}", words[s], "", f"page {i}") for i, s in enumerate(states, 1)]


def test_ten_questions_each_with_a_page_to_read():
    assert sorted(int(q.exercise[2:]) for q in QUESTIONS) == list(range(1, 11))
    for question in QUESTIONS:
        assert re.fullmatch(r"[^:]+: https://[\w.]+/\S+", question.read), question.exercise


def test_all_right_starts_at_00():
    found = str(check.result(*verdicts("rrrrrrrrrr")))
    assert found == "10 of 10 right: you can follow it, start at 00."


def test_two_missing_start_at_00_and_name_the_pages():
    found = str(check.result(*verdicts("rrwrrrrrwr")))
    assert found.startswith("8 of 10 right: you can follow it, start at 00. When there is time")
    assert found.splitlines()[1:] == ["  page 3", "  page 9"]


def test_half_read_what_is_missing_first():
    found = str(check.result(*verdicts("rrwwwrrrww")))
    assert "5 of 10 right: nearly" in found and found.count("page") == 5


def test_a_page_is_named_once():
    twice = [*verdicts("rrrrrrrr"), *[Verdict("A.9", "not right yet", "", "page 9")] * 2]
    assert str(check.result(*twice)).count("page 9") == 1


def test_few_read_these_two_first():
    found = str(check.result(*verdicts("rrrrwwwwww")))
    assert "4 of 10 right: read these two first" in found
    assert len(FIRST) == 2 and all(page in found for page in FIRST)


def test_undone_ones_are_named_and_nothing_is_judged():
    found = check.result(*verdicts("rurrrrrrru"))
    assert found.right == 8 and str(found) == "8 of 10 right, 2 not done yet: A.2, A.10."

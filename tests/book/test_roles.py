"""Chapters that a text names are put through a role, others are not."""

import pytest

from book.roles import linked


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Built in chapter 2.", "Built in <chapter 2>."),
        ("Chapters 5, 6 and 7", "Chapters <5>, <6> and <7>"),
        ("chapters 2 to 4;", "chapters <2> to <4>;"),
        ("chapter 3.2", "chapter 3.2"),
        ("many chapters", "many chapters"),
        ("chapter 12", "<chapter 12>"),
        ("those of appendix A: build", "those of <appendix A>: build"),
        ("appendix B, Appendices", "appendix B, Appendices"),
    ],
)
def test_what_is_linked(text, wanted):
    assert linked(text, lambda said: f"<{said}>") == wanted

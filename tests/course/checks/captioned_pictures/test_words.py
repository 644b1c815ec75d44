"""Answers to 1.6 to 1.8 as people write them."""

import warnings

import pytest
import torch

from dalle_edu.course.checks import captioned_pictures as check
from dalle_edu.course.checks.captioned_pictures.words import hear, ratio
from dalle_edu.data.tokenizer import Tokenizer


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda ids: ids.gt(1).sum(dim=1), "do not"),
        (lambda ids: torch.stack([(row >= 2).sum() for row in ids]), "do not"),
        (lambda ids: ids.gt(0).sum(dim=1), "start token, id 1"),
        (lambda ids: torch.tensor([len(row) for row in ids]), "Padding is counted"),
        (lambda ids: ids.gt(1).sum(), "whole batch"),
    ],
)
def test_tokens_each(answer, says):
    assert says in check.tokens_each(answer).message


def cutter(when, message="caption {} has {} tokens: cut"):
    def fit(rows, length):
        out = torch.zeros(len(rows), min(length, max(len(r) for r in rows)), dtype=torch.long)
        for i, row in enumerate(rows):
            if when(len(row), length):
                warnings.warn(message.format(i, len(row)), stacklevel=1)
            for j, token in enumerate(row[: out.shape[1]]):
                out[i, j] = token
        return out

    return fit


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (cutter(lambda n, length: n > length), "Nothing is lost in silence"),
        (cutter(lambda n, length: False), "without a word"),
        (cutter(lambda n, length: n >= length), "exactly `length` tokens fits"),
        (cutter(lambda n, length: True), "never read"),
        (cutter(lambda n, length: n > length, "too long"), "right is"),
        (lambda rows, length: Tokenizer.__call__(None, rows, length), "library's version"),
        (3, "Give the function itself"),
    ],
)
def test_fit(answer, says):
    assert says in check.fit(answer).message


def test_the_stub_of_fit_is_not_done():
    def stub(rows, length):
        raise NotImplementedError

    assert check.fit(stub).state == "not done yet"


def test_hear_gives_value_and_numbers():
    def speak(x):
        for text in ("row 4 of 9", "none"):
            warnings.warn(text, stacklevel=1)
        return x

    assert hear(speak)("a") == ("a", [-1, 4])


@pytest.mark.parametrize(
    ("guess", "says"),
    [
        (0.85, "Measured"),
        (0.35, "ratio of characters"),
        (4.5, "three bytes"),
        (1.45, "with the rule"),
        (0.6, "no room"),
        (1.1, "Less"),
        (-1, "positive"),
    ],
)
def test_predicted_ratio(guess, says):
    assert says in check.predict_ratio(guess).message


def test_the_ratio_is_stable_and_the_rule_costs_what_it_says():
    assert abs(ratio(200) - ratio(400)) < 0.1
    assert ratio() < 1 < 1.3 < ratio(glued=False)

"""Answers to A.1 to A.4 as people write them."""

from collections import Counter, defaultdict

import pytest
import torch

from dalle_edu.course.checks import readiness as check


def test_counting_in_other_words_is_right():
    def default(captions):
        counts = defaultdict(int)
        for word in " ".join(captions).split():
            counts[word] += 1
        return counts

    assert check.count_words(default)
    assert check.count_words(lambda captions: Counter(" ".join(captions).split()))


def letters(captions):
    counts = {}
    for caption in captions:
        for word in caption:
            counts[word] = counts.get(word, 0) + 1
    return counts


def forgetful(captions):
    counts = {}
    for caption in captions:
        counts = {}
        for word in caption.split():
            counts[word] = counts.get(word, 0) + 1
    return counts


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (letters, "its letters"),
        (forgetful, "before the loop"),
        (lambda captions: dict.fromkeys(" ".join(captions).split(), 1), "Every word has 1"),
        (lambda captions: len(" ".join(captions).split()), "number of all words"),
        (lambda captions: {}, "right is {'a': 2"),
    ],
)
def test_counting_as_people_get_it_wrong(answer, says):
    verdict = check.count_words(answer)
    assert says in verdict.message and "docs.python.org" in str(verdict)


def test_shapes():
    assert check.shapes("c") and torch.zeros(32, 1, 64).add(torch.zeros(10, 64)).shape == (
        32,
        10,
        64,
    )
    assert check.shapes((32, 10, 64)) and check.shapes("(32, 10, 64)")
    assert "lined up from the right" in check.shapes((10, 32, 64)).message
    assert "length 1 fits" in check.shapes("a").message
    assert "numpy.org" in str(check.shapes("b"))


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda x: x.flatten(2).mean(2), "axes you name"),
        (lambda x: x.mean(3).mean(2), "axes you name"),
        (lambda x: torch.einsum("bchw->bc", x) / x.shape[2] / x.shape[3], "axes you name"),
        (lambda x: x.mean(0).mean(1).mean(1), "over the batch too"),
        (lambda x: x.flatten(1).mean(1), "One number a picture"),
        (lambda x: x.mean((-1, -2), keepdim=True), "leave `keepdim` out"),
        (lambda x: x.sum((2, 3)) / 3, "right is"),
    ],
)
def test_mean_colour(answer, says):
    assert says in check.mean_colour(answer).message


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda a, b: torch.cdist(a, b).square(), "(N, 1, D)"),
        (lambda a, b: a.square().sum(1)[:, None] + b.square().sum(1) - 2 * a @ b.T, "(N, 1, D)"),
        (torch.cdist, "their squares"),
        (lambda a, b: torch.stack([(x - b).square().sum(1) for x in a]), "Without a loop"),
        (lambda a, b: (a.unsqueeze(0) - b.unsqueeze(1)).pow(2).sum(-1), "exchanged"),
        (lambda a, b: (a - b).square().sum(1), "it stopped: RuntimeError"),
        (lambda a, b: (a[:, None] - b[None]) ** 2, "sum over the last axis"),
    ],
)
def test_squared_distances(answer, says):
    assert says in check.squared_distances(answer).message

"""Answers to 1.3 to 1.5 as people write them."""

import pytest

from dalle_edu.course.checks import captioned_pictures as check
from dalle_edu.course.checks.captioned_pictures.meaning import shared
from dalle_edu.world import describe, sample
from dalle_edu.world.scene import encode
from dalle_edu.world.truth import truth_matrix


def test_scenes_counted_are_captions_that_share_their_meaning():
    scenes = [sample(k) for k in range(300)]
    captions = [describe(s, seed=k) for k, s in enumerate(scenes)]
    truth = truth_matrix([encode(s) for s in scenes], captions)
    assert int((truth.sum(0) > 1).sum()) == shared(300, things=None)


@pytest.mark.parametrize("seed", range(3))
def test_about_a_sixth_share_their_meaning(seed):
    assert 120 < shared(seed=seed, things=None) < 220


def test_one_thing_shares_more_often_than_equal_chances_would():
    found = [shared(seed=seed) for seed in range(3)]
    assert min(found) > 1000 * 999 / 69_120 and max(found) < 84
    assert 21 < found[0] < 60 and shared(things=2) <= 5


@pytest.mark.parametrize(
    ("guess", "says"),
    [
        (40, "Measured"),
        (25, "Measured"),
        (0.04, "not the share"),
        (-3, "not negative"),
        (2, "for two things"),
        (14, "equally likely"),
        (166, "multiplies them"),
    ],
)
def test_predicted_number(guess, says):
    assert says in check.predict_shared(guess).message


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda sizes: len(sizes) / sum(sizes), "Meanings divided by captions"),
        (
            lambda sizes: sum(1 / k for k in sizes for _ in range(k)) / sum(sizes),
            "Meanings divided by captions",
        ),
        (lambda sizes: len([k for k in sizes if k == 1]) / sum(sizes), "one time in k"),
        (lambda sizes: sum(1 / k for k in sizes) / len(sizes), "averaged over meanings"),
    ],
)
def test_ceiling(answer, says):
    assert says in check.ceiling(answer).message

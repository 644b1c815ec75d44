"""English texts: known words only, in the order that the claims need."""

import random
import re

import pytest

from dalle_edu.world import english
from dalle_edu.world.caption import Style, describe
from dalle_edu.world.scene import COLOURS, FILLS, SHAPES, WHOLE, Scene, sample
from dalle_edu.world.truth import Claims, Mention

PROMPT = "A blue sky with white clouds and a sun in the corner."


def texts(claims: Claims, n: int = 200) -> set[str]:
    return {english.phrase(claims, Style(seed)).lower().rstrip(".") for seed in range(n)}


def test_the_articles_prompt_is_in_the_grammar():
    scene = Scene("blue", "grass", 2, "sun", "left")
    claims = Claims(sky="blue", clouds="some", light="sun")
    assert claims in [describe(scene, "terse", seed=seed).claims for seed in range(200)]
    assert PROMPT in [english.phrase(claims, Style(seed)) for seed in range(4000)]


def test_every_word_is_in_the_list_and_every_word_is_used():
    used = set()
    for seed in range(1200):
        for kind in ("complete", "terse", "vague"):
            used |= set(
                re.findall(
                    r"\w+",
                    describe(sample(seed, None, WHOLE), kind, "en", seed, WHOLE).text.lower(),
                )
            )
    assert used == set(english.words())
    assert english.words() == sorted(english.words())


def test_looks_stand_before_the_shape():
    mention = Mention("arrow", "orange", "small", "outline", "centre")
    (text,) = {
        t
        for t in texts(Claims(mentions=(mention,), complete=True))
        if t.startswith("a ") and "center" in t
    }
    assert text == "a small outlined orange arrow in the center"
    assert "an arrow" in texts(Claims(mentions=(Mention("arrow"),)))
    assert "three crosses" in texts(Claims(mentions=(Mention("cross", count=3),)))


def test_both_sides_of_a_relation():
    mentions = Mention("star", "blue"), Mention("cross")
    said = texts(Claims(mentions=mentions, relations=((0, "left", 1),), complete=True))
    assert said >= {"a blue star to the left of a cross", "a cross to the right of a blue star"}
    assert not said & {"a cross to the left of a blue star", "a blue star to the right of a cross"}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_place_never_seems_to_hold_for_two(order):
    two = (Mention("star", column="left"), Mention("cross"))
    for text in texts(Claims(mentions=tuple(two[i] for i in order), complete=True)):
        assert re.fullmatch(r"(a )?star on the left( and|,) (a )?cross", text), text


def test_what_follows_above_is_one_thing():
    three = (Mention("star"), Mention("cross"), Mention("ring"))
    for text in texts(Claims(mentions=three, relations=((0, "above", 1),), complete=True)):
        assert " and " not in text, text


def test_phrasings_are_many():
    scene = next(s for seed in range(99) if len((s := sample(seed)).things) == 2)
    assert len({describe(scene, seed=seed).text for seed in range(100)}) > 80


def test_all_spellings_of_grey_are_heard():
    rng = random.Random(0)
    grey = Scene("grey", "snow", 0, "none", "left")
    said = " ".join(describe(grey, seed=rng).text for _ in range(50))
    assert "grey" in said
    assert "gray" in said


def test_tables_cover_the_grammar():
    assert set(english.COLOUR) == set(COLOURS)
    assert set(english.PLURAL) == set(SHAPES)
    assert {*english.FILL, "solid"} == set(FILLS)

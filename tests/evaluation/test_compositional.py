"""Prompt sets: fixed, apart, of their category; scores of readings that never err, and that do."""

import math
from dataclasses import replace

import pytest

from dalle_edu.evaluation.compositional import (
    CATEGORIES,
    SPLITS,
    attributes,
    prompts,
    score,
    wilson,
)
from dalle_edu.evaluation.judge import Reading
from dalle_edu.world.caption import describe
from dalle_edu.world.edits import edit
from dalle_edu.world.scene import (
    COLUMNS,
    DRAWN,
    HELD_OUT_PAIRS,
    WIDE,
    Scene,
    Thing,
    held_out,
    sample,
)


def told(asked):
    return [Reading(scene, 1.0) for scene, _ in asked]


@pytest.mark.parametrize("category", list(CATEGORIES))
@pytest.mark.parametrize(("language", "kind"), [("en", "complete"), ("zh", "terse")])
def test_prompts_are_fixed_seen_and_true(category, language, kind):
    asked = prompts("seen", category, language, kind, 12)
    assert asked == prompts("seen", category, language, kind, 12)
    assert asked[:5] == prompts("seen", category, language, kind, 5)
    assert len({caption.text for _, caption in asked}) == 12
    for scene, caption in asked:
        assert caption.true_of(scene) and not held_out(scene)
        assert (caption.language, caption.kind) == (language, kind)
    assert all(rate.share == 1 for rate in score(told(asked), asked).values())


def test_test_and_dev_share_no_prompt():
    for category in ("no thing", "one thing", "two things"):
        parts = [
            {caption.text for _, caption in prompts("seen", category, "en", "terse", 100, part)}
            for part in ("test", "dev")
        ]
        assert not parts[0] & parts[1]


@pytest.mark.parametrize(
    ("category", "split"),
    [
        ("one thing", "pair"),
        ("two things", "pair"),
        ("two things", "order"),
        ("counting", "count"),
        ("above and below", "stack"),
    ],
)
def test_held_out_prompts_hold_one_kind_of_combination_and_name_it(category, split):
    assert split in SPLITS
    for scene, caption in prompts(split, category, "en", "terse", 20):
        assert held_out(scene) == {split}
        mentions = caption.claims.mentions
        if split == "pair":
            assert any((m.colour, m.shape) in HELD_OUT_PAIRS for m in mentions)
        if split == "order":
            assert caption.claims.relations or {m.column for m in mentions} == {"left", "right"}


def test_categories_are_what_they_say():
    def scenes(category):
        return [scene for scene, _ in prompts("seen", category, "en", "complete", 20)]

    assert {len(s.things) for s in scenes("no thing")} == {0}
    assert {len(s.things) for s in scenes("one thing")} == {1}
    assert {len(s.things) for s in scenes("two things")} == {2}
    assert all(s.clouds and s.light != "none" for s in scenes("weather"))
    assert all(len({t.colour for t in s.things}) == 2 for s in scenes("colour"))
    assert all(t.shape in DRAWN for s in scenes("drawn things") for t in s.things)
    assert all({t.fill for t in s.things} != {"solid"} for s in scenes("fills"))
    assert all(len(s.things) == 3 for s in scenes("three things"))
    assert {len(s.things) for s in scenes("counting")} == {2, 3, 4}
    assert all(any(t.row for t in s.things) for s in scenes("above and below"))


def test_words_that_are_unknown_and_scenes_that_do_not_exist():
    for words in (("some", "one thing"), ("seen", "five things")):
        with pytest.raises(ValueError, match="is unknown: use one of"):
            prompts(*words, "en", "complete", 1)
    with pytest.raises(ValueError, match="is unknown: use one of test, dev"):
        prompts("seen", "one thing", "en", "complete", 1, "train")
    with pytest.raises(ValueError, match="0 of 1 prompts: ask for fewer"):
        prompts("pair", "no thing", "en", "complete", 1)


def two(colours=("red", "blue"), shapes=("square", "cross"), sizes=("small", "large")) -> Scene:
    columns = ("left", "right")
    things = tuple(map(Thing, shapes, colours, sizes, columns))
    return Scene("blue", "grass", 1, "sun", "left", things)


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"sky": "night"}, {"sky"}),
        ({"ground": "sand"}, {"ground"}),
        ({"clouds": 2}, {"clouds"}),
        ({"corner": "right"}, {"light"}),
        ({"light": "none", "corner": "left"}, {"light"}),
        ({"things": two(("red", "green")).things}, {"colour"}),
        ({"things": two(("blue", "red")).things}, set()),  # only bound wrongly
        ({"things": two(shapes=("square", "star")).things}, {"shape"}),
        ({"things": two(sizes=("small", "small")).things}, {"size"}),
        ({"things": two().things[:1]}, {"number", "colour", "shape", "size", "place"}),
    ],
)
def test_each_attribute_is_scored_apart(change, wrong):
    scene = two()
    caption = describe(scene, "complete", "en", 3)
    rates = score([Reading(replace(scene, **change), 1.0)], [(scene, caption)])
    assert rates["all"].share == 0 and rates["legible"].share == 1
    assert {name for name, rate in rates.items() if not rate.share} - {"all"} == wrong


def test_what_a_caption_leaves_open_is_not_scored():
    for seed in range(60):
        scene = sample(seed, "seen", WIDE)
        caption = describe(scene, "terse", "en", seed, WIDE)
        named = attributes(scene, (scene, caption))
        assert all(named.values())
        assert ("sky" in named) == (caption.claims.sky is not None)
        assert ("size" in named) == any(m.size for m in caption.claims.mentions)


def test_what_cannot_be_told_is_wrong_everywhere():
    asked = prompts("seen", "two things", "en", "complete", 8)
    rates = score([Reading(None, 0.1)] * 8, asked)
    assert {rate.right for rate in rates.values()} == {0}
    half = score([Reading(None, 0.1)] * 4 + told(asked)[4:], asked)
    assert (half["all"].right, half["all"].of, half["all"].share) == (4, 8, 0.5)
    assert (half["sky"].low, half["sky"].high) == wilson(4, 8)


def test_edited_scenes_are_never_entirely_right():
    asked = prompts("seen", "two things", "en", "complete", 40)
    edited = [Reading(edit(scene, i), 1.0) for i, (scene, _) in enumerate(asked)]
    assert score(edited, asked)["all"].right == 0


def test_one_reading_a_prompt():
    asked = prompts("seen", "one thing", "en", "complete", 2)
    with pytest.raises(ValueError, match="1 readings of 2 prompts"):
        score(told(asked)[:1], asked)


def test_numbers_and_places_are_scored():
    star = Thing("star", "blue", "small", "left")
    three = Scene(
        "blue", "none", 0, "none", "left", tuple(replace(star, column=c) for c in COLUMNS)
    )
    odd = replace(three, things=(*three.things[:2], replace(three.things[2], colour="green")))
    caption = describe(three, "complete", "en", 0, WIDE)
    assert caption.claims.mentions[0].count == 3
    named = attributes(odd, (three, caption))
    assert {name for name, good in named.items() if not good} == {"colour"}
    scene = two()
    moved = replace(scene, things=(scene.things[0], replace(scene.things[1], column="centre")))
    for seed in range(20):  # by columns it is wrong, by "to the left of" it is right
        caption = describe(scene, "complete", "en", seed)
        by_columns = not caption.claims.relations
        assert attributes(moved, (scene, caption))["place"] == (not by_columns)
    above = Scene("blue", "none", 0, "none", "left", (star, replace(star, shape="cross", row=1)))
    caption = describe(above, "complete", "en", 0, WIDE)
    apart = replace(above, things=(star, replace(star, shape="cross", column="right")))
    assert not attributes(apart, (above, caption))["place"]


@pytest.mark.parametrize("successes, n", [(0, 10), (10, 10), (3, 7), (81, 263), (1, 1), (500, 500)])
@pytest.mark.parametrize("z", [1.0, 1.96])
def test_wilson_ends_solve_their_equation(successes, n, z):
    """An end p is where |share - p| is exactly z standard errors *at p*."""
    share = successes / n
    for p in wilson(successes, n, z):
        assert (share - p) ** 2 == pytest.approx(z * z * p * (1 - p) / n)


def test_wilson_known_values_and_edges():
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)  # Newcombe 1998, table I
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=1e-4)
    low, high = wilson(100, 100)
    assert high == 1 and 0.96 < low < 0.97  # not of zero width at 100 %
    low, high = wilson(0, 100)
    assert low == 0 and 0.03 < high < 0.04
    a, b = wilson(30, 100), wilson(70, 100)
    assert (1 - a[1], 1 - a[0]) == pytest.approx(b)


def test_wilson_covers():
    """95 % of intervals hold the truth, counted exactly over the binomial distribution."""
    n, p = 50, 0.9
    covered = sum(
        math.comb(n, k) * p**k * (1 - p) ** (n - k)
        for k in range(n + 1)
        if wilson(k, n)[0] <= p <= wilson(k, n)[1]
    )
    assert 0.93 < covered < 0.985


def test_wilson_errors():
    for successes, n in ((0, 0), (-1, 5), (6, 5)):
        with pytest.raises(ValueError, match=f"{successes} of {n}"):
            wilson(successes, n)

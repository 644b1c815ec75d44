"""Chinese texts: made of known pieces only, and as clear as the claims."""

from dalle_edu.world import chinese
from dalle_edu.world.caption import Style, describe
from dalle_edu.world.scene import COLOURS, FILLS, SHAPES, WHOLE, sample
from dalle_edu.world.truth import Claims, Mention


def texts(claims: Claims, n: int = 200) -> set[str]:
    return {chinese.phrase(claims, Style(seed)).rstrip("。") for seed in range(n)}


def unknown(text: str, words: list[str]) -> str:
    """What is left of a text after a longest match from the left."""
    left, longest = "", sorted(words, key=len, reverse=True)
    while text:
        word = next((w for w in longest if text.startswith(w)), "")
        left += "" if word else text[0]
        text = text[len(word) or 1 :]
    return left


def test_every_piece_is_in_the_list():
    words = chinese.words()
    assert words == sorted(set(words))
    assert "" not in words
    for seed in range(600):
        for kind in ("complete", "terse", "vague"):
            text = describe(sample(seed, None, WHOLE), kind, "zh", seed, WHOLE).text
            assert set(unknown(text, words)) <= set("，。、"), text
    assert unknown("一个红色的恐龙", words) == "恐龙"


def test_looks_and_measure_words():
    star = Claims(mentions=(Mention("star", "red", "large"),), complete=True)
    assert texts(star) == {"一颗红色的大星星", "一颗大的红色星星"}
    three = Claims(mentions=(Mention("fish", count=3),), complete=True)
    assert texts(three) == {"三条鱼"}
    house = Claims(mentions=(Mention("house", "blue", fill="dotted"),), complete=True)
    assert texts(house) == {"一座带圆点的蓝色房子"}


def test_both_sides_of_a_relation():
    mentions = Mention("star"), Mention("cross")
    said = texts(Claims(mentions=mentions, relations=((0, "left", 1),), complete=True))
    assert said == {
        "一颗星星在一个十字的左边",
        "一个十字在一颗星星的右边",
        "一颗星星，它右边是一个十字",
        "一个十字，它左边是一颗星星",
    }


def test_a_place_holds_for_its_own_thing():
    two = (Mention("star"), Mention("cross", column="left"))
    assert texts(Claims(mentions=two, complete=True)) == {
        "左边有一个十字，还有一颗星星",
        "左边是一个十字，还有一颗星星",
        "一个十字在左边，还有一颗星星",
    }


def test_the_same_name_again_is_another():
    two = Claims(mentions=(Mention("star"), Mention("star")), complete=True)
    assert texts(two) == {"一颗星星和另一颗星星"}


def test_tables_cover_the_grammar():
    assert set(chinese.COLOUR) == set(COLOURS)
    assert set(chinese.SHAPE) == {*SHAPES, None}
    assert {*chinese.FILL, "solid"} == set(FILLS)

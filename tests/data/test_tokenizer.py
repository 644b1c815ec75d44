"""Tokenizer: exact for any text, whole words, honest about what it cuts and does not know."""

import json
import random
import warnings

import pytest
import torch

from dalle_edu.data.tokenizer import PAD, START, Tokenizer, fold, words
from dalle_edu.world import chinese, english
from dalle_edu.world.caption import describe
from dalle_edu.world.scene import WHOLE, sample

CAPTIONS = [
    "A large red circle on the left and a small blue star on the right, over snow.",
    "a night sky with two white clouds and a moon in the top left corner",
    "A blue sky with white clouds and a sun in the corner.",
    "蓝天白云，角落里有一个太阳。",
    "左边一个红色的大圆形，右边一个蓝色的小星星，在雪地上。",
]
LEXICON = {
    "en": sorted({w for c in CAPTIONS[:3] for w in words(c)}),
    "zh": ["红色", "蓝色", "的", "圆形", "大"],
}
TEXTS = [
    "a red circle",
    "A RED CIRCLE",
    "红色的圆形 and a star",
    "مرحبا بالعالم",
    "हिन्दी में",
    "😀👩‍🚀 ❤️",
    "\x00 \n\r\t  two  spaces  ",
    "<pad> <start><pad>",
    "it's 3.14 ... don't\u2028",
    "\U0010ffff\ufffd\u200b\ufeff",
    "",
]


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer.train(CAPTIONS, 700, lexicon=LEXICON)


@pytest.mark.parametrize("text", TEXTS)
def test_round_trip_is_exact(tokenizer, text):
    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids) == text
    assert not {PAD, START} & set(ids)


def test_round_trip_of_random_characters(tokenizer):
    rng = random.Random(0)
    characters = [chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    for _ in range(200):
        text = "".join(rng.choices(characters, k=20)) + "".join(rng.choices(characters[:500], k=20))
        assert tokenizer.decode(tokenizer.encode(text)) == text


def test_a_lone_surrogate_is_one_clear_error(tokenizer):
    with pytest.raises(ValueError, match="lone surrogates"):
        tokenizer.encode("a \ud800")


def test_every_training_word_is_one_token_at_any_place_and_in_any_case(tokenizer):
    for caption in CAPTIONS[:3]:
        for word in words(caption):
            assert len(tokenizer.encode(" " + word)) == 1, word
    first, later = tokenizer(["Red star", "a RED star"])
    assert first[1] == later[2]


def test_chinese_characters_are_never_glued():
    # The pair stands a thousand times, yet each character keeps a token of its own.
    tokenizer = Tokenizer.train(["红色"] * 1000, 400)
    assert tokenizer.pieces("红色") == ["<start>", "␣", "红", "色"]
    assert tokenizer.encode("红色") == tokenizer.encode("红") + tokenizer.encode("色")


def test_a_batch_starts_pads_and_trims(tokenizer):
    ids = tokenizer(["a red star", "", "a blue sky with white clouds"])
    assert ids.dtype == torch.int64
    assert ids.shape == (3, 7)
    assert (ids[:, 0] == START).all()
    assert ids.ne(PAD).sum(1).tolist() == [4, 2, 7]
    assert tokenizer.decode(ids[0]) == " a red star"
    assert tokenizer([]).shape == (0, 1)
    assert torch.equal(tokenizer(["  A\n red  star "]), ids[:1, :4])


def test_a_string_is_not_a_batch(tokenizer):
    with pytest.raises(ValueError, match="list of captions"):
        tokenizer("a red star")


def test_an_over_long_caption_is_cut_with_a_warning_that_says_where(tokenizer):
    with pytest.warns(
        UserWarning, match=r"caption 1 is 15 tokens long: cut after '... .*red circle'"
    ):
        ids = tokenizer(
            ["a star", "a sun and a large red circle on the left over snow ."], length=8
        )
    assert ids.shape == (2, 8)
    assert tokenizer.decode(ids[1]) == " a sun and a large red circle"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert tokenizer(["a sun and a large red circle"], length=8).shape == (1, 8)


def test_a_cut_inside_a_character_is_quoted_without_a_broken_one(tokenizer):
    with pytest.warns(UserWarning, match="cut after '... a star'"):
        tokenizer(["a star 😀"], length=6)


@pytest.mark.parametrize("text", TEXTS)
def test_pieces_align_with_ids(tokenizer, text):
    pieces = tokenizer.pieces(text)
    assert len(pieces) == tokenizer([text]).shape[1]
    assert all(pieces)


def test_pieces_are_readable(tokenizer):
    assert tokenizer.pieces("A red star") == ["<start>", "a", "red", "star"]
    assert tokenizer.pieces("😀")[-4:] == ["😀 1/4", "😀 2/4", "😀 3/4", "😀 4/4"]


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("A red, RED circle; 3 stars!", ["stars"]),
        ("a zebra and a Lion and a ZEBRA", ["zebra", "lion"]),
        ("红色的大象和圆形", ["象和"]),
        ("红色的大圆形。", []),
        ("斑马 red 大象", ["斑马", "象"]),
        ("मेरा red हिन्दी", ["मेरा", "हिन्दी"]),
        ("red🍎star ❤️", ["🍎", "❤️"]),
        ("한국어 circle 123 _-", ["한국어"]),
        ("", []),
    ],
)
def test_unknown_words(tokenizer, text, unknown):
    assert tokenizer.unknown_words(text) == unknown


def test_without_a_lexicon_the_words_of_the_texts_are_known():
    tokenizer = Tokenizer.train(CAPTIONS, 300)
    assert tokenizer.unknown_words("A blue zebra 红色斑马") == ["zebra", "斑马"]


def test_one_json_file_holds_everything(tokenizer, tmp_path):
    path = tmp_path / "tokenizer.json"
    tokenizer.save(path)
    assert json.loads(path.read_text(encoding="utf-8"))["lexicon"]["zh"] == sorted(LEXICON["zh"])
    loaded = Tokenizer.load(path)
    assert torch.equal(loaded(CAPTIONS + TEXTS), tokenizer(CAPTIONS + TEXTS))
    assert loaded.unknown_words("红色的斑马") == ["斑马"]
    assert len(loaded) == len(tokenizer) <= 700
    assert "红色" in path.read_text(encoding="utf-8")


def test_training_twice_gives_the_same_file(tokenizer, tmp_path):
    for name, trained in (
        ("a", tokenizer),
        ("b", Tokenizer.train(iter(CAPTIONS), 700, lexicon=LEXICON)),
    ):
        trained.save(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize(
    "content", [b"\x80\x04K\x01.", b"{}", b'{"lexicon": {}, "bpe": {"a": 1}}', b"[1]"]
)
def test_a_foreign_file_is_refused(tmp_path, content):
    (tmp_path / "t.json").write_bytes(content)
    with pytest.raises(ValueError, match=r"t\.json is not a file that Tokenizer\.save wrote"):
        Tokenizer.load(tmp_path / "t.json")


def test_fold_and_words():
    assert fold("  A Red\nSTAR ") == " a red star"
    assert words("It's RED，红色的2个star") == ["it", "s", "red", "红色的", "个", "star"]


def test_a_vocabulary_smaller_than_the_bytes_is_refused():
    with pytest.raises(ValueError, match="at least 258"):
        Tokenizer.train(CAPTIONS, 257)


def test_little_worlds_words_and_characters_are_single_tokens():
    rng = random.Random(0)
    captions = []
    for _ in range(1500):
        scene = sample(rng, "seen", WHOLE)
        captions += [
            describe(scene, "terse", language, rng, WHOLE).text for language in ("en", "zh")
        ]
    tokenizer = Tokenizer.train(captions, 700, {"en": english.words(), "zh": chinese.words()})
    seen = {word for caption in captions for word in words(caption)}
    for word in seen:
        single = [f" {word}"] if word.isascii() else word
        assert all(len(tokenizer.encode(token)) == 1 for token in single), word
    assert not any(tokenizer.unknown_words(caption) for caption in captions)
    assert tokenizer.unknown_words("A purple zebra on grass, 草地上的斑马") == ["zebra", "斑马"]
    assert tokenizer.unknown_words("A blue sky with white clouds and a sun in the corner.") == []

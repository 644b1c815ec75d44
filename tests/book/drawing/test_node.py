"""The page's JavaScript against the library: tokens, words, sentences and noise are the same."""

import random
import unicodedata
import warnings
from types import SimpleNamespace

import pytest
import torch

from book.drawing import node
from book.drawing.export import reading
from dalle_edu import zoo
from dalle_edu.chain import Chain, noise
from dalle_edu.contrastive import losses
from dalle_edu.data.tokenizer import Tokenizer
from dalle_edu.world import describe, sample

ODD = [
    "",
    " \t\n",
    "\x1c\x85\u3000",
    "\ufeffsky",
    "A  Blue\u00a0SKY\n",
    "<pad><start> sky",
    "it's we'll they're I'm 'd",
    "STRASSE straße ΣΊΣΥΦΟΣ İstanbul ǅ ﬃ",
    "12 ½ ٣ 三3 x2y",
    "red🙂square 👩‍👩‍👧 ❤️ 🇨🇭 ☀☁️",
    "e\u0301te\u0301 नमस्ते مرحبا שלום",
    "〇々⼀㐀 天 々红色",
    "红色的圆在左边，蓝色dragon的龙飞",
    "한국어 ひらがな カタカナー ｱ",
    "\u200b\u00ad\x00\x07 a",
    "“red” – star… (sand)!?",
    "\u180e a \u2028 b \u2003c",
    "a 'quoted' \"word\"",
]


def captions(count=1000):
    """Captions of both languages, made-up ones of every script, and odd ones."""
    rng = random.Random(0)
    letters = [
        c for c in map(chr, range(32, 0x20000)) if unicodedata.category(c) not in ("Cn", "Cs", "Co")
    ]
    found = list(ODD)
    while len(found) < count:
        n = len(found)
        kind = ("complete", "terse", "vague")[n % 3]
        text = describe(sample(n), kind, ("en", "zh")[n // 3 % 2], n).text
        if n % 4 == 1:  # some characters changed
            text = "".join(rng.choice(letters) if rng.random() < 0.1 else c for c in text)
        elif n % 4 == 2:
            text = "".join(rng.choices(letters, k=rng.randrange(1, 30)))
        elif n % 4 == 3:
            text = rng.choice(["{}", "{} {}", " {}\u3000{} "]).format(text.upper(), text)
        found.append(text)
    return found


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer.load(zoo.WEIGHTS / "little-world" / "tokenizer.json")


def told(action, *given):
    """The sentence of a warning or of an error; empty if there is none."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            action(*given)
        except ValueError as error:
            return str(error)
    return str(caught[0].message) if caught else ""


def test_the_tokenizer_is_the_same_on_a_thousand_captions(tokenizer):
    texts = captions()
    assert len(set(texts)) > 950 and sum(len(tokenizer.encode(t)) > 95 for t in texts) > 20
    program = """
      const t = new m.Tokenizer(given.reading);
      return given.texts.map((text) => {
        const { ids, warning } = t.encode(text);
        return { ids, warning, pieces: t.pieces(text), unknown: t.unknownWords(text) };
      });"""
    given = {"reading": reading(tokenizer), "texts": texts}
    for text, found in zip(texts, node.run("draw/tokenizer.mjs", program, given), strict=True):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ids = tokenizer([text])[0].tolist()
        assert found["ids"] == ids, repr(text)
        assert found["pieces"] == tokenizer.pieces(text), repr(text)
        assert found["unknown"] == tokenizer.unknown_words(text), repr(text)
        assert found["warning"] == told(tokenizer, [text]), repr(text)


def test_prompts_are_refused_and_warned_of_in_the_same_sentences(tokenizer):
    cases = [[text] for text in ODD] + [
        ["a sky", " "],
        ["a dragon", "a green unicorn and a dragon"],
        ["红色的龙"],
        ["a blue sky"],
    ]
    program = """
      const t = new m.Tokenizer(given.reading);
      return given.cases.map((prompts) => {
        try { return m.check(t, prompts); } catch (error) { return error.message; }
      });"""
    given = {"reading": reading(tokenizer), "cases": cases}
    chain = SimpleNamespace(tokenizer=tokenizer)
    wanted = [told(Chain.check, chain, case) for case in cases]
    assert node.run("draw/tokenizer.mjs", program, given) == wanted
    assert sum("is empty" in sentence for sentence in wanted) >= 3
    assert sum("never seen" in sentence for sentence in wanted) >= 5


def test_a_text_that_is_none_is_refused_in_the_same_sentence(tokenizer):
    program = """
      try { new m.Tokenizer(given).encode("sky \\ud800"); }
      catch (error) { return error.message; }"""
    found = node.run("draw/tokenizer.mjs", program, reading(tokenizer))
    assert found == told(tokenizer, ["sky \ud800"]) and "surrogates" in found


def test_noise_is_the_same_to_the_last_bit():
    seeds = [0, 1, 7, 12345, 2**31, 2**32 - 1, 2**32, 2**40 + 3, 2**53 - 1]
    cases = [[seed, k, channels] for seed in seeds for k in (0, 1, 63) for channels in (7, 192)]
    program = "return given.map((c) => [...new Uint32Array(m.noise(...c).buffer)]);"
    for case, bits in zip(cases, node.run("draw/noise.mjs", program, cases), strict=True):
        assert bits == noise(*case).numpy().view("uint32").tolist(), case


def test_a_failing_program_says_so():
    with pytest.raises(RuntimeError, match="broken on purpose"):
        node.run("draw/noise.mjs", "throw new Error('broken on purpose')")


def test_the_matrix_that_computes_gives_the_librarys_numbers():
    generator = torch.Generator().manual_seed(0)
    cases = [[[0.8, 0.3, 0.1], [0.2, 0.4, 0.5], [0.0, 0.1, 0.6]]]
    cases += (2 * torch.rand(20, 3, 3, generator=generator) - 1).tolist()
    cases.append([[0.5] * 3] * 3)
    program = """return given.map((c) => [1, 0.1, 0.01].map((t) => [m.shares(c, t), m.infoNce(c, t),
      m.infoNcePull(c, t), m.sigmoidLoss(c, 1 / t, -10), m.tripletLoss(c, 0.3)]));"""
    true = torch.eye(3, dtype=torch.bool)
    for case, found in zip(cases, node.run("compute/losses.mjs", program, cases), strict=True):
        for t, (shares, nce, pull, sigmoid, triplet) in zip((1, 0.1, 0.01), found, strict=True):
            s = torch.tensor(case, dtype=torch.float64, requires_grad=True)
            loss = losses.info_nce(s / t, true)
            loss.backward()
            assert nce == pytest.approx(loss.item(), abs=1e-12)
            assert torch.allclose(torch.tensor(pull, dtype=s.dtype), -s.grad, atol=1e-12)
            assert torch.allclose(torch.tensor(shares, dtype=s.dtype), (s / t).softmax(1))
            wanted = losses.sigmoid_loss(s, true, 1 / t, -10), losses.triplet_loss(s, true, 0.3)
            assert [sigmoid, triplet] == pytest.approx([x.item() for x in wanted])

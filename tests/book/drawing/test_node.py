"""The page's JavaScript against the library: tokens, words, sentences and noise are the same."""

import random
import unicodedata
import warnings
from itertools import pairwise
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from book.drawing import node
from book.drawing.export import reading
from dalle_edu import zoo
from dalle_edu.chain import Chain, noise
from dalle_edu.contrastive import losses
from dalle_edu.data.tokenizer import Tokenizer
from dalle_edu.gan import losses as gan
from dalle_edu.gan import penalties
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


def told_to(network):
    """A torch network as the page holds one."""
    layers = [layer for layer in network if isinstance(layer, torch.nn.Linear)]
    return [
        {
            "inputs": layer.in_features,
            "outputs": layer.out_features,
            "weight": layer.weight.flatten().tolist(),
            "bias": layer.bias.tolist(),
        }
        for layer in layers
    ]


def gradients(loss, network):
    """All gradients of a loss, flat, in the order of the layers."""
    return torch.cat([g.flatten() for g in torch.autograd.grad(loss, network.parameters())])


@pytest.mark.parametrize(("pairs", "gamma"), [(False, 0), (False, 0.02), (True, 0.02)])
def test_both_players_learn_what_the_library_would_teach_them(pairs, gamma):
    torch.manual_seed(0)

    def mlp(*sizes):
        layers = [x for a, b in pairwise(sizes) for x in (nn.Linear(a, b), nn.LeakyReLU(0.2))]
        return nn.Sequential(*layers[:-1]).double()

    G, D = mlp(2, 8, 8, 2), mlp(12, 8, 8, 1)
    frequency = 3 * torch.randn(2, 6, dtype=torch.float64)
    real, z = torch.randn(2, 5, 2, dtype=torch.float64)

    def score(points):
        phase = points @ frequency
        return D(torch.cat([phase.sin(), phase.cos()], 1)).squeeze(1)

    d_loss = gan.relativistic_d if pairs else gan.non_saturating_d
    g_loss = gan.relativistic_g if pairs else gan.non_saturating_g
    fake = G(z).detach()
    both = torch.cat([real, fake]).requires_grad_()
    scores = score(both)
    loss_d = d_loss(*scores.chunk(2)) + gamma * penalties.r1(scores, both)
    loss_g = g_loss(score(real), score(G(z)))
    program = """
      const network = (layers) => layers.map((l) => ({ ...l,
        weight: Float64Array.from(l.weight), bias: Float64Array.from(l.bias) }));
      const players = { G: network(given.G), D: network(given.D),
        frequency: Float64Array.from(given.frequency) };
      const [real, fake, z] = [given.real, given.fake, given.z].map((x) => Float64Array.from(x));
      const flat = ({ loss, gradients }) => [loss,
        ...gradients.flatMap(({ weight, bias }) => [...weight, ...bias])];
      return [flat(m.discriminatorGradients(players, real, fake, given.arm)),
        flat(m.generatorGradients(players, real, z, given.arm))];"""
    given = {name: x.flatten().tolist() for name, x in [("real", real), ("fake", fake), ("z", z)]}
    given |= {"G": told_to(G), "D": told_to(D), "frequency": frequency.flatten().tolist()}
    found = node.run("compute/game.mjs", program, given | {"arm": {"pairs": pairs, "gamma": gamma}})
    for (loss, *theirs), ours, network in zip(found, (loss_d, loss_g), (D, G), strict=True):
        assert loss == pytest.approx(ours.item(), abs=1e-12)
        wanted = gradients(ours, network)
        assert wanted.norm() > 1e-3
        assert torch.allclose(torch.tensor(theirs, dtype=torch.float64), wanted, atol=1e-12)


def test_adam_and_the_count_of_places_are_those_of_the_chapter():
    layer = nn.Linear(3, 2).double()
    adam = torch.optim.Adam(layer.parameters(), lr=0.01, betas=(0.0, 0.99))
    before = told_to([layer])
    steps = torch.randn(4, 8, dtype=torch.float64)
    for step in steps:
        layer.weight.grad, layer.bias.grad = step[:6].view(2, 3).clone(), step[6:].clone()
        adam.step()
    program = """
      const networks = await import(given.networks);
      const network = given.before.map((l) => ({ ...l,
        weight: Float64Array.from(l.weight), bias: Float64Array.from(l.bias) }));
      const move = networks.makeAdam(network);
      for (const s of given.steps) move([{ weight: s.slice(0, 6), bias: s.slice(6) }], 0.01);
      const real = new Float64Array(5000), { uniform, normal } = m.makeRandom(0);
      for (let r = 0; r < 2500; r++) {
        const place = m.PLACES[Math.floor(25 * uniform())];
        for (const c of [0, 1]) real[2 * r + c] = place[c] + m.SIGMA * normal();
      }
      return [[...network[0].weight, ...network[0].bias], m.modes(real),
        m.modes(real.map(() => 5 * uniform() - 2.5)), m.modes(real.map(() => 0))];"""
    module = (node.STATIC / "compute" / "networks.mjs").as_uri()
    given = {"networks": module, "before": before, "steps": steps.tolist()}
    moved, real, smear, heap = node.run("compute/game.mjs", program, given)
    wanted = torch.cat([layer.weight.flatten(), layer.bias]).tolist()
    assert moved == pytest.approx(wanted, abs=1e-12)
    assert real["count"] == 25 and real["share"] == pytest.approx(0.989, abs=0.006)
    assert smear["count"] <= 1 and heap == {"count": 1, "share": 1}

import math

import torch
import torch.nn.functional as F

from dalle_edu.gan.generator import Generator, GeneratorSettings, Listen, UpBlock

TINY = GeneratorSettings(32, 8, 24, 12, 16, 16, (16, 16, 8, 8))


def given(batch=3, length=5):
    words, mask = torch.randn(batch, length, 24), torch.ones(batch, length).bool()
    return words, mask, F.normalize(torch.randn(batch, 12)), torch.randn(batch, 8)


def test_shape_and_range():
    drawn = Generator(TINY)(*given())
    assert drawn.shape == (3, 3, 32, 32)
    assert drawn.abs().max() <= 1


def test_padding_and_company_change_nothing():
    generator = Generator(TINY).eval()
    words, mask, sentence, noise = given()
    padded = torch.cat([words, torch.randn(3, 4, 24)], 1)
    more = torch.cat([mask, torch.zeros(3, 4).bool()], 1)
    alone = generator(words[1:2], mask[1:2], sentence[1:2], noise[1:2])
    together = generator(padded, more, sentence, noise)[1:2]
    assert torch.allclose(alone, together, atol=1e-4)


def test_every_input_matters_unless_words_are_switched_off():
    generator = Generator(TINY).eval()
    inputs = given()
    drawn = generator(*inputs)
    for i in (0, 2, 3):
        changed = [t.clone() for t in inputs]
        changed[i] = torch.randn_like(changed[i])
        assert (generator(*changed) - drawn).abs().max() > 1e-3
    deaf = Generator(GeneratorSettings(32, 8, 24, 12, 16, 16, (16, 16, 8, 8), words_heard=False))
    other = [torch.randn_like(inputs[0]), *inputs[1:]]
    assert torch.equal(deaf(*inputs), deaf(*other))


def test_modulation_of_one_picture_leaves_the_others_alone():
    generator = Generator(TINY).eval()
    words, mask, sentence, noise = given()
    before = generator(words, mask, sentence, noise)
    noise = noise.clone()
    noise[0] += 1
    after = generator(words, mask, sentence, noise)
    assert torch.equal(before[1:], after[1:])
    assert not torch.allclose(before[0], after[0])


def test_a_style_of_zeros_modulates_nothing():
    """The gain is 1 + what the style says: what is said of nothing leaves the picture as it is."""
    block, x = UpBlock(16, 8, 4), torch.randn(2, 16, 4, 4)
    h = block.conv1(F.leaky_relu(F.group_norm(x, 8), 0.2))
    h, skip = (F.interpolate(t, scale_factor=2) for t in (h, block.skip(x)))
    plain = block.conv2(F.leaky_relu(F.group_norm(h, 8), 0.2)) + skip
    assert torch.allclose(block(x, torch.zeros(2, 4)), plain * math.sqrt(0.5), atol=1e-6)
    assert not torch.allclose(block(x, torch.ones(2, 4)), plain * math.sqrt(0.5), atol=1e-2)


def test_attention_of_a_place_sums_to_one_over_real_words():
    generator = Generator(TINY).eval()
    words, mask, sentence, _ = given()
    mask[:, 3:] = False
    heard = generator.reader(words, mask, sentence)
    weights, _ = generator.listen[1].weights(torch.randn(3, 16, 16), heard, mask)
    assert torch.allclose(weights.sum(-1), torch.ones_like(weights[..., 0]), atol=1e-5)
    assert weights[..., 3:].max() < 1e-20


def test_the_first_grid_hears_the_style():
    start = Generator(TINY).eval().start
    assert not torch.allclose(start(torch.ones(1, 16)), start(torch.zeros(1, 16)))


def test_every_word_hears_the_condition():
    generator = Generator(TINY).eval()
    words, mask, sentence, _ = given()
    heard, other = (generator.reader(words, mask, s) for s in (sentence, sentence.flip(0)))
    assert (heard[0] - other[0]).abs().amax(1).min() > 1e-3  # every word of another condition
    assert torch.equal(heard[1], other[1])  # the same condition


def test_places_ask_differently_also_where_the_same_stands():
    layer, words, mask = Listen(16, 4, 24), torch.randn(2, 5, 24), torch.ones(2, 5).bool()
    weights, _ = layer.weights(torch.randn(2, 1, 16).expand(-1, 16, -1), words, mask)
    assert weights.std(2).max() > 1e-3

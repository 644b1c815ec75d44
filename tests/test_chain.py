"""The chain: same seed, same picture, whatever the batch; one sentence for what it refuses."""

import math
import warnings

import numpy as np
import pytest
import torch

from dalle_edu.alignment.maps import make_map
from dalle_edu.chain import Chain, hear, noise
from dalle_edu.data.pictures import to_images, to_pictures
from tests.tiny import MAP, PROMPT, tiny_chain, tiny_parts

PROMPTS = ["a small red circle on the left", PROMPT, "左边有一个红色的圆"]


@pytest.fixture(scope="module")
def chain():
    return tiny_chain()


def apart(a, b):
    return (a.int() - b.int()).abs().max().item()


def test_shape_type_and_contrast(chain):
    drawn = chain(PROMPTS, n=2, seed=0)
    assert drawn.dtype == torch.uint8
    assert drawn.shape == (3, 2, 3, 64, 64)
    assert drawn.float().std() > 5  # the tests below would pass on grey


def test_everything_that_should_matter_matters(chain):
    drawn = chain(PROMPTS, n=2, seed=0)
    assert apart(drawn[0, 0], drawn[1, 0]) > 4
    assert apart(drawn[0, 0], drawn[0, 1]) > 4
    assert apart(drawn[0, 0], chain(PROMPTS[:1], seed=1)[0, 0]) > 4
    parts = tiny_parts()
    untrained = make_map(MAP)
    unaligned = Chain("unaligned", *parts[:2], untrained, parts[3])
    assert apart(drawn[0, 0], unaligned(PROMPTS[:1], seed=0)[0, 0]) > 4
    z = chain.noise(1, 0)
    heard = hear(chain.clip, chain.tokenizer(PROMPTS[:1]))
    first = to_pictures(chain.generate(heard, z))
    for part in (slice(0, chain.mapping.noise), slice(chain.mapping.noise, None)):
        other = z.clone()
        other[:, part] *= -1  # the map's noise alone, the generator's alone
        assert apart(first, to_pictures(chain.generate(heard, other))) > 4


def test_the_generator_hears_every_word_normalised(chain):
    words = hear(chain.clip, chain.tokenizer(PROMPTS)).words
    assert words.mean(-1).abs().max() < 1e-4
    assert (words.std(-1, correction=0) - 1).abs().max() < 1e-2


def test_same_seed_same_picture_whatever_the_batch(chain):
    whole = chain(PROMPTS, n=70, seed=7)  # more than one batch of 64
    assert apart(chain(PROMPTS, n=70, seed=7), whole) == 0
    for i, prompt in enumerate(PROMPTS):
        alone = chain([prompt], n=3, seed=7)[0]  # padded to another length, too
        assert apart(alone, whole[i, :3]) <= 1
    assert apart(chain(PROMPTS[::-1], n=2, seed=7).flip(0), whole[:, :2]) <= 1


def test_another_process_order_draws_the_same(chain):
    """Picture k depends on (seed, k) only: later ones do not need the earlier ones."""
    z = chain.noise(5, 3)
    assert torch.equal(z[4], noise(3, 4, z.shape[1]))
    assert torch.equal(chain.noise(2, 3), z[:2])


def test_no_seed_draws_another_every_time_and_leaves_torch_alone(chain):
    torch.manual_seed(5)
    state = torch.get_rng_state()
    assert apart(chain(PROMPTS[:1]), chain(PROMPTS[:1])) > 4
    chain(PROMPTS, seed=3)
    assert torch.equal(torch.get_rng_state(), state), "global random state was changed"


def test_networks_are_frozen_and_in_evaluation_mode(chain):
    for part in (chain.clip, chain.mapping, chain.generator):
        assert not part.training
        assert not any(p.requires_grad for p in part.parameters())


@pytest.mark.parametrize(
    ("prompts", "error", "says"),
    [
        (["a circle", ""], ValueError, "prompt 1 is empty: give every prompt at least one word"),
        ([" \t\n"], ValueError, "prompt 0 is empty"),
        (["a circle", None], TypeError, "prompt 1 is NoneType, not a text"),
        ([3], TypeError, "prompt 0 is int"),
        ("a circle", TypeError, r"single text: give a list"),
        ([], ValueError, "no prompt"),
    ],
)
def test_what_is_no_prompt_is_one_sentence(chain, prompts, error, says):
    with pytest.raises(error, match=says) as caught:
        chain(prompts)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("n", [0, -1, 1.5, "2", None])
def test_n_below_one(chain, n):
    with pytest.raises(ValueError, match="n is .*: ask for at least one picture"):
        chain(PROMPTS[:1], n=n)


def test_unknown_words_are_named_once_and_drawn_anyway(chain):
    with pytest.warns(UserWarning, match="never seen in training") as caught:
        drawn = chain(["a red Zebra and a zebra", "红色的斑马"], seed=0)
    assert len(drawn) == 2
    (message,) = [str(w.message) for w in caught]
    assert message.count("zebra") == 1
    assert "斑马" in message
    assert "red" not in message and "红" not in message


def test_known_words_do_not_warn(chain):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        chain([PROMPT], seed=0)


def test_draw_is_the_same_as_pil(chain):
    images = chain.draw(PROMPT, n=2, seed=4)
    expected = to_images(chain([PROMPT], n=2, seed=4)[0])
    assert [np.array(i).tolist() for i in images] == [np.array(i).tolist() for i in expected]
    assert images[0].size == (64, 64)


def test_rerank_keeps_the_best_by_the_contrastive_model(chain):
    k, n = 4, 3
    pictures = chain([PROMPT], n * k, seed=2)[0]
    scores = chain.scores(pictures, PROMPT)
    assert scores.shape == (12,)
    assert scores.std() > 0
    kept = chain.draw(PROMPT, n=n, seed=2, rerank=k)
    assert len(kept) == n
    for i, image in enumerate(kept):
        best = i * k + scores[i * k : (i + 1) * k].argmax()
        assert np.array_equal(np.array(image), pictures[best].permute(1, 2, 0).numpy())
    one = chain.draw(PROMPT, seed=2, rerank=1)[0]
    # Drawn alone rather than among twelve: within a level.
    first = torch.from_numpy(np.array(one)).permute(2, 0, 1)
    assert apart(first, pictures[0]) <= 1
    with pytest.raises(ValueError, match="rerank is 0"):
        chain.draw(PROMPT, rerank=0)


def test_scores_add_cosine_and_words(chain):
    """By hand, from the parts of stage 1."""
    pictures = chain([PROMPT], 3, seed=0)[0]
    tokens = chain.tokenizer([PROMPT])
    image, regions = chain.clip.pictures(pictures.float() / 127.5 - 1)
    sentence, words, _ = chain.clip.captions(tokens)
    expected = chain.clip.scale * image @ sentence[0] + chain.clip.matcher(regions, words)[:, 0]
    torch.testing.assert_close(chain.scores(pictures, PROMPT), expected, rtol=1e-4, atol=1e-4)


def test_stages(chain):
    stages = chain.stages(PROMPT, seed=3)
    pieces = chain.tokenizer.pieces(PROMPT)
    assert stages["tokens"] == pieces
    assert stages["words"].shape == (len(pieces), 32)
    for name in ("sentence", "aligned"):
        assert stages[name].shape == (32,)
        assert stages[name].norm().item() == pytest.approx(1, abs=1e-5)
    assert (stages["sentence"] - stages["aligned"]).norm() > 1e-3
    attention = stages["attention"]
    assert attention.shape == (len(pieces), 16, 16)
    assert (attention >= 0).all()
    torch.testing.assert_close(attention.sum(0), torch.ones(16, 16))
    assert apart(stages["picture"], chain([PROMPT], seed=3)[0, 0]) <= 1
    assert not chain.generator.listen[-1]._forward_hooks  # nothing is left behind
    with pytest.raises(ValueError, match="prompt 0 is empty"):
        chain.stages(" ")


def test_interpolation_ends_where_the_prompts_are_drawn(chain):
    way = chain.interpolate(PROMPTS[0], PROMPTS[1], 4, seed=7)
    assert way.shape == (4, 3, 64, 64)
    assert way.dtype == torch.uint8
    ends = chain(PROMPTS[:2], seed=7)[:, 0]
    assert apart(way[0], ends[0]) <= 1
    assert apart(way[-1], ends[1]) <= 1
    assert apart(way[1], ends[0]) > 0 and apart(way[2], ends[1]) > 0
    for steps in (1, 0, 2.0):
        with pytest.raises(ValueError, match="steps is"):
            chain.interpolate(*PROMPTS[:2], steps)
    with pytest.raises(ValueError, match="prompt 1 is empty"):
        chain.interpolate(PROMPTS[0], "", 3)


def test_noise_is_written_down():
    """Another language draws the same picture from the same seed: these may never change."""
    stored = {
        (0, 0): [-0.919282, -0.607529, -0.165415, 0.302926, -0.519336, 0.714846],
        (7, 3): [0.512715, 0.905115, 1.369745, 1.136755, 1.100821],
        (2**40 + 7, 3): [-0.287279, -0.523024, -0.765590, -0.542104, 1.277898],
    }
    for (seed, k), expected in stored.items():
        found = noise(seed, k, len(expected))
        assert found.dtype == torch.float32
        assert found.tolist() == pytest.approx(expected, abs=2e-6)


def by_hand(seed, k, channels):
    """The same in plain integers, as the page's JavaScript will have it."""

    def mixed(x):
        x = (x + 0x9E3779B9) % 2**32
        x = (x ^ x >> 16) * 0x85EBCA6B % 2**32
        x = (x ^ x >> 13) * 0xC2B2AE35 % 2**32
        return x ^ x >> 16

    half = -(-channels // 2)
    words = [mixed(mixed(mixed(mixed(i) ^ seed % 2**32) ^ seed >> 32) ^ k) for i in range(2 * half)]
    uniform = [(word + 1) / 2**32 for word in words]
    pairs = [
        ((-2 * math.log(u)) ** 0.5, 2 * math.pi * v)
        for u, v in zip(uniform[:half], uniform[half:], strict=True)
    ]
    values = [r * f(angle) for f in (math.cos, math.sin) for r, angle in pairs]
    return values[:channels]


@pytest.mark.parametrize(("seed", "k", "channels"), [(0, 0, 64), (7, 5, 9), (2**53 - 1, 1000, 3)])
def test_noise_by_hand(seed, k, channels):
    assert noise(seed, k, channels).tolist() == pytest.approx(by_hand(seed, k, channels), abs=1e-6)


def test_noise_is_normal_over_seeds_and_over_pictures():
    for rows in ([noise(0, k, 64) for k in range(2000)], [noise(s, 0, 64) for s in range(2000)]):
        z = torch.stack(rows).double()
        total = z.numel()
        assert abs(z.mean()) < 4 / total**0.5
        assert abs(z.var() - 1) < 4 * (2 / total) ** 0.5
        assert abs((z**4).mean() - 3) < 4 * (96 / total) ** 0.5
        between = torch.corrcoef(z.T) - torch.eye(64)
        assert between.abs().max() < 5 / 2000**0.5  # no channel follows another
        for sigma, share in ((1, 0.6827), (2, 0.9545), (3, 0.9973)):
            assert (z.abs() < sigma).double().mean() == pytest.approx(share, abs=4e-3)
        assert len(z.unique(dim=0)) == 2000


def test_noise_takes_any_whole_seed():
    found = [noise(seed, 0, 3) for seed in (0, 1, 2**32, 2**32 + 1, 2**63 - 1)]
    assert len({tuple(row.tolist()) for row in found}) == 5

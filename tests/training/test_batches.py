import pytest
import torch

from dalle_edu.training.batches import LittleWorld, candidates, pick, train_tokenizer
from dalle_edu.training.recipes import DataRecipe
from dalle_edu.world.edits import edit
from dalle_edu.world.scene import CORE, WIDE, decode, held_out, sample

DATA = DataRecipe(scenes=256, size=32)


@pytest.fixture(scope="module")
def tokenizer():
    return train_tokenizer(DATA, 0)


@pytest.fixture(scope="module")
def world(tokenizer):
    return LittleWorld(DATA, tokenizer, 0, progress=False)


def test_batch_k_is_a_function_of_seed_and_k(tokenizer, world):
    world.batch(5, 8)
    again = LittleWorld(DATA, tokenizer, 0, progress=False).batch(3, 8)
    batch = world.batch(3, 8)
    assert torch.equal(batch.pictures, again.pictures) and batch.captions == again.captions
    assert torch.equal(batch.tokens, again.tokens)
    other = LittleWorld(DATA, tokenizer, 1, progress=False).batch(3, 8)
    assert not torch.equal(batch.pictures, other.pictures)


def test_true_captions_are_true_and_edited_ones_false(world):
    for k in range(10):
        batch = world.batch(k, 16)
        for row, index in enumerate(batch.index.tolist()):
            scene = decode(world.codes[index].tolist())
            assert scene == world.scenes[index]
            for column, caption in enumerate(batch.captions):
                assert batch.positive[row, column] == caption.true_of(scene)
        assert batch.positive.diagonal().all()
        assert not batch.positive[:, 16:].diagonal().any()


def test_candidates_hold_the_own_caption_the_edit_and_others_once(world):
    batch = world.batch(0, 16)
    columns, true = candidates(batch, 6, torch.Generator().manual_seed(0))
    assert columns[:, 0].tolist() == list(range(16))
    assert columns[:, 1].tolist() == list(range(16, 32))
    assert all(len(set(row)) == 6 for row in columns.tolist())
    assert torch.equal(true, batch.positive.gather(1, columns))


@pytest.mark.parametrize("grammar", [CORE, WIDE])
def test_nothing_held_out_is_ever_met(grammar):
    """Pictures and true captions come from seen scenes, false captions from edits of them."""
    for k in range(400):
        scene = sample(k, "seen", grammar)
        assert not held_out(scene)
        for j in range(3):
            changed = edit(scene, 1000 * k + j, grammar=grammar)
            assert changed is None or not held_out(changed)


def test_no_held_out_pair_is_ever_worded(world):
    from dalle_edu.world.scene import HELD_OUT_PAIRS

    texts = [c.text.casefold() for k in range(60) for c in world.batch(k, 16).captions]
    for colour, shape in HELD_OUT_PAIRS:
        assert not any(f"{colour} {shape}" in text for text in texts)
    assert any("red circle" in text for text in texts)  # the search does find what is there


def test_shares_of_terse_and_chinese_captions(world):
    captions = [c for k in range(60) for c in world.batch(k, 16).captions[:16]]
    terse = sum(c.kind == "terse" for c in captions) / len(captions)
    chinese = sum(c.language == "zh" for c in captions) / len(captions)
    assert abs(terse - DATA.terse) < 0.06 and abs(chinese - DATA.chinese) < 0.06


def test_picked_captions_are_indexed_and_their_gradients_added_in_one_order():
    words, columns = torch.randn(64, 9, 32), torch.randint(64, (48, 8))
    assert torch.equal(pick((words,), columns)[0], words[columns])
    found = []
    for _ in range(5):
        given = words.clone().requires_grad_()
        picked = pick((given,), columns)[0]
        (picked * torch.arange(picked.numel()).view_as(picked).sin()).sum().backward()
        found.append(given.grad)
    assert all(torch.equal(found[0], other) for other in found)

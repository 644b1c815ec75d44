"""The judge's answers, read back into scenes; its threshold; what counts as right."""

import math
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from dalle_edu.data.pictures import to_network
from dalle_edu.evaluation.judge import Judge, JudgeSettings, Reading, heads, judge_loss, right
from dalle_edu.world.caption import describe
from dalle_edu.world.edits import edit
from dalle_edu.world.render import render
from dalle_edu.world.scene import CORE, GRAMMARS, WHOLE, WIDE, encode, sample

TINY = JudgeSettings(widths=(8, 8, 16), summary=4)


def tiny(**changes) -> Judge:
    torch.manual_seed(0)
    return Judge(replace(TINY, **changes)).eval()


def answer(judge: Judge, scenes, legible: float = 20.0) -> None:
    """Makes a judge say of any batch of as many pictures that it shows these scenes."""
    codes = torch.tensor([encode(scene) for scene in scenes])
    answers = tuple(
        20.0 * F.one_hot(codes[:, place], count) for place, count in judge.heads.values()
    )
    judge.forward = lambda pictures: (answers, torch.full((len(pictures),), legible))


def pictures(n: int) -> torch.Tensor:
    return torch.zeros(n, 3, 64, 64, dtype=torch.uint8)


@pytest.mark.parametrize("name", list(GRAMMARS))
def test_heads_have_room_for_every_scene_of_the_grammar(name):
    found = heads(GRAMMARS[name])
    places = torch.tensor([place for place, _ in found.values()])
    counts = torch.tensor([count for _, count in found.values()])
    codes = torch.tensor([encode(sample(i, None, GRAMMARS[name])) for i in range(400)])
    assert (codes[:, places] < counts).all()
    rest = [k for k in range(codes.shape[1]) if k not in places]
    assert set(codes[:, rest].flatten().tolist()) <= {0, 1}  # only "solid" is left to guess
    assert (codes[:, places].amax(0) == counts - 1).float().mean() > 0.9  # and not too much room


def test_heads_of_the_core():
    counts = [count for _, count in heads(CORE).values()]
    assert counts == [4, 4, 3, 5] + [7, 9, 3] * 3
    assert [place for place, _ in heads(CORE).values()][4::3] == [4, 14, 24]
    assert len(heads(WIDE)) == 4 + 6 * 4 and len(heads(WHOLE)) == 4 + 6 * 5


@pytest.mark.parametrize("grammar", list(GRAMMARS))
def test_read_gives_back_the_scenes_that_were_answered(grammar):
    judge = tiny(grammar=grammar)
    scenes = [sample(i, None, GRAMMARS[grammar]) for i in range(60)]
    answer(judge, scenes)
    readings = judge.read(pictures(60))
    assert [reading.scene for reading in readings] == scenes
    assert min(reading.confidence for reading in readings) > 0.99


def test_what_is_not_legible_cannot_be_told():
    judge = tiny()
    scenes = [sample(i) for i in range(5)]
    answer(judge, scenes, legible=-3.0)
    assert [reading.scene for reading in judge.read(pictures(5))] == [None] * 5
    confidence = judge.read(pictures(5))[0].confidence
    assert confidence == pytest.approx(1 / (1 + math.exp(3)), rel=1e-3)
    judge.settings = replace(TINY, threshold=0.04)
    assert [reading.scene for reading in judge.read(pictures(5))] == scenes


def test_one_unsure_answer_is_enough_not_to_tell():
    judge = tiny()
    scene = next(s for s in map(sample, range(99)) if len(s.things) == 2)
    answer(judge, [scene])
    answers, _ = judge.forward(pictures(1))
    answers[list(judge.heads).index("shape 0")].mul_(1e-4)  # nearly even
    reading = judge.read(pictures(1))[0]
    assert reading.scene is None
    assert reading.confidence == pytest.approx(1 / 7, rel=1e-2)


@pytest.mark.parametrize("head", ["shape 0", "colour 0", "size 0"])
def test_a_thing_without_one_attribute_contradicts_itself(head):
    judge = tiny()
    scene = next(s for s in map(sample, range(99)) if len(s.things) == 2)
    answer(judge, [scene])
    answers, _ = judge.forward(pictures(1))
    answers[list(judge.heads).index(head)].zero_()[0, 0] = 20.0
    assert judge.read(pictures(1)) == [Reading(None, 0.0)]


@pytest.mark.parametrize("kind", ["residual", "plain"])
def test_shapes_and_a_batch_read_alike_in_parts(kind):
    judge = tiny(kind=kind)
    shown = torch.stack([render(sample(i), 64, i) for i in range(5)])
    answers, legible = judge(to_network(shown))
    assert [tuple(a.shape) for a in answers] == [(5, n) for _, n in heads(CORE).values()]
    assert legible.shape == (5,) and legible.dtype == torch.float32
    assert judge.trunk(to_network(shown)).shape == (5, 16, 8, 8)
    assert judge.features(shown).shape == (5, 16)
    torch.testing.assert_close(judge.features(shown, batch=2), judge.features(shown))
    whole, parts = judge(shown), judge.read(shown, batch=2)
    assert whole == judge.read(shown)
    for a, b in zip(whole, parts, strict=True):
        assert a.confidence == pytest.approx(b.confidence, abs=1e-5)


def test_reading_leaves_weights_and_statistics_alone():
    judge = tiny().train()
    before = {key: value.clone() for key, value in judge.state_dict().items()}
    judge.read(pictures(3))
    judge.features(pictures(3))
    assert all(torch.equal(before[key], value) for key, value in judge.state_dict().items())


@pytest.mark.parametrize("wrong", [torch.zeros(2, 3, 64, 64), pictures(2)[:, :, :32, :32]])
def test_pictures_of_another_kind_are_refused(wrong):
    with pytest.raises(ValueError, match=r"give uint8 \(B, 3, 64, 64\)"):
        tiny().read(wrong)


def test_right_needs_a_scene_of_which_the_caption_is_true():
    for i in range(40):
        scene = sample(i)
        caption = describe(scene, "complete", "en", i)
        assert right(Reading(scene, 1.0), caption)
        assert not right(Reading(edit(scene, i), 1.0), caption)
        assert not right(Reading(None, 1.0), caption)


def test_loss_counts_what_is_spoiled_for_the_legible_answer_only():
    generator = torch.Generator().manual_seed(0)
    answers = [torch.randn(6, n, generator=generator) for n in (4, 3)]
    codes = torch.stack([torch.arange(6) % 4, torch.arange(6) % 3], 1)
    clear = torch.tensor([True, True, False, True, False, True])
    legible = torch.randn(6, generator=generator)
    reading, telling = judge_loss(answers, legible, codes, clear)
    brute = sum(
        -answers[h][i].log_softmax(0)[codes[i, h]] / 4 for h in (0, 1) for i in range(6) if clear[i]
    )
    assert reading.item() == pytest.approx(brute.item(), rel=1e-5)
    signs = 2 * clear.float() - 1
    assert telling.item() == pytest.approx(F.softplus(-signs * legible).mean().item(), rel=1e-5)
    answers[0][2] += 5.0
    assert judge_loss(answers, legible, codes, clear)[0].item() == pytest.approx(reading.item())
    even = [torch.zeros(6, n) for n in (4, 3)]
    reading, telling = judge_loss(even, torch.zeros(6), codes, clear)
    assert reading.item() == pytest.approx(math.log(12))
    assert telling.item() == pytest.approx(math.log(2))

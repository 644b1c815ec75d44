"""Truth against a slow oracle that reads the scene itself, and the matrix against `true_of`."""

import random
import time
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
import torch

from dalle_edu.world.caption import KINDS, LANGUAGES, Caption, describe
from dalle_edu.world.edits import edit, false_caption
from dalle_edu.world.scene import COLUMNS, CORE, WHOLE, WIDE, Scene, Thing, encode, sample
from dalle_edu.world.truth import Claims, Mention, truth_matrix

GRAMMARS = (CORE, WIDE, WHOLE)


def oracle(claims: Claims, scene: Scene) -> bool:
    """Truth by its definition: some way to point at different things makes all of it so."""
    clouds = 0 if claims.complete and claims.clouds is None else claims.clouds
    light = "none" if claims.complete and claims.light is None else claims.light
    weather = (
        claims.sky in (None, scene.sky)
        and claims.ground in (None, scene.ground)
        and (clouds is None or (scene.clouds > 1 if clouds == "some" else scene.clouds == clouds))
        and light in (None, scene.light)
        and (claims.corner is None or claims.corner == scene.corner)
    )

    def fits(m: Mention, t: Thing) -> bool:
        names = ("shape", "colour", "size", "fill", "column")
        solid = m.fill or not claims.complete or t.fill == "solid"
        return solid and all(getattr(m, n) in (None, getattr(t, n)) for n in names)

    def related(i, kind, j, at) -> bool:
        def column(k):
            return COLUMNS.index(at[k].column)

        if kind == "left":
            return column(i) < column(j)
        if kind == "between":
            a, b = sorted(column(k) for k in j)
            return a < column(i) < b
        upper, lower = (at[i], at[j]) if kind == "above" else (at[j], at[i])
        stacked = upper.column == lower.column and upper.row < lower.row
        return stacked and lower.inside == (kind == "inside")

    one = [m for m in claims.mentions for _ in range(m.count or 1)]
    exact = all(
        m.count is None or sum(fits(m, t) for t in scene.things) == m.count for m in claims.mentions
    )
    named = not claims.complete or len(one) == len(scene.things)
    found = any(
        all(map(fits, one, at)) and all(related(i, kind, j, at) for i, kind, j in claims.relations)
        for at in permutations(scene.things, len(one))
    )
    return weather and exact and named and found


def crowd(seed: int, grammar, n: int = 60) -> tuple[list[Scene], list[Caption]]:
    """Scenes, half of them edits of the others, and captions of all kinds, true and false."""
    rng = random.Random(seed)
    scenes = [sample(rng, None, grammar) for _ in range(n // 2)]
    scenes += [edit(scene, rng, grammar=grammar) for scene in scenes]
    captions = [
        describe(s, rng.choice(KINDS), rng.choice((*LANGUAGES,)), rng, grammar) for s in scenes
    ]
    captions += [false_caption(s, rng.choice(KINDS), "en", rng, None, grammar) for s in scenes]
    return scenes, [c for c in captions if c]


@pytest.mark.parametrize("grammar", GRAMMARS, ids=lambda g: g.name)
def test_truth_is_the_oracles(grammar):
    scenes, captions = crowd(1, grammar)
    true = truth_matrix(np.array([encode(s) for s in scenes]), captions)
    assert true.shape == (len(scenes), len(captions))
    assert true.dtype == torch.bool
    for b, scene in enumerate(scenes):
        for m, caption in enumerate(captions):
            said = oracle(caption.claims, scene)
            assert caption.true_of(scene) == said, (caption, scene)
            assert bool(true[b, m]) == said, (caption, scene)
    assert 0.01 < true.float().mean() < 0.5


STAR = Thing("star", "blue", "large", "left")
ABOVE = replace(STAR, colour="green", column="right")
TWO = Scene("blue", "grass", 2, "sun", "left", (STAR, replace(STAR, column="right")))
STACK = Scene("blue", "none", 0, "none", "left", (ABOVE, replace(ABOVE, shape="cross", row=1)))
ROW = Scene("grey", "sand", 1, "moon", "right", tuple(replace(STAR, column=c) for c in COLUMNS))


STARS = Mention("star"), Mention("star"), Mention("star")
STAR_CROSS = Mention("star"), Mention("cross")
CROSS_STAR = Mention("cross"), Mention("star")
BY_HAND = [
    (Claims(), TWO, True),
    (Claims(complete=True), TWO, False),
    (Claims(clouds="some"), TWO, True),
    (Claims(clouds=1), TWO, False),
    (Claims(clouds="some"), ROW, False),
    (Claims(clouds=0), STACK, True),
    (Claims(clouds=0), ROW, False),
    (Claims(light="sun"), TWO, True),
    (Claims(light="sun", corner="right"), TWO, False),
    (Claims(ground="none"), STACK, True),
    (Claims(ground="none"), TWO, False),
    (Claims(mentions=STARS[:2]), TWO, True),
    (Claims(mentions=STARS), TWO, False),
    (Claims(mentions=(Mention("star", column="left"), STARS[0])), TWO, True),
    (Claims(mentions=(Mention("star", column="left"),) * 2), TWO, False),
    (Claims(mentions=(Mention("star", count=2),)), TWO, True),
    (Claims(mentions=(Mention("star", count=2),)), ROW, False),
    (Claims(mentions=STAR_CROSS, relations=((0, "above", 1),)), STACK, True),
    (Claims(mentions=CROSS_STAR, relations=((0, "above", 1),)), STACK, False),
    (Claims(mentions=CROSS_STAR, relations=((0, "inside", 1),)), STACK, False),
    (Claims(mentions=STAR_CROSS, relations=((0, "left", 1),)), STACK, False),
    (Claims(mentions=STARS, relations=((2, "between", (0, 1)),)), ROW, True),
    (
        Claims(mentions=(Mention(column="left"), *STARS[1:]), relations=((0, "between", (1, 2)),)),
        ROW,
        False,
    ),
]


@pytest.mark.parametrize(("claims", "scene", "said"), BY_HAND)
def test_truth_by_hand(claims, scene, said):
    caption = Caption("", "terse", "en", claims)
    assert caption.true_of(scene) is said
    assert truth_matrix(torch.tensor([encode(scene)]), [caption]).tolist() == [[said]]


def test_an_order_is_a_matter_of_place_not_of_the_list():
    turned = replace(TWO, things=(replace(STAR, column="right"), replace(STAR, shape="cross")))
    claims = Claims(mentions=(Mention("cross"), Mention("star")), relations=((0, "left", 1),))
    assert Caption("", "terse", "en", claims).true_of(turned)


def test_empty_batches_and_wrong_shapes():
    assert truth_matrix(torch.tensor([encode(TWO)]), []).shape == (1, 0)
    with pytest.raises(ValueError, match=r"\(B, 34\)"):
        truth_matrix(torch.zeros(2, 33), [])


def test_a_large_batch_is_quick():
    scenes = [sample(seed) for seed in range(256)]
    captions = [
        describe(scene, ("complete", "terse")[k % 2], seed=k) for k, scene in enumerate(scenes)
    ]
    codes = torch.tensor([encode(scene) for scene in scenes])
    seconds = []
    for _ in range(5):
        start = time.process_time()
        truth_matrix(codes, captions)
        seconds.append(time.process_time() - start)
    # A double loop over `true_of` takes seconds; the aim is 5 ms on a quiet machine.
    assert min(seconds) < 0.05

"""Edited scenes and the false captions they give: one attribute changed, or two things swapped.

False captions teach a contrastive model which word belongs to which thing (chapter 3), and a
discriminator to ask for what was said (chapter 7). No edit makes a held-out combination.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import combinations, pairwise

from . import scene as world
from .caption import Caption, describe
from .scene import CORE, HOSTS, Grammar, Scene, as_random, held_out

# Kinds of edit and how often each is tried: most often what is learned last.
KINDS = {"shape": 5, "colour": 3, "swap shapes": 3, "swap colours": 2, "size": 2, "swap places": 2}
KINDS |= {"place": 2}
KINDS |= dict.fromkeys(("sky", "ground", "clouds", "light", "corner", "fill", "count"), 1)


def edit(
    scene: Scene, seed: int | random.Random = 0, kind: str | None = None, grammar: Grammar = CORE
) -> Scene | None:
    """The scene with one attribute changed, or with shapes, colours or places swapped.

    Equal things that a caption counts are changed together, and "count" changes their number.

    Args:
        scene: what to edit.
        seed: an integer, or a generator to draw from.
        kind: one of `KINDS`; None draws one that is possible, by the weights there.
        grammar: whose words a changed value may take.

    Returns:
        Another scene, never held out (unless `scene` is); None if the kind is impossible here.

    Raises:
        ValueError: if `kind` is unknown.
    """
    if kind is not None and kind not in KINDS:
        raise ValueError(f"kind of edit is {kind!r}: use one of {(*KINDS,)}")
    rng = as_random(seed)
    # Drawn without replacement: the largest of u ^ (1 / weight) first.
    kinds = [kind] if kind else sorted(KINDS, key=lambda k: -(rng.random() ** (1 / KINDS[k])))
    allowed = bool(held_out(scene))
    for name in kinds:
        for edited in _edits(scene, name, grammar, rng):
            if edited != scene and _possible(edited) and (allowed or not held_out(edited)):
                return edited
    return None


def _possible(scene: Scene) -> bool:
    """Whether what lies inside a thing still can: small, in a large solid one of another colour."""
    return all(
        host.shape in HOSTS
        and (host.size, host.fill, guest.size) == ("large", "solid", "small")
        and host.colour != guest.colour
        for host, guest in pairwise(scene.things)
        if guest.inside
    )


def _edits(scene: Scene, kind: str, grammar: Grammar, rng: random.Random) -> Iterator[Scene]:
    """All the edits of one kind, in random order; some may leave the scene as it is."""
    things = scene.things
    values = {"sky": world.SKIES, "ground": world.GROUNDS, "clouds": range(grammar.max_clouds + 1)}
    values |= {"shape": grammar.shapes, "colour": grammar.colours, "size": world.SIZES}
    values |= {"fill": grammar.fills, "place": world.COLUMNS, "light": world.LIGHTS}
    values |= {"corner": world.CORNERS if scene.light != "none" else ()}
    values |= {"count": range(1, grammar.max_things + 1) if grammar.counts else ()}
    alike = len({replace(t, column="", row=0) for t in things}) == 1
    if kind in ("shape", "colour", "size", "fill"):
        together = grammar.counts and alike
        whose = [range(len(things))] if together else [(i,) for i in range(len(things))]
        for value, who in _shuffled(((v, who) for v in values[kind] for who in whose), rng):
            changed = [replace(t, **{kind: value}) if i in who else t for i, t in enumerate(things)]
            yield replace(scene, things=tuple(changed))
    elif kind.startswith("swap"):
        names = {"shapes": ["shape"], "colours": ["colour"], "places": ["column", "row", "inside"]}
        for one, other in _shuffled(combinations(things, 2), rng):
            new = {name: getattr(other, name) for name in names[kind.split()[1]]}
            old = {name: getattr(one, name) for name in new}
            swap = {one: replace(one, **new), other: replace(other, **old)}
            swapped = sorted((swap.get(t, t) for t in things), key=lambda t: t.slot)
            yield replace(scene, things=tuple(swapped))
    elif kind in ("place", "count"):
        for value in _shuffled(values[kind], rng) if alike else ():
            if kind == "count" and value != len(things):
                slots = world.draw_slots(rng, value, grammar.rows)
                equal = (replace(things[0], column=c, row=r) for c, r in slots)
                yield replace(scene, things=tuple(equal))
            elif kind == "place" and len(things) == 1:
                yield replace(scene, things=(replace(things[0], column=value),))
    else:
        for value in _shuffled(values[kind], rng):
            edited = replace(scene, **{kind: value})
            if edited.light == "none":
                edited = replace(edited, corner="left")
            elif scene.light == "none":
                edited = replace(edited, corner=rng.choice(world.CORNERS))
            yield edited


def _shuffled(values: Iterable, rng: random.Random) -> list:
    values = list(values)
    rng.shuffle(values)
    return values


def false_caption(
    scene: Scene,
    kind: str = "complete",
    language: str = "en",
    seed: int | random.Random = 0,
    edit_kind: str | None = None,
    grammar: Grammar = CORE,
) -> Caption | None:
    """A caption of an edited scene that is false of `scene`, however it is worded.

    With the same integer seed, it is worded as `describe` words the true one.

    Args:
        scene: the scene it must be false of.
        kind, language, grammar: as for `describe`.
        seed: an integer, or a generator to draw from.
        edit_kind: one of `KINDS`, or None for any.

    Returns:
        The caption, checked; None if none was found (an impossible edit, or one that captions of
        this kind never name).
    """
    if isinstance(seed, random.Random):
        seed = seed.getrandbits(32)
    rng = random.Random(seed + 1)
    for attempt in range(48):
        edited = edit(scene, rng, edit_kind, grammar)
        if edited is None:
            return None
        # A terse caption can leave out just what was edited: in the end, say it otherwise.
        caption = describe(edited, kind, language, seed if attempt < 6 else rng, grammar)
        if not caption.true_of(scene):
            return caption
    return None

"""Edited scenes and the false captions they give: one attribute changed, or two things swapped.

False captions teach a contrastive model which word belongs to which thing (chapter 3), and a
discriminator to ask for what was said (chapter 7). No edit makes a held-out combination.
"""

import random
from collections.abc import Iterator
from dataclasses import replace

from .caption import Caption, describe
from .scene import (
    COLUMNS,
    CORE,
    CORNERS,
    LIGHTS,
    SIZES,
    SKIES,
    GROUNDS,
    Grammar,
    Scene,
    Thing,
    _draw_slots,
    as_random,
    held_out,
)

# Kinds of edit and how often each is tried: most often what is learned last.
KINDS = {"shape": 5, "colour": 3, "swap shapes": 3, "swap colours": 2, "size": 2, "swap places": 2}
KINDS |= {"place": 2, "sky": 1, "ground": 1, "clouds": 1, "light": 1, "corner": 1, "fill": 1, "count": 1}
HOSTS = ("circle", "square", "hexagon")  # what another thing can lie inside


def edit(
    scene: Scene, seed: int | random.Random = 0, kind: str | None = None, grammar: Grammar = CORE
) -> Scene | None:
    """The scene with one attribute changed, or with an attribute or the places of two things swapped.

    Equal things that a caption counts are changed together, and "count" changes their number.

    Args:
        scene: what to edit.
        seed: an integer, or a generator to draw from.
        kind: one of `KINDS`; None draws one that is possible, by the weights there.
        grammar: whose words a changed value may take.

    Returns:
        Another scene, never held out (unless `scene` itself is); None if the kind is impossible here.

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
    """Whether every thing inside another still can be: in a large, solid, convex one of another colour."""
    return all(
        host.shape in HOSTS
        and (host.size, host.fill, guest.size) == ("large", "solid", "small")
        and host.colour != guest.colour
        for host, guest in zip(scene.things, scene.things[1:])
        if guest.inside
    )


def _edits(scene: Scene, kind: str, grammar: Grammar, rng: random.Random) -> Iterator[Scene]:
    """All the edits of one kind, in random order."""
    things = scene.things
    values = {
        "sky": SKIES,
        "ground": GROUNDS,
        "clouds": range(grammar.max_clouds + 1),
        "light": LIGHTS,
        "corner": CORNERS if scene.light != "none" else (),
        "shape": grammar.shapes,
        "colour": grammar.colours,
        "size": SIZES,
        "fill": grammar.fills,
    }
    if kind in ("shape", "colour", "size", "fill"):
        together = _counted(things, grammar)
        places = [range(len(things))] if together else [(i,) for i in range(len(things))]
        choices = [(value, place) for value in values[kind] for place in places]
        for value, place in _shuffled(choices, rng):
            yield replace(
                scene,
                things=tuple(
                    replace(t, **{kind: value}) if i in place else t for i, t in enumerate(things)
                ),
            )
    elif kind in values:
        for value in _shuffled(values[kind], rng):
            edited = replace(scene, **{kind: value})
            if kind == "light":
                corner = "left" if value == "none" else scene.corner
                if scene.light == "none" and value != "none":
                    corner = rng.choice(CORNERS)
                edited = replace(edited, corner=corner)
            yield edited
    elif kind == "place" and len(things) == 1:
        for column in _shuffled(COLUMNS, rng):
            yield replace(scene, things=(replace(things[0], column=column),))
    elif kind == "count" and things and (len(things) == 1 or _counted(things, grammar)):
        for n in _shuffled(range(2, grammar.max_things + 1), rng) if grammar.counts else ():
            if n != len(things):
                slots = _draw_slots(rng, n, grammar.rows)
                moved = (replace(things[0], column=c, row=r) for c, r in slots)
                yield replace(scene, things=tuple(moved))
    elif kind.startswith("swap"):
        names = {"shapes": ("shape",), "colours": ("colour",), "places": ("column", "row", "inside")}
        pairs = [(i, j) for j in range(len(things)) for i in range(j)]
        for i, j in _shuffled(pairs, rng):
            swapped = list(things)
            for name in names[kind.split()[1]]:
                one, other = getattr(swapped[i], name), getattr(swapped[j], name)
                swapped[i] = replace(swapped[i], **{name: other})
                swapped[j] = replace(swapped[j], **{name: one})
            yield replace(scene, things=tuple(sorted(swapped, key=lambda t: t.slot)))


def _counted(things: tuple[Thing, ...], grammar: Grammar) -> bool:
    return grammar.counts and len(things) > 1 and len({replace(t, column="", row=0) for t in things}) == 1


def _shuffled(values, rng: random.Random) -> list:
    return rng.sample(list(values), len(values))


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
        The caption, checked; None if none was found (an impossible edit, or one that the caption's kind
        never names).
    """
    if isinstance(seed, random.Random):
        seed = seed.getrandbits(32)
    rng = random.Random(seed + 1)
    for attempt in range(24):
        edited = edit(scene, rng, edit_kind, grammar)
        if edited is None:
            return None
        # A terse caption can leave out just what was edited: in the end, say it otherwise.
        caption = describe(edited, kind, language, seed if attempt < 6 else rng, grammar)
        if not caption.true_of(scene):
            return caption
    return None

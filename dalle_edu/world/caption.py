"""Captions: what is said of a scene (complete, terse or vague), handed to a language to be worded.

Every choice a caption makes is a number that depends on the seed and the choice's name alone: so
the same seed says an edited scene in the same words, but for the edit. Chapter 1.
"""

import random

from . import chinese, english
from .english import Style
from .scene import CORE, Grammar, Scene, Thing
from .truth import Caption, Claims, Mention

KINDS = ("complete", "terse", "vague")
LANGUAGES = {"en": english, "zh": chinese}


def describe(
    scene: Scene,
    kind: str = "complete",
    language: str = "en",
    seed: int | random.Random = 0,
    grammar: Grammar = CORE,
) -> Caption:
    """A caption that is true of a scene.

    Args:
        scene: what to describe.
        kind: "complete" (all there is); "terse" (some attributes, places, numbers, the sky or the
            ground left out, never a thing, a cloud, sun or moon); "vague" (one thing of it, open
            otherwise; chapters 1 and 4).
        language: "en" or "zh".
        seed: an integer, or a generator to draw from. The same integer words similar scenes alike.
        grammar: if it counts things, two equal ones are "two red stars", else "a red star to the
            left of another red star"; three and four are always counted.

    Raises:
        ValueError: if `kind` or `language` is unknown.
    """
    if kind not in KINDS or language not in LANGUAGES:
        raise ValueError(f"{kind!r} in {language!r}: use one of {KINDS} in one of {(*LANGUAGES,)}")
    style = Style(seed.getrandbits(48) if isinstance(seed, random.Random) else seed)
    if kind == "vague":
        claims = _glimpse(scene, style)
    else:
        claims = _account(scene, style, kind == "terse", grammar)
    return Caption(LANGUAGES[language].phrase(claims, style), kind, language, claims)


def _relations(things: tuple[Thing, ...], style: Style) -> tuple[tuple[tuple, ...], set[int]]:
    """How things stand to each other where that is said, and whose columns then go unsaid."""
    slots = [t.slot for t in things]
    if stacks := [i for i, t in enumerate(things) if t.row == 1]:
        kinds = [(i, "inside", i - 1) if things[i].inside else (i - 1, "above", i) for i in stacks]
        return tuple(kinds), set()
    if slots == [0, 4] and style["relative"] < 0.5:
        return ((0, "left", 1),), {0, 1}
    if slots == [0, 2, 4] and style["relative"] < 0.3:
        return ((1, "between", (0, 2)),), {1}
    return (), set()


def _account(scene: Scene, style: Style, terse: bool, grammar: Grammar) -> Claims:
    """Everything there is, or everything but what a terse caption leaves out."""
    things, count = scene.things, None
    alike = {(t.shape, t.colour, t.size, t.fill) for t in things}
    if len(alike) == 1 and len(things) > (1 if grammar.counts else 2):
        things, count = things[:1], len(things)
    relations, relative = _relations(things, style)
    can_say = {"sky": True, "ground": True, "number": scene.clouds > 1, "relation": relations}
    can_say["corner"] = scene.light != "none"
    for i, t in enumerate(things):
        can_say |= {f"size {i}": True, f"colour {i}": True, f"fill {i}": t.fill != "solid"}
        # Of two things in one column the upper one's choice decides for both.
        can_say[f"column {i}"] = t.row == 0 and not count and i not in relative
    said = {name for name, can in can_say.items() if can}
    if terse:
        level = style.pick("leave out", (0, 0.25, 0.5, 0.75))
        said -= {min(said, key=style.__getitem__)} | {name for name in said if style[name] < level}
        bare = not things and not scene.clouds and scene.light == "none"
        if bare and (scene.ground == "none" or not said):
            said = {"sky"}

    def mention(i: int, t: Thing) -> Mention:
        looks = [getattr(t, a) if f"{a} {i}" in said else None for a in ("colour", "size", "fill")]
        return Mention(t.shape, *looks, t.column if f"column {i - t.row}" in said else None, count)

    clouds = scene.clouds if "number" in said or scene.clouds < 2 else "some"
    return Claims(
        sky=scene.sky if "sky" in said else None,
        ground=scene.ground if "ground" in said else None,
        clouds=clouds if clouds or style["say no clouds"] < 0.25 else None,
        light=scene.light if scene.light != "none" else None,
        corner=scene.corner if "corner" in said else None,
        mentions=tuple(mention(i, t) for i, t in enumerate(things)),
        relations=relations if "relation" in said else (),
        complete=not terse,
    )


def _glimpse(scene: Scene, style: Style) -> Claims:
    """One thing of a scene, or one fact about its weather."""
    clouds = "some" if scene.clouds > 1 else scene.clouds
    weather = {"sky": scene.sky, "ground": scene.ground, "clouds": clouds, "light": scene.light}
    facts = [{name: word} for name, word in weather.items() if word not in ("none", 0)]
    if not scene.things or style["sky"] < 0.25:
        return Claims(**style.pick("vague thing", facts))
    thing = style.pick("vague thing", scene.things)
    looks = [["shape"], ["colour"], ["shape"], ["colour", "column"], ["size"], ["column"]]
    looks += [["shape", "column"], ["size", "colour"]]
    look = {name: getattr(thing, name) for name in style.pick("vague", looks)}
    return Claims(mentions=(Mention(**look),))

"""English: claims in words. Every word it can use stands in the tables at the top. Chapter 1."""

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any

from .scene import COLOURS, GROUNDS, SHAPES, SIZES
from .truth import Claims, Mention

SKY = {"blue": ("a blue sky",), "night": ("a night sky",), "sunset": ("a sunset sky",)}
SKY |= {"grey": ("a grey sky", "a gray sky")}
UNDER = ("under", "under", "against")
HOUR = {"night": "at night", "sunset": "at sunset"}
OVER = ("over", "on")
NO_GROUND = ("no ground", "without ground")
WITHOUT_GROUND = ("without ground", "with no ground")
CLOUDS = {0: ("no clouds",), 1: ("a white cloud", "one white cloud"), 2: ("two white clouds",)}
CLOUDS |= {3: ("three white clouds",), 4: ("four white clouds",), "some": ("white clouds",)}
LIGHT = {"sun": ("a sun", "the sun"), "moon": ("a moon", "the moon")}
CORNER = {"left": ("in the top left corner", "in the left corner")}
CORNER |= {"right": ("in the top right corner", "in the right corner"), None: ("in the corner", "")}
COLUMN = {None: ("",), "left": ("on the left",), "right": ("on the right",)}
COLUMN |= {"centre": ("in the centre", "in the center", "in the middle")}
RELATION = {"left": ("to the left of", "to the right of"), "above": ("above", "below")}
RELATION |= {"inside": ("inside", "around"), "between": ("between",)}
FILL = {"striped": "striped", "dotted": "dotted", "outline": "outlined"}
COLOUR = {colour: (colour,) for colour in COLOURS} | {"grey": ("grey", "gray")}
NUMBER = {2: "two", 3: "three", 4: "four"}
PLURAL = {shape: shape + "s" for shape in SHAPES} | {"cross": "crosses", "fish": "fish"}
OPENING = ("", "", "a picture of", "a picture with", "an image with")
GLUE = ("a", "an", "another", "and", "with", "below", "something")
_TABLES = (SKY, UNDER, HOUR, GROUNDS[1:], OVER, NO_GROUND, WITHOUT_GROUND, CLOUDS, LIGHT, CORNER)
_TABLES += (COLUMN, RELATION, SHAPES, SIZES, FILL, COLOUR, NUMBER, PLURAL, OPENING, GLUE)


class Style(dict):
    """A number in [0, 1) for each choice, from the seed and the name of the choice alone."""

    def __init__(self, seed: int):
        super().__init__()
        self.seed = seed

    def __missing__(self, name: str) -> float:
        digest = blake2b(f"{self.seed} {name}".encode(), digest_size=6).digest()
        self[name] = number = int.from_bytes(digest) / 2**48
        return number

    def pick(self, name: str, options: Sequence) -> Any:
        """The option that the number of this name points at."""
        return options[int(self[name] * len(options))]


def texts(table) -> list[str]:
    """All texts in a table, at whatever depth; the keys of dictionaries are not texts."""
    if isinstance(table, str):
        return [table]
    parts = table.values() if isinstance(table, dict) else table
    return [text for part in parts for text in texts(part)]


def words() -> list[str]:
    """Every word that `phrase` can use, sorted, in lower case."""
    return sorted({word for text in texts(_TABLES) for word in text.split()})


def phrase(claims: Claims, style: Style) -> str:
    """Claims as one English text.

    Args:
        claims: what to say.
        style: its numbers choose among the wordings.
    """
    sky, under = _sky(claims, style)
    ground, over = _ground(claims, style)
    weather = _weather(claims, style)
    names = [_name(m, style) for m in claims.mentions]
    things = once(_things(claims, names, style), names, lambda n: f"another {n.split(' ', 1)[1]}")
    if not things and sky and claims.ground in GROUNDS[1:]:
        sky, ground = f"{sky} {OVER[0]} {claims.ground}", ""
    if sky and weather and style["with"] < 0.5:
        hung = f" with {' and '.join(weather.values())}"
        sky, under, weather = sky + hung, under + hung, {}
    if things and over and style["over"] < 0.5:
        things, ground = f"{things} {over}", ""
    if things and sky and style["under"] < 0.5:
        things, sky = f"{things} {under}", ""
    elif things and style["under"] < 0.65:
        sky = under
    # A clause's name gives its place in the order, and what may join it to those before.
    clauses = {"things": things, "sky": sky, "ground": ground} | weather
    order = sorted((n for n in clauses if clauses[n]), key=lambda name: style[f"{name} first"])
    text, last = ", ".join(clauses[name] for name in order[:-1]), clauses[order[-1]]
    # What starts with a preposition takes neither "and" nor "a picture of" before it.
    noun = last.split()[0] not in (*UNDER, *OVER, "at", "in", "without")
    if not text:
        opening = style.pick("opening", OPENING) if noun and not claims.complete else ""
        text = f"{opening} {last}".strip()
    elif noun and " and " not in last:
        with_too = (" with ", ", with ") if order[-1] in weather else ()
        text += style.pick("joint", (", ", ", and ", *with_too)) + last
    else:
        text += f", {last}"
    if style["articles"] < 0.15:
        text = " ".join(word for word in text.split() if word not in ("a", "an"))
    if style["capital"] < 0.5:
        text = text[0].upper() + text[1:]
    return text + style.pick("stop", ("", "."))


def once(text: str, names: list[str], again: Callable[[str], str]) -> str:
    """`text` with every name that comes back said as "another" one."""
    for name in {name for name in names if names.count(name) > 1}:
        head, tail = text.split(name, 1)
        text = head + name + tail.replace(name, again(name))
    return text


def _sky(claims: Claims, style: Style) -> tuple[str, str]:
    """The sky as a noun, and as what things are seen under."""
    if not claims.sky:
        return "", ""
    sky = style.pick("sky word", SKY[claims.sky])
    if claims.sky in HOUR and style["hour"] < 0.25:
        return sky, HOUR[claims.sky]
    return sky, f"{style.pick('sky form', UNDER)} {sky}"


def _ground(claims: Claims, style: Style) -> tuple[str, str]:
    """The ground as a clause of its own, and as what things stand over."""
    if claims.ground == "none":
        return style.pick("ground word", NO_GROUND), style.pick("ground form", WITHOUT_GROUND)
    if not claims.ground:
        return "", ""
    ground = claims.ground
    # "On the left on grass" would read badly.
    placed = any(m.column for m in claims.mentions)
    over = f"{OVER[0] if placed else style.pick('ground form', OVER)} {ground}"
    alone = claims == Claims(ground=claims.ground)  # "a picture of sand below" would be odd
    return ground if alone else style.pick("ground word", (ground, over, f"{ground} below")), over


def _weather(claims: Claims, style: Style) -> dict[str, str]:
    """What is said of clouds and of sun or moon."""
    weather = {}
    if claims.clouds is not None:
        weather["clouds"] = style.pick("cloud word", CLOUDS[claims.clouds])
    if claims.light:
        light = style.pick("light word", LIGHT[claims.light])
        corner = style.pick("corner word", CORNER[claims.corner])
        weather["light"] = f"{light} {corner}".strip()
    return weather if style["weather order"] < 0.5 else dict(reversed(weather.items()))


def _things(claims: Claims, names: list[str], style: Style) -> str:
    """All the things: what has a place first, so that no place seems to hold for two."""
    columns = [style.pick("centre word", COLUMN[m.column]) for m in claims.mentions]
    parts = {i: (columns[i], name) for i, name in enumerate(names)}
    for i, kind, j in claims.relations:
        if kind == "between":
            sides = (f"{names[k]} {columns[k]}".strip() for k in j)
            return f"{names[i]} {RELATION[kind][0]} {' and '.join(sides)}"
        there, back = RELATION[kind]
        text = f"{names[i]} {there} {names[j]}"
        if style["relation word"] < 0.5:
            text = f"{names[j]} {back} {names[i]}"
        parts[min(i, j)] = (columns[i], text)
        del parts[max(i, j)]
    parts = sorted(parts.values(), key=lambda part: not part[0])
    placed = all(column for column, _ in parts)
    first = placed and style["places"] < 0.3
    told = [f"{c} {name}" if first else f"{name} {c}".strip() for c, name in parts]
    # "A star above a circle and a square" could mean above both.
    clear = placed or not claims.relations
    joint = style.pick("and", (" and ", " and ", ", ")) if clear else ", "
    return joint.join((", ".join(told[:-1]), told[-1])) if told[1:] else "".join(told)


def _name(mention: Mention, style: Style) -> str:
    """A thing: size, fill, colour, shape; if the shape is open, "something" and what is known."""
    colour = style.pick("colour word", COLOUR[mention.colour]) if mention.colour else ""
    looks = [w for w in (mention.size, FILL.get(mention.fill), colour) if w]
    if mention.shape is None:
        return f"something {' and '.join(looks)}".strip()
    if mention.count:
        return " ".join((NUMBER[mention.count], *looks, PLURAL[mention.shape]))
    name = " ".join((*looks, mention.shape))
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"

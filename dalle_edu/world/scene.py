"""Little World's grammar: what a scene can hold, what is held out, how scenes are sampled.

A scene is symbolic: it says *what* is there. Everything a caption does not name (exact place, exact
size, shade, form of the clouds, height of the horizon) is drawn afresh by the renderer from its own
seed, so that one caption has many pictures. Used first in chapter 1.
"""

import random
from dataclasses import dataclass, replace

# The order matters: the core's words come first, the wide core's next, so that a class number means
# the same thing in every grammar.
SHAPES = ("circle", "square", "triangle", "star", "diamond", "cross")
SHAPES += ("heart", "ring", "pentagon", "arrow", "tree", "house", "boat", "fish", "flower", "bird")
SHAPES += ("hexagon", "oval", "car", "mushroom")
DRAWN = ("tree", "house", "boat", "fish", "flower", "bird", "car", "mushroom")
COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "white", "black")
COLOURS += ("pink", "brown", "grey", "turquoise")
SIZES = ("small", "large")
FILLS = ("solid", "striped", "dotted", "outline")
SKIES = ("blue", "night", "sunset", "grey")
GROUNDS = ("none", "grass", "sand", "snow")
LIGHTS = ("none", "sun", "moon")
CORNERS = ("left", "right")
LIT = (("none", "left"), ("sun", "left"), ("sun", "right"), ("moon", "left"), ("moon", "right"))
HOSTS = ("circle", "square", "hexagon")  # what another thing can lie inside
COLUMNS = ("left", "centre", "right")
SLOTS = 2 * len(COLUMNS)  # row 0 holds a column's only or upper thing, row 1 the lower one


@dataclass(frozen=True)
class Thing:
    """One thing; `row` 1 only below (or, with `inside`, within) a thing in row 0 of its column."""

    shape: str
    colour: str
    size: str
    column: str
    row: int = 0
    fill: str = "solid"
    inside: bool = False

    @property
    def slot(self) -> int:
        """Its place among the six: 2 x column + row."""
        return 2 * COLUMNS.index(self.column) + self.row


@dataclass(frozen=True)
class Scene:
    """What a picture shows. `corner` counts only with a light; things stand in slot order."""

    sky: str
    ground: str
    clouds: int
    light: str
    corner: str
    things: tuple[Thing, ...] = ()


@dataclass(frozen=True)
class Grammar:
    """Which words a scene may use. Prefixes of the module's lists, so class numbers agree."""

    name: str
    shapes: tuple[str, ...]
    colours: tuple[str, ...]
    fills: tuple[str, ...]
    max_clouds: int
    max_things: int
    rows: int = 1
    counts: bool = False
    inside: bool = False


CORE = Grammar("core", SHAPES[:6], COLOURS[:8], FILLS[:1], max_clouds=2, max_things=2)
WIDE = Grammar("wide", SHAPES[:16], COLOURS, FILLS[:3], 2, max_things=4, rows=2, counts=True)
WHOLE = Grammar("whole", SHAPES, COLOURS, FILLS, 4, 4, rows=2, counts=True, inside=True)
GRAMMARS = {grammar.name: grammar for grammar in (CORE, WIDE, WHOLE)}


def _pairs(text: str) -> set[tuple[str, str]]:
    """Pairs of words, as in "red star, orange circle"."""
    return {tuple(pair.split()) for pair in text.split(", ")}


# Held-out combinations: the one table. No generator and no contrastive model ever trains on one, as
# picture, true caption or false caption. First the core's; beyond it every tenth pair.
HELD_OUT_PAIRS = frozenset(
    _pairs("red star, orange circle, yellow cross, green diamond, blue triangle, purple square")
    | _pairs("white star, black circle")
    | {(COLOURS[c], SHAPES[s]) for c in range(len(COLOURS)) for s in range(len(SHAPES))
       if (c >= 8 or s >= 6) and (3 * c + s) % 10 == 7}
)  # fmt: skip
HELD_OUT_ORDERS = frozenset(  # on the left, on the right
    _pairs("circle star, star triangle, square cross, triangle diamond, diamond square")
    | _pairs("cross circle, heart ring, ring pentagon, pentagon arrow, arrow heart, tree house")
    | _pairs("boat fish, flower bird, bird tree")
)
HELD_OUT_STACKS = frozenset(  # above, below
    _pairs("star circle, triangle star, cross square, diamond triangle, square diamond")
    | _pairs("circle cross, heart circle, bird house")
)
# So many equal things of a shape.
HELD_OUT_COUNTS = {"star": 2, "circle": 3, "square": 4, "heart": 2, "tree": 3, "fish": 4}


def held_out(scene: Scene) -> frozenset[str]:
    """Which kinds of held-out combination a scene holds: of "pair", "order", "stack", "count"."""
    found = set()
    for a in scene.things:
        if (a.colour, a.shape) in HELD_OUT_PAIRS:
            found.add("pair")
        looks = a.shape, a.colour, a.fill
        equal = sum(looks == (b.shape, b.colour, b.fill) for b in scene.things)
        if equal == HELD_OUT_COUNTS.get(a.shape):
            found.add("count")
        for b in scene.things:
            if a.slot // 2 < b.slot // 2 and (a.shape, b.shape) in HELD_OUT_ORDERS:
                found.add("order")
            if a.column == b.column and a.row < b.row and (a.shape, b.shape) in HELD_OUT_STACKS:
                found.add("stack")
    return frozenset(found)


def as_random(seed: int | random.Random) -> random.Random:
    """The generator itself, or a fresh one from an integer."""
    return seed if isinstance(seed, random.Random) else random.Random(seed)


def sample(
    seed: int | random.Random, split: str | None = "seen", core: bool | Grammar = True
) -> Scene:
    """One random scene.

    Args:
        seed: an integer, or a generator to draw from.
        split: "seen" (no held-out combination), "held_out" (at least one), None (either).
        core: True for the core, False for the whole grammar, or a `Grammar`.

    Raises:
        ValueError: if `split` is none of these.
    """
    if split not in ("seen", "held_out", None):
        raise ValueError(f"split is {split!r}: use 'seen', 'held_out' or None")
    rng = as_random(seed)
    grammar = core if isinstance(core, Grammar) else CORE if core else WHOLE
    while True:
        scene = _draw(rng, grammar)
        if split is None or bool(held_out(scene)) == (split == "held_out"):
            return scene


def _draw(rng: random.Random, grammar: Grammar) -> Scene:
    light = rng.choice(("none", "none", "sun", "moon"))
    return Scene(
        sky=rng.choice(SKIES),
        ground=rng.choice(GROUNDS),
        clouds=rng.choice((0, *range(grammar.max_clouds + 1))),
        light=light,
        corner=rng.choice(CORNERS) if light != "none" else "left",
        things=_draw_things(rng, grammar),
    )


def _draw_things(rng: random.Random, grammar: Grammar) -> tuple[Thing, ...]:
    n = rng.choice((0, 1, 1, 2, 2, 2, 3, 3, 3, 4)[: 6 if grammar.max_things == 2 else 10])
    slots = draw_slots(rng, n, grammar.rows)

    def thing() -> Thing:
        fill = rng.choice(grammar.fills) if rng.random() < 0.5 else "solid"
        shape, colour = rng.choice(grammar.shapes), rng.choice(grammar.colours)
        return Thing(shape, colour, rng.choice(SIZES), "", 0, fill)

    # Four things are always equal ones; two or three are so a quarter of the time.
    equal = grammar.counts and (n == 4 or (n > 1 and rng.random() < 0.25))
    things = [thing()] * n if equal else [thing() for _ in range(n)]
    placed = [replace(t, column=c, row=r) for t, (c, r) in zip(things, slots, strict=True)]
    if grammar.inside and [t.row for t in placed] == [0, 1] and rng.random() < 0.5:
        host, guest = placed
        if host.colour != guest.colour:
            shape = rng.choice(HOSTS)
            host = replace(host, shape=shape, size="large", fill="solid")
            placed = [host, replace(guest, size="small", inside=True)]
    return tuple(placed)


def draw_slots(rng: random.Random, n: int, rows: int) -> list[tuple[str, int]]:
    """Columns and rows for n things, in slot order; in one row two things stand left and right."""
    if rows == 2 and n > 1 and (n == 4 or rng.random() < 0.4):
        stacks = 2 if n == 4 else 1
        columns = sorted(rng.sample(range(3), n - stacks))
        double = rng.sample(columns, stacks)
        return [(COLUMNS[c], r) for c in columns for r in range(1 + (c in double))]
    columns = {0: (), 1: (rng.choice(COLUMNS),), 2: ("left", "right"), 3: COLUMNS}[n]
    return [(c, 0) for c in columns]


def encode(scene: Scene) -> list[int]:
    """A scene as 4 + 6 x 5 class numbers, which are also the judge's labels.

    Sky, ground, clouds, light (0 none, 1 sun left, 2 sun right, 3 moon left, 4 moon right); then
    for each slot shape (0 if empty), colour, size, fill, each 1 + its index, and 1 if inside.
    """
    light = LIT.index((scene.light, scene.corner if scene.light != "none" else "left"))
    codes = [SKIES.index(scene.sky), GROUNDS.index(scene.ground), scene.clouds, light]
    slots = [[0] * 5 for _ in range(SLOTS)]
    for t in scene.things:
        names = ((SHAPES, t.shape), (COLOURS, t.colour), (SIZES, t.size), (FILLS, t.fill))
        slots[t.slot] = [1 + among.index(name) for among, name in names] + [int(t.inside)]
    return codes + [code for slot in slots for code in slot]


def decode(codes: list[int]) -> Scene:
    """The scene of which `codes` is the encoding."""
    sky, ground, clouds, light, *rest = codes
    things = []
    for slot in range(SLOTS):
        shape, colour, size, fill, inside = rest[5 * slot : 5 * slot + 5]
        if shape:
            attributes = SHAPES[shape - 1], COLOURS[colour - 1], SIZES[size - 1]
            place = COLUMNS[slot // 2], slot % 2, FILLS[fill - 1], bool(inside)
            things.append(Thing(*attributes, *place))
    return Scene(SKIES[sky], GROUNDS[ground], clouds, *LIT[light], tuple(things))

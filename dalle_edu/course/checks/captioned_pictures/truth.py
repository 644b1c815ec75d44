"""What is true of a scene, and what must not reach a training: scenes as plain data."""

import random
from collections.abc import Callable
from itertools import permutations, product

from dalle_edu.course.checks.exercise import Build, Mistake
from dalle_edu.world import scene as world
from dalle_edu.world.caption import Caption
from dalle_edu.world.truth import truth_matrix

COLUMNS = ("left", "centre", "right")


def _star(colour: str, column: str, shape: str = "star") -> dict:
    return {"shape": shape, "colour": colour, "column": column}


def _scene(*things: dict, sky: str = "blue", clouds: int = 0) -> dict:
    return {"sky": sky, "clouds": clouds, "things": list(things)}


def _claims_and_scenes() -> list[tuple]:
    """Each rule once by hand, then many at random."""
    red, blue = _star("red", "left"), _star("blue", "right", "circle")
    both, star = _scene(blue, red, clouds=2), {"shape": "star"}
    cases = [
        ({"sky": "blue"}, both),
        ({"sky": "night"}, both),
        ({"clouds": 1}, both),
        ({"clouds": 2}, both),
        ({"clouds": 0}, both),
        ({"clouds": "some"}, both),
        ({"clouds": "some"}, _scene(clouds=1)),
        ({"clouds": 0}, _scene(red)),
        ({"things": [star]}, both),
        ({"things": [star, star]}, both),
        ({"things": [{"shape": "cross"}]}, both),
        ({"things": [{"colour": "red"}, {"shape": "circle"}], "left_of": [(0, 1)]}, both),
        ({"things": [{"shape": "circle"}, {"colour": "red"}], "left_of": [(0, 1)]}, both),
        (both, both),
        ({"things": [star, {"colour": "blue"}], "left_of": [(0, 1)]}, _scene(red, blue)),
        # The first red thing is not the one that the first mention can do without.
        ({"things": [{"colour": "red"}, star]}, _scene(red, _star("red", "right", "cross"))),
        (
            {"things": [{"colour": "red"}, {"colour": "blue"}], "left_of": [(1, 0)]},
            _scene(_star("red", "centre"), _star("blue", "left")),
        ),
    ]
    rng = random.Random(11)
    for _ in range(150):
        columns = rng.sample(COLUMNS, rng.choice((0, 1, 2, 2)))
        things = [
            _star(rng.choice(("red", "blue")), c, rng.choice(("star", "circle"))) for c in columns
        ]
        scene = _scene(*things, sky=rng.choice(("blue", "night")), clouds=rng.randrange(3))
        said = [{k: t[k] for k in rng.sample(sorted(t), rng.choice((1, 2)))} for t in things]
        rng.shuffle(said)
        claims = {"things": said[: rng.choice((0, 1, 2, 2, 2))]}
        claims |= {"left_of": [(0, 1)]} if len(claims["things"]) == 2 and rng.random() < 0.6 else {}
        claims |= {"clouds": rng.choice((0, 1, 2, "some"))} if rng.random() < 0.4 else {}
        cases.append((claims, scene))
    return cases


def _clouds(claims: dict, scene: dict) -> bool:
    said = claims.get("clouds")
    return said is None or (scene["clouds"] >= 2 if said == "some" else scene["clouds"] == said)


def _at_least(claims: dict, scene: dict) -> bool:
    said = claims.get("clouds")
    if said in (None, 0):
        return said is None or scene["clouds"] == 0
    return scene["clouds"] >= (2 if said == "some" else said)


def _no_none(claims: dict, scene: dict) -> bool:
    return not claims.get("clouds") or _clouds(claims, scene)


def _some_is_one(claims: dict, scene: dict) -> bool:
    return scene["clouds"] >= 1 if claims.get("clouds") == "some" else _clouds(claims, scene)


def _unsaid_is_none(claims: dict, scene: dict) -> bool:
    return _clouds({"clouds": claims.get("clouds", 0)}, scene)


def _fits(mention: dict, thing: dict) -> bool:
    return all(thing[key] == value for key, value in mention.items())


def _left(things: list[dict], i: int, j: int) -> bool:
    return COLUMNS.index(things[i]["column"]) < COLUMNS.index(things[j]["column"])


def _reader(
    clouds: Callable = _clouds,
    fits: Callable = _fits,
    choose: Callable = permutations,
    left: Callable = _left,
    closed: bool = False,
) -> Callable:
    """A `true_of` made of these parts; the default parts are right."""

    def true_of(claims: dict, scene: dict) -> bool:
        if claims.get("sky", scene["sky"]) != scene["sky"] or not clouds(claims, scene):
            return False
        named, there = claims.get("things", []), scene["things"]
        if closed and len(named) != len(there):
            return False
        return any(
            all(fits(mention, there[i]) for mention, i in zip(named, chosen, strict=True))
            and all(left(there, chosen[i], chosen[j]) for i, j in claims.get("left_of", ()))
            for chosen in choose(range(len(there)), len(named))
        )

    return true_of


def _first_match(claims: dict, scene: dict) -> bool:
    free = list(range(len(scene["things"])))
    chosen = []
    for mention in claims.get("things", []):
        found = [i for i in free if _fits(mention, scene["things"][i])]
        if not found:
            return False
        chosen.append(found[0])
        free.remove(found[0])
    return _reader(choose=lambda places, count: [chosen])(claims, scene)


true_of = Build(
    "1.1",
    _reader(),
    _claims_and_scenes,
    (
        Mistake(
            lambda claims, scene: claims == scene,
            "You compared the two as a whole, like strings: what is not said is left open, so ask "
            "only for the keys that the claims have.",
        ),
        Mistake(
            _reader(fits=lambda mention, thing: mention == thing),
            "A mention fits a thing if all that it *says* is so; you asked for equal dictionaries.",
        ),
        Mistake(
            _reader(_at_least),
            "A number is exact: with two clouds in the picture, 'one cloud' is false, not 'at "
            "least one'.",
        ),
        Mistake(
            _reader(_no_none),
            "'No clouds' is ignored: 0 counts as false in Python, so ask whether it is None.",
        ),
        Mistake(_reader(_some_is_one), "'Some' clouds are two or more, not one."),
        Mistake(
            _reader(left=lambda things, i, j: i < j),
            "Left and right are taken from the order of the list: look at each thing's column.",
        ),
        Mistake(
            _reader(left=lambda things, i, j: things[i]["column"] < things[j]["column"]),
            "The columns are compared as words, and 'centre' comes before 'left' in the alphabet: "
            "compare their places in (left, centre, right).",
        ),
        Mistake(_reader(left=lambda things, i, j: True), "What is left of what is never asked."),
        Mistake(
            _reader(left=lambda things, i, j: _left(things, j, i)),
            "Left and right are exchanged: (i, j) says that mention i stands left of mention j.",
        ),
        Mistake(
            _reader(choose=lambda places, count: product(places, repeat=count)),
            "One star satisfies 'a star and a star': different mentions are of different things.",
        ),
        Mistake(
            _reader(choose=lambda places, count: [places] if len(places) == count else []),
            "You took the first mention for the first thing and so on: try every assignment.",
        ),
        Mistake(
            _first_match,
            "The first thing that fits is taken and kept, but another mention may need just that "
            "one: try every assignment.",
        ),
        Mistake(
            _reader(closed=True),
            "A caption need not name everything: more things than mentions is no contradiction.",
        ),
        Mistake(
            _reader(_unsaid_is_none),
            "Where nothing is said of clouds you took it for 'no clouds': unsaid means open.",
        ),
    ),
    (truth_matrix, Caption.true_of),
    "Open where nothing is said, exact in numbers and in 'no': that is the library's rule too.",
)


def _rows() -> list[tuple]:
    """Rows of what a picture shows, its caption names, its false caption names."""
    rng = random.Random(12)

    def things() -> list[tuple]:
        columns = rng.sample(range(3), rng.choice((0, 1, 2, 2)))
        looks = ("red", "blue", "white"), ("star", "circle", "cross")
        return [(*(rng.choice(words) for words in looks), column) for column in columns]

    def case(count: int) -> tuple:
        rows = [(things(), things(), things()) for _ in range(count)]
        return rows, {("red", "star"), ("white", "circle")}, {("circle", "star"), ("cross", "star")}

    return [case(8), case(60), case(60)]


def _held(things: list[tuple], pairs: set, orders: set) -> bool:
    placed = [(a[1], b[1]) for a in things for b in things if a[2] < b[2]]
    return any(thing[:2] in pairs for thing in things) or any(o in orders for o in placed)


def _listed(things: list[tuple], pairs: set, orders: set) -> bool:
    return _held([(*thing[:2], i) for i, thing in enumerate(things)], pairs, orders)


def _unbound(things: list[tuple], pairs: set, orders: set) -> bool:
    mixed = {(a[0], b[1]) for a in things for b in things}
    return bool(mixed & pairs) or _held(things, set(), orders)


def _filter(held: Callable = _held, parts: tuple[int, ...] = (0, 1, 2)) -> Callable:
    def clean(rows: list, pairs: set, orders: set) -> list[int]:
        found = (any(held(row[part], pairs, orders) for part in parts) for row in rows)
        return [i for i, bad in enumerate(found) if not bad]

    return clean


clean = Build(
    "1.2",
    _filter(),
    _rows,
    (
        Mistake(
            _filter(parts=(0, 1)),
            "Held-out combinations leak through the false captions: a model that hears 'a red "
            "star' only where it is wrong learns that red stars are wrong. Check all three.",
        ),
        Mistake(
            _filter(parts=(0,)),
            "Only pictures are checked: captions, true and false, are trained on as well.",
        ),
        Mistake(_filter(parts=(1,)), "Only the true captions are checked: pictures are learned."),
        Mistake(_filter(parts=(1, 2)), "The pictures themselves are not checked."),
        Mistake(
            _filter(_listed),
            "Order is taken from the list: what stands left is what has the smaller column.",
        ),
        Mistake(
            _filter(lambda t, p, o: _held(t, p, o | {(b, a) for a, b in o})),
            "An order has a direction: 'circle left of star' is held out, the mirror image is not.",
        ),
        Mistake(
            _filter(_unbound),
            "A red circle beside a blue star is no red star: colour and shape of the *same* thing.",
        ),
        Mistake(_filter(lambda t, p, o: _held(t, p, set())), "The orders are not checked."),
        Mistake(
            _filter(lambda t, p, o: _held(t, set(), o)), "The colour-shape pairs are not checked."
        ),
        Mistake(
            lambda rows, pairs, orders: [
                i
                for i, row in enumerate(rows)
                if any(_held(things, pairs, orders) for things in row)
            ],
            "You returned the rows to throw away: return those to keep.",
        ),
    ),
    (world.held_out,),
    "Nothing held out is seen, said, or said to be false.",
)

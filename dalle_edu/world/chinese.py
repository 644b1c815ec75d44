"""Chinese: claims in words. Every word it can use stands in the tables at the top. Chapter 1."""

from .english import Style, once, texts
from .scene import COLOURS, SHAPES
from .truth import Claims, Mention

SKY = {"blue": ("蓝天", "蓝色的天空"), "night": ("夜空", "夜晚的天空")}
SKY |= {"sunset": ("晚霞", "日落的天空"), "grey": ("灰色的天空",)}
GROUND = {"grass": "草地", "sand": "沙地", "snow": "雪地"}
NO_GROUND = ("没有地面", "下面没有地面")
CLOUDS = {0: ("没有云", "天上没有云"), 1: ("一朵白云", "有一朵白云", "天上有一朵白云")}
CLOUDS |= {n: (f"{c}朵白云", f"有{c}朵白云", f"天上有{c}朵白云") for n, c in ((2, "两"), (3, "三"))}
CLOUDS |= {4: ("四朵白云", "有四朵白云"), "some": ("几朵白云", "有几朵白云", "天上有几朵白云")}
LIGHT = {"sun": ("太阳", "一个太阳"), "moon": ("月亮", "一个月亮")}
CORNER = {"left": ("左上角",), "right": ("右上角",), None: ("角落里", "")}
COLUMN = {None: ("",), "left": ("左边",), "centre": ("中间", "正中间"), "right": ("右边",)}
SIDE = {"left": ("左边", "右边"), "above": ("上面", "下面"), "inside": ("里面", "外面")}
_COLOURS = "红色 橙色 黄色 绿色 蓝色 紫色 白色 黑色 粉色 棕色 灰色 青绿色"
COLOUR = dict(zip(COLOURS, _COLOURS.split(), strict=True))
SIZE = {"small": "小", "large": "大"}
FILL = {"striped": "带条纹的", "dotted": "带圆点的", "outline": "空心的"}
NUMBER = {None: "一", 2: "两", 3: "三", 4: "四"}
# Each shape after its measure word, one character.
_SHAPES = "个圆形 个正方形 个三角形 颗星星 个菱形 个十字 颗爱心 个圆环 个五边形 个箭头"
_SHAPES += " 棵树 座房子 艘船 条鱼 朵花 只鸟 个六边形 个椭圆形 辆汽车 个蘑菇 个东西"
SHAPE = {s: (t[0], t[1:]) for s, t in zip((*SHAPES, None), _SHAPES.split(), strict=True)}
OPENING = ("", "", "画里有", "图中有")
GLUE = ("背景", "下面", "有", "在", "和", "的", "上", "下", "另", "它", "是", "还有", "之间")
_TABLES = (SKY, GROUND, NO_GROUND, CLOUDS, LIGHT, CORNER, COLUMN, SIDE, COLOUR, SIZE, FILL, NUMBER)
_TABLES += (SHAPE, OPENING, GLUE)


def words() -> list[str]:
    """Every piece that `phrase` puts its texts together from, sorted: for a longest match."""
    return sorted(set(texts(_TABLES)) - {""})


def phrase(claims: Claims, style: Style) -> str:
    """Claims as one Chinese text.

    Args:
        claims: what to say.
        style: its numbers choose among the wordings.
    """
    sky = style.pick("sky word", SKY[claims.sky]) if claims.sky else ""
    ground = GROUND.get(claims.ground, "")
    names = [_name(m, style) for m in claims.mentions]
    things = once(_things(claims, names, style), names, lambda name: f"另{name}")
    # "雪地上有" goes before a bare list, "雪地上，" before what says of itself where it is.
    bare = not set(things) & set("有在是")
    if things and ground and style["over"] < 0.5:
        things, ground = f"{ground}上{'有' if bare else '，'}{things}", ""
    if things and sky and style["under"] < 0.5:
        things, sky = f"{sky}下，{things}", ""
    if claims.ground == "none":
        ground = style.pick("ground word", NO_GROUND)
    elif ground:
        ground = style.pick("ground word", ("", "下面是")) + ground
    sky = sky and style.pick("sky form", ("", "背景是")) + sky
    clauses = {"things": things, "sky": sky, "ground": ground, **_weather(claims, style)}
    ordered = sorted((style[f"{name} first"], text) for name, text in clauses.items() if text)
    text = "，".join(text for _, text in ordered)
    if not claims.complete and not set(text) & set("有在是，"):
        text = style.pick("opening", OPENING) + text
    return text + style.pick("stop", ("", "。"))


def _weather(claims: Claims, style: Style) -> dict[str, str]:
    """What is said of clouds and of sun or moon."""
    weather = {}
    if claims.clouds is not None:
        weather["clouds"] = style.pick("cloud word", CLOUDS[claims.clouds])
    if claims.light:
        light = style.pick("light word", LIGHT[claims.light])
        corner = style.pick("corner word", CORNER[claims.corner])
        weather["light"] = f"{corner}有{light}"
        if claims.corner and style["light form"] < 0.3:
            weather["light"] = f"{light}在{corner}"
    return weather


def _things(claims: Claims, names: list[str], style: Style) -> str:
    """All the things: what has a place first, then what has a relation, then the others."""
    columns = [style.pick("centre word", COLUMN[m.column]) for m in claims.mentions]
    parts = {i: (columns[i], name, False) for i, name in enumerate(names)}
    for i, kind, j in claims.relations:
        if kind == "between":
            sides = (f"{columns[k]}的{names[k]}" if columns[k] else names[k] for k in j)
            return f"{names[i]}在{'和'.join(sides)}之间"
        there, back = SIDE[kind]
        if style["relation word"] < 0.5:
            i, j, there, back = j, i, back, there
        text = f"{names[i]}，它{back}是{names[j]}"
        if not columns[i] and style["relation form"] < 0.5:
            text = f"{names[i]}在{names[j]}的{there}"
        parts[min(i, j)] = (columns[i], text, True)
        del parts[max(i, j)]
    after = style["places"] < 0.4 and not claims.relations
    there = "有" if style["places"] < 0.8 else "是"
    placed = [(column, text) for column, text, _ in parts.values() if column]
    clauses = [f"{text}在{c}" if after else f"{c}{there}{text}" for c, text in placed]
    clauses += [text for column, text, related in parts.values() if related and not column]
    bare = [text for column, text, related in parts.values() if not related and not column]
    if bare:
        listed = "和".join(("、".join(bare[:-1]), bare[-1])) if bare[1:] else bare[0]
        clauses.append(f"还有{listed}" if clauses else listed)
    return "，".join(clauses)


def _name(mention: Mention, style: Style) -> str:
    """A thing with its number and measure word: the size last (一个红色的大圆形) or first."""
    measure, shape = SHAPE[mention.shape]
    number = NUMBER[mention.count] + measure
    fill, colour = FILL.get(mention.fill, ""), COLOUR.get(mention.colour, "")
    size = SIZE.get(mention.size, "")
    if size and style["size word"] < 0.3:
        return f"{number}{size}的{fill}{colour}{shape}"
    return f"{number}{fill}{colour}{'的' if colour and not fill else ''}{size}{shape}"

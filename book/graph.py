"""The map of the course as a drawing: which chapter needs which.

An SVG that is part of its page, so that it takes the page's colours, light or dark, and its boxes
are links. What is planned has a dashed border: nothing is said by colour alone.
"""

from html import escape

from book.course import Chapter

WIDTH, HEIGHT = 164, 46  # of a box
ACROSS, DOWN = 190, 84  # from one box to the next
MARGIN = 8
# Columns in which no line runs behind a box; a chapter that is not named takes what is free.
COLUMNS = {"01": 0, "09": 0, "16": 0, "00": 1, "10": 1, "11": 1, "A": 2, "02": 2, "03": 2}
COLUMNS |= {"07": 2, "08": 2, "15": 2, "04": 3, "05": 3, "06": 3, "14": 3, "12": 4, "13": 4}


def ancestors(every: list[Chapter]) -> dict[str, set[str]]:
    """Number to everything that a chapter needs, directly or through another one.

    Raises:
        ValueError: if a chapter needs one that is not there, or two need each other.
    """
    needs = {c.number: c.needs for c in every}
    found: dict[str, set[str]] = {}

    def of(number: str, below: tuple[str, ...] = ()) -> set[str]:
        if number not in needs or number in below:
            raise ValueError(f"chapter {below[-1]} needs {number}: mend `needs`")
        if number not in found:
            above = [of(n, (*below, number)) | {n} for n in needs[number]]
            found[number] = set().union(*above)
        return found[number]

    return {c.number: of(c.number) for c in every}


def lines(every: list[Chapter]) -> list[tuple[str, str]]:
    """(needed, needs) for each line that is drawn: none that follows from two others."""
    above = ancestors(every)
    return [
        (need, c.number)
        for c in every
        for need in c.needs
        if not any(need in above[other] for other in c.needs)
    ]


def places(every: list[Chapter]) -> dict[str, tuple[int, int]]:
    """Number to (column, row), each chapter one row below the lowest that it needs."""
    above = ancestors(every)
    rows: dict[str, int] = {}
    for number in sorted(above, key=lambda n: len(above[n])):
        rows[number] = max((rows[n] + 1 for n in above[number]), default=0)
    taken: dict[tuple[int, int], str] = {}
    for number, row in rows.items():
        column = COLUMNS.get(number, 0)
        while (column, row) in taken:
            column += 1
        taken[column, row] = number
    return {number: place for place, number in taken.items()}


def drawing(every: list[Chapter]) -> str:
    """The SVG, to be put into a page of the book's top folder."""
    at = places(every)
    middle = {n: (MARGIN + x * ACROSS + WIDTH / 2, MARGIN + y * DOWN) for n, (x, y) in at.items()}
    width = 2 * MARGIN + max(x for x, _ in at.values()) * ACROSS + WIDTH
    height = 2 * MARGIN + max(y for _, y in at.values()) * DOWN + HEIGHT
    paths, boxes = [], []
    for above, below in lines(every):
        (fx, fy), (x, y) = middle[above], middle[below]
        fy, bend = fy + HEIGHT, (y - fy - HEIGHT) / 2
        paths.append(f'<path d="M{fx} {fy}C{fx} {fy + bend} {x} {y - bend} {x} {y}"/>')
    for c in every:
        x, y = middle[c.number]
        kind = "written" if c.written else "planned"
        boxes.append(
            f'<a href="{c.page}.html"><rect class="{kind}" x="{x - WIDTH / 2}" y="{y}" '
            f'width="{WIDTH}" height="{HEIGHT}" rx="6"/>'
            f'<text x="{x}" y="{y + 20}">{c.number}</text>'
            f'<text x="{x}" y="{y + 37}">{escape(c.title)}</text></a>'
        )
    said = "Which chapter needs which; the same as a list stands in the table below."
    return (
        f'<div class="course-map" tabindex="0"><svg viewBox="0 0 {width:.0f} {height:.0f}" '
        f'role="group" aria-label="{said}" style="min-width: {width * 0.7:.0f}px">\n'
        f"<g>{''.join(paths)}</g>\n" + "\n".join(boxes) + "\n</svg></div>\n"
    )

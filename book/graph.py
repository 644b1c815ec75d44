"""The map of the course as a drawing: which chapter needs which.

An SVG that is part of its page, so that it takes the page's colours, light or dark, and its boxes
are links. What is planned has a dashed border: nothing is said by colour alone.
"""

from html import escape

from book.course import Chapter

WIDTH, HEIGHT = 150, 46  # of a box
ACROSS, DOWN = 176, 82  # from one box to the next
MARGIN = 8


def levels(every: list[Chapter]) -> dict[str, int]:
    """Number to row: one below the lowest of what a chapter needs.

    Raises:
        ValueError: if a chapter needs one that is not there, or two need each other.
    """
    needs = {c.number: c.needs for c in every}
    found: dict[str, int] = {}

    def level(number: str, above: tuple[str, ...] = ()) -> int:
        if number not in needs or number in above:
            raise ValueError(f"chapter {above[-1]} needs {number}: mend `needs`")
        if number not in found:
            found[number] = max((level(n, (*above, number)) + 1 for n in needs[number]), default=0)
        return found[number]

    for chapter in every:
        level(chapter.number)
    return found


def places(every: list[Chapter]) -> dict[str, tuple[float, int]]:
    """Number to (column, row); in a row boxes stand below what they need, as far as there is room."""
    rows = levels(every)
    placed: dict[str, tuple[float, int]] = {}
    for row in range(max(rows.values()) + 1):
        held = [c for c in every if rows[c.number] == row]

        def wish(c: Chapter) -> float:
            above = [placed[n][0] for n in c.needs]
            return sum(above) / len(above) if above else 9.0

        free = -1.0
        for c in sorted(held, key=lambda c: (wish(c), c.number) if c.needs else (9, c.number)):
            free = max(free + 1, round(wish(c)) if c.needs else 0)
            placed[c.number] = (free, row)
    return placed


def drawing(every: list[Chapter]) -> str:
    """The SVG, to be put into a page of the book's top folder."""
    at = places(every)
    middle = {n: (MARGIN + x * ACROSS + WIDTH / 2, MARGIN + y * DOWN) for n, (x, y) in at.items()}
    width = 2 * MARGIN + max(x for x, _ in at.values()) * ACROSS + WIDTH
    height = 2 * MARGIN + max(y for _, y in at.values()) * DOWN + HEIGHT
    lines, boxes = [], []
    for c in every:
        x, y = middle[c.number]
        for need in c.needs:
            fx, fy = middle[need][0], middle[need][1] + HEIGHT
            bend = (y - fy) / 2
            lines.append(f'<path d="M{fx} {fy}C{fx} {fy + bend} {x} {y - bend} {x} {y}"/>')
        kind = "written" if c.written else "planned"
        boxes.append(
            f'<a href="{c.page}.html"><rect class="{kind}" x="{x - WIDTH / 2}" y="{y}" '
            f'width="{WIDTH}" height="{HEIGHT}" rx="6"/>'
            f'<text x="{x}" y="{y + 20}">{c.number}</text>'
            f'<text x="{x}" y="{y + 37}">{escape(c.title)}</text></a>'
        )
    title = "Which chapter needs which. The same as a list stands in the table below."
    return (
        f'<div class="course-map"><svg viewBox="0 0 {width:.0f} {height:.0f}" role="group" '
        f'aria-label="{title}" style="min-width: {width * 0.6:.0f}px">\n'
        f"<g>{''.join(lines)}</g>\n" + "\n".join(boxes) + "\n</svg></div>\n"
    )

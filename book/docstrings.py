"""The library's docstrings as Sphinx wants them: plain text in, reStructuredText out.

A docstring is written to be read in the source: `names` in single backticks, formulas as they are,
indented when they stand alone. Here stars and bars lose their meaning, an indented block becomes a
literal one, and a chapter that is named becomes a link to it. Runs before napoleon, which then
makes lists of `Args`, `Returns` and `Raises`.
"""

import re
from typing import Any

from sphinx.application import Sphinx

from book.roles import linked

SECTION = re.compile(r"(Args|Returns|Raises|Yields):$")
NAMED = re.compile(r"    (\w[\w, ]*): ")  # one of several things that are returned, by name


def plain(text: str) -> str:
    """One piece of a line without markup of its own, except that chapters are links."""
    text = re.sub(r"([*|\\])", r"\\\1", text)
    text = re.sub(r"(\w)_(?!\w)", r"\1\\_", text)
    return linked(text, lambda said: f":chapter:`{said}`")


def line(text: str) -> str:
    """A line in which `code` is literal and all else is plain."""
    pieces = text.split("`")
    return "".join(f"``{piece}``" if n % 2 else plain(piece) for n, piece in enumerate(pieces))


def converted(lines: list[str]) -> list[str]:
    """The lines of a docstring in reStructuredText, `Args:` and the like left for napoleon."""
    made: list[str] = []
    section = literal = False
    for number, text in enumerate(lines):
        inside = text.startswith(" ")
        if text and not inside:
            section, literal = bool(SECTION.match(text)), False
        elif inside and not section and not literal and not lines[number - 1].strip():
            made += ["::", ""]
            literal = True
        made.append(text if literal else line(text))
    return made


def by_name(lines: list[str]) -> list[str]:
    """The lines with a list made of several named results, which napoleon takes for one."""
    if "Returns:" not in lines:
        return lines
    start = lines.index("Returns:") + 1
    end = next((n for n in range(start, len(lines)) if lines[n][:1].strip()), len(lines))
    held = lines[start:end]
    if sum(bool(NAMED.match(text)) for text in held) < 2:
        return lines
    listed = [
        NAMED.sub(r"    - **\1**: ", text) if NAMED.match(text) else f"  {text}" for text in held
    ]
    return [*lines[:start], "    By name,", "", *listed, "", *lines[end:]]


def convert(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """autodoc's hook: it changes the lines in place."""
    lines[:] = by_name(converted(lines))


def skip(app: Sphinx, what: str, name: str, obj: Any, skipped: bool, options: Any) -> bool | None:
    """Leave out the fields of a named tuple, which have nothing to say of themselves."""
    return True if (getattr(obj, "__doc__", "") or "").startswith("Alias for field") else None


def factories(
    app: Sphinx, what: str, name: str, obj: Any, options: Any, signature: str, returned: str
) -> tuple[str, str] | None:
    """A signature that Sphinx can parse: dataclasses write a default that is made as <factory>."""
    return (signature.replace("<factory>", "..."), returned) if signature else None


def setup(app: Sphinx) -> None:
    """Connects all, `convert` before napoleon."""
    app.connect("autodoc-process-docstring", convert, priority=400)
    app.connect("autodoc-process-signature", factories)
    app.connect("autodoc-skip-member", skip)

"""Two roles that link to chapters by number, in Markdown and in docstrings alike.

{chapter}`chapter 3` is a link with that text; {title-of}`03` is "03 CLIP", and says when a chapter
is planned. And `linked`, which puts the first one wherever a text names chapters.
"""

import re
from collections.abc import Callable

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

from book.course import Chapter

NAMES = re.compile(
    r"\b(?:([Cc]hapters?) (\d+)((?:(?:, | and |, and | to )\d+)*)(?!\d|\.\d)|[Aa]ppendix A\b)"
)


def linked(text: str, role: Callable[[str], str]) -> str:
    """`text` with each chapter that it names put through `role`: "chapter 3", or "5" of several."""

    def link(found: re.Match) -> str:
        word, first, more = found.groups()
        if not word or not more:
            return role(found[0])
        return f"{word} {role(first)}" + re.sub(r"\d+", lambda n: role(n[0]), more)

    return NAMES.sub(link, text)


class ChapterRole(SphinxRole):
    """A link to the chapter whose number the text holds."""

    titled = False

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """One reference; an error where there is no such chapter."""
        number = re.search(r"\d+|[A-Z]$", self.text)
        key = number[0].zfill(2) if number and number[0].isdigit() else number and number[0]
        chapter: Chapter | None = self.config.course.get(key)
        if not chapter:
            message = self.inliner.reporter.error(f"there is no chapter {self.text!r}")
            return [nodes.problematic(self.rawtext, self.rawtext)], [message]
        text = chapter.label if self.titled else self.text
        link = pending_xref(
            "",
            nodes.inline(text, text),
            refdomain="std",
            reftype="doc",
            reftarget=f"/{chapter.page}",
            refdoc=self.env.docname,
            refexplicit=True,
            refwarn=True,
        )
        self.set_source_info(link)
        return [link], []


class TitleRole(ChapterRole):
    """The same with number and title as its text."""

    titled = True


def setup(app: Sphinx) -> None:
    """Adds both."""
    app.add_role("chapter", ChapterRole())
    app.add_role("title-of", TitleRole())

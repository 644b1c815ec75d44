"""The pages of the API reference, one for each folder of the library, in the house's order."""

import ast
from pathlib import Path

from book.course import ROOT, named

PACKAGE = ROOT / "dalle_edu"
ORDER = (
    ("world", "data", "evaluation"),
    ("contrastive", "alignment", "gan", "chain", "provenance"),
    ("dalle1", "diffusion", "dalle2"),
    ("zoo", "report", "export", "training", "plan", "course", "cli"),
)
HIDDEN = "checks/"  # they hold the exercises' answers
INDEX = """# API reference

From the docstrings, in the order of the house: a module uses only what stands above it. Each names
the chapters that build or use it. Shapes are in the same letters everywhere: B batch, L tokens, D
embedding, C channels, H, W; pictures between functions are uint8 (B, 3, H, W). The checks of the
exercises are left out: they hold the answers.

```{eval-rst}
.. autofunction:: dalle_edu.load
```

"""


def modules(place: str, package: Path = PACKAGE) -> list[Path]:
    """The files of a place in the package, a folder or one module: first what says what it is."""
    if (package / f"{place}.py").is_file():
        return [package / f"{place}.py"]
    found = sorted((package / place).rglob("*.py"))
    return [path for path in found if HIDDEN not in path.relative_to(package).as_posix()]


def dotted(path: Path, package: Path = PACKAGE) -> str:
    """A file's name as Python imports it."""
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def back(path: Path) -> str:
    """The chapters that a module names, as a line of links; empty if it names none."""
    numbers = named(path.read_text(encoding="utf-8"))
    links = ", ".join(f"{{title-of}}`{number}`" for number in numbers)
    return f"*Chapters:* {links}\n\n" if links else ""


def page(place: str, package: Path = PACKAGE) -> str:
    """The page of one place in the package."""
    text = f"# `dalle_edu.{place}`\n\n"
    for path in modules(place, package):
        if not ast.parse(path.read_text(encoding="utf-8")).body:
            continue
        name = dotted(path, package)
        if name != f"dalle_edu.{place}":
            text += f"## `{name.removeprefix('dalle_edu.')}`\n\n"
        # A folder's own file only passes on names, which are described where they are written.
        folder = path.name == "__init__.py"
        text += "" if folder else back(path)
        members = "" if folder else "   :members:\n"
        text += f"```{{eval-rst}}\n.. automodule:: {name}\n{members}```\n\n"
    return text


def pages(package: Path = PACKAGE) -> dict[str, str]:
    """File name in `book/` to text: an index, and a page for each place that is there."""
    made = {}
    index = INDEX
    for group in ORDER:
        there = [place for place in group if modules(place, package)]
        if there:
            made |= {f"api/{place}.md": page(place, package) for place in there}
            index += "```{toctree}\n:maxdepth: 1\n\n" + "\n".join(there) + "\n```\n\n"
    return {"api/index.md": index, **made}

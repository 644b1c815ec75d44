"""The pages that are made when the book is built: chapters, their lists, the API reference.

They lie in `book/chapters/` and `book/api/`, which git ignores. A chapter is its notebook with
numbers in front of its title and with links that a notebook alone cannot have; the notebook itself
is not touched.
"""

import json
import re
import unicodedata
from pathlib import Path

from book import api, graph
from book.course import REPOSITORY, SEVEN_HOURS, Chapter, by_part, chapters
from book.roles import linked

HERE = Path(__file__).parent
LIVE = {  # pages of the book that compute, and the chapters that they belong to
    "00": (("draw", "draw in this browser"),),
    "02": (("similarity", "the matrix, live"),),
    "05": (("game", "the game, live"),),
    "07": (("draw", "draw in this browser"),),
}
SLIDERS = "Sliders move where the notebook runs; on this page they show one position."
# What must stay as it is: fenced blocks, folded answers, formulas, code, links, headings.
FIXED = re.compile(
    r"(```.*?```|<details.*?</details>|\$\$.*?\$\$|\$[^$\n]+\$|`[^`]+`|\[[^\]]*\]\([^)]*\)|^#.*?$)",
    re.DOTALL | re.MULTILINE,
)
# "Reed et al. 2016", "Wang & Isola 2020", "Karras et al. 2019, 2020"
WORK = re.compile(r"([A-Z][\w-]+)(?: et al\.|\s+&\s+[A-Z][\w-]+)?,?\s+(\d{4})(?:, (\d{4}))?")


def prose(text: str) -> str:
    """Markdown with a link wherever it names a chapter."""
    pieces = FIXED.split(text)
    pieces[::2] = [linked(piece, lambda said: f"{{chapter}}`{said}`") for piece in pieces[::2]]
    return "".join(pieces)


def works(text: str) -> list[str]:
    """Keys in the bibliography of the works that a list of references names, in its order."""
    keys = []
    for name, *years in WORK.findall(text):
        letters = unicodedata.normalize("NFKD", name.replace("ı", "i"))
        ascii_name = letters.encode("ascii", "ignore").decode().lower()
        keys += [ascii_name + year for year in years if year]
    return list(dict.fromkeys(keys))


def elsewhere(name: str, repository: str = REPOSITORY) -> str:
    """Links to places that run a notebook; plain text: a badge would be fetched."""
    if not repository:
        return "Colab and Binder: not published yet"
    path = f"notebooks/{name}.ipynb"
    colab = f"https://colab.research.google.com/github/{repository}/blob/main/{path}"
    binder = f"https://mybinder.org/v2/gh/{repository}/main?labpath={path}"
    return f"[open in Colab]({colab}) · [open in Binder]({binder})"


def abstracts(page: str) -> dict[str, str]:
    """Number to Chinese abstract, from the sections of `chinese.md`."""
    found = re.findall(r"^## (\w+) .*?\n(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE)
    return {number: text.strip() for number, text in found}


def chinese(number: str) -> str:
    """A chapter's abstract in Chinese, folded away; empty if there is none."""
    text = abstracts((HERE / "chinese.md").read_text(encoding="utf-8")).get(number)
    return f"\n\n:::{{dropdown}} 中文摘要\n{text}\n:::\n" if text else ""


def written(chapter: Chapter, source: str) -> str:
    """The page of a written chapter, as a notebook."""
    notebook = json.loads(source)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            text = prose("".join(cell["source"]))
            if "\n## References" in text or text.startswith("## References"):
                keys = ",".join(works(text.partition("## References")[2]))
                text += f"\n\nIn the [bibliography](../bibliography.md): {{cite}}`{keys}`."
            cell["source"] = text
    opening = notebook["cells"][0]
    if chapter.number.isdigit():
        opening["source"] = opening["source"].replace("# ", f"# {chapter.number} ", 1)
    download = f"{{download}}`download the notebook <../../notebooks/{chapter.name}.ipynb>`"
    sliders = f" · {SLIDERS}" if "widgets" in notebook["metadata"] else ""
    live = "".join(f" · [{said}](../{page}.md)" for page, said in LIVE.get(chapter.number, ()))
    links = f"{download} · {elsewhere(chapter.name)}{live}{sliders}{chinese(chapter.number)}"
    added = {"cell_type": "markdown", "id": "links", "metadata": {}, "source": links}
    notebook["cells"].insert(1, added)
    return json.dumps(notebook, ensure_ascii=False)


def planned(chapter: Chapter) -> str:
    """The page of a chapter that is not written yet."""
    needs = ", ".join(f"{{title-of}}`{number}`" for number in chapter.needs)
    return (
        f"# {chapter.number} {chapter.title}: {chapter.question}\n\n"
        ":::{admonition} Planned\n"
        f"This chapter is not written yet. It will build on {needs}.\n:::\n\n"
        f"{prose(chapter.plan)}"
        f"{chinese(chapter.number)}\n"
    )


def toctrees(every: list[Chapter]) -> str:
    """The sidebar's list of chapters, a part at a time."""
    text = ""
    for title, held in by_part(every):
        lines = "\n".join(f"{chapter.label} <{chapter.page}>" for chapter in held)
        text += f"```{{toctree}}\n:hidden:\n:caption: {title}\n\n{lines}\n```\n\n"
    return text


def table(every: list[Chapter]) -> str:
    """All chapters with their questions, what they need and how long they take to read."""
    lines = ["| Chapter | Question | Needs | Minutes | Main parts |"]
    lines.append("| --- | --- | --- | --- | --- |")
    for _, held in by_part(every):
        for c in held:
            needs = ", ".join(f"{{chapter}}`{n}`" for n in c.needs) or "-"
            question = c.question[0].upper() + c.question[1:]
            told = f"{c.minutes} | {c.main}" if c.written else "planned | "
            lines.append(f"| {{title-of}}`{c.number}` | {question} | {needs} | {told} |")
    return "\n".join(lines) + "\n"


def short_path(every: list[Chapter]) -> str:
    """The seven-hour path: its chapters with the minutes of their main parts, and the sum."""
    chosen = [c for c in every if c.number in SEVEN_HOURS]
    lines = ["| Chapter | Main parts, minutes | All, minutes |", "| --- | --- | --- |"]
    for c in chosen:
        told = f"{c.main} | {c.minutes}" if c.written else f"{c.main}, allowed for | -"
        lines.append(f"| {{title-of}}`{c.number}` | {told} |")
    total = sum(c.main for c in chosen)
    lines.append(f"| Together | {total}, or {total / 60:.1f} hours | |")
    return "\n".join(lines) + "\n"


def pages(every: list[Chapter], notebooks: Path) -> dict[str, str]:
    """File name in `book/` to text, of everything that is made."""
    made = api.pages()
    for chapter in every:
        if chapter.written:
            source = (notebooks / f"{chapter.name}.ipynb").read_text(encoding="utf-8")
            made[f"{chapter.page}.ipynb"] = written(chapter, source)
        else:
            made[f"{chapter.page}.md"] = planned(chapter)
    made["chapters/toctrees.txt"] = toctrees(every)
    made["chapters/table.txt"] = table(every)
    made["chapters/path.txt"] = short_path(every)
    made["chapters/map.html"] = graph.drawing(every)
    return made


def write(every: list[Chapter], notebooks: Path, folder: Path = HERE) -> None:
    """Write what changed and remove what is no longer there, so that a second build is quick."""
    made = pages(every, notebooks)
    for name in ("chapters", "api"):
        for path in (folder / name).glob("*"):
            if path.relative_to(folder).as_posix() not in made:
                path.unlink()
    for name, text in made.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def main() -> list[Chapter]:
    """Makes the pages of this book; the chapters they show."""
    from book.course import NOTEBOOKS

    every = chapters()
    write(every, NOTEBOOKS)
    return every

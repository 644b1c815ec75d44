"""What the course consists of: the parts, the chapters that are written, those that are planned.

A written chapter is a notebook in `notebooks/`, and everything about it is read from its first two
cells, so that adding the notebook is enough. What is only planned stands in `PLANNED`; its row
counts as long as there is no notebook of that name.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
NOTEBOOKS = ROOT / "notebooks"
REPOSITORY = ""  # "owner/name" on GitHub, once the course is published there

PARTS = (  # title and the numbers of its chapters; a chapter that stands nowhere comes last
    ("Start", ("00", "A")),
    ("What it learns from", ("01",)),
    ("Words and pictures made comparable", ("02", "03", "04")),
    ("Drawing", ("05", "06", "07")),
    ("The whole", ("08", "09")),
    ("What DALL-E really was", ("10", "11", "12", "13")),
    ("Beyond the laptop", ("14", "15", "16")),
)
SEVEN_HOURS = ("00", "02", "04", "05", "06", "07", "08", "14")
HOUR = 60  # minutes allowed for a chapter that is not written yet


@dataclass(frozen=True)
class Chapter:
    """One chapter: `name` is its file's, `number` what stands before the first underline."""

    name: str
    title: str
    question: str
    needs: tuple[str, ...] = ()
    minutes: int = HOUR  # of reading, all of it
    main: int = HOUR  # without the parts marked deeper
    written: bool = False
    plan: str = ""  # what it will hold

    @property
    def number(self) -> str:
        return self.name.partition("_")[0]

    @property
    def page(self) -> str:
        return f"chapters/{self.name}"

    @property
    def label(self) -> str:
        """As lists of chapters call it."""
        return f"{self.number} {self.title}" + ("" if self.written else " (planned)")


PLANNED = (
    Chapter(
        "08_the_whole_chain",
        "The whole chain",
        "does each stage earn its place?",
        ("04", "07"),
        plan="Each stage shown, then removed, one at a time, retrained under the same budget and "
        "read by the same judge; re-ranking the best of N; a playground.",
    ),
    Chapter(
        "10_discrete_pictures",
        "Discrete pictures",
        "can a picture be a sentence?",
        ("03", "06"),
        plan="A discrete autoencoder: the bound on the likelihood with its normalisation stated, "
        "Gumbel-softmax, and how many codes are used.",
    ),
    Chapter(
        "11_dalle1",
        "DALL-E 1",
        "what was DALL-E really?",
        ("10",),
        plan="An autoregressive transformer over text and picture tokens: cached keys, guidance, "
        "re-ranking; the same data, minutes and judge as the GAN.",
    ),
    Chapter(
        "12_diffusion",
        "Diffusion",
        "what replaced it?",
        ("04", "05"),
        plan="Diffusion and rectified flow, first on chapter 5's 25 places, then small pictures.",
    ),
    Chapter(
        "13_dalle2",
        "DALL-E 2",
        "and DALL-E 2?",
        ("11", "12"),
        plan="A diffusion prior from text to picture embeddings, a decoder, guidance; the GAN, "
        "DALL-E 1 and DALL-E 2 in one table.",
    ),
    Chapter(
        "14_scaling_up",
        "Scaling up",
        "what changes on a GPU, and on eight?",
        ("02", "07"),
        plan="Arithmetic and memory counted, then measured; mixed precision, compilation; the "
        "contrastive loss across processes, equal to one; cost, and small scaling curves.",
    ),
    Chapter(
        "15_studio",
        "Studio",
        "what is it for?",
        ("08",),
        plan="Design, games, film and advertising: files that real tools open; editing by words.",
    ),
    Chapter(
        "16_responsibility",
        "Responsibility",
        "should it ship?",
        ("09",),
        plan="Bias planted, measured and reduced; memorisation, provenance, energy; licences and "
        "terms by date; a model card.",
    ),
)


def read(path: Path) -> Chapter:
    """The chapter that a notebook is.

    Raises:
        ValueError: if its first cells do not say what every chapter says there.
    """
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    opening = "".join(cells[0]["source"])
    heading = re.match(r"# (?:Appendix \w\. )?(.+?): (.+)", opening)
    box = re.search(r"\*\*You need\*\*(.*?)(?:\n>\n|\Z|\n\n)", opening, re.DOTALL)
    need = box[1].replace("\n>", "") if box else ""
    # "70 minutes, 50 without the parts marked deeper"
    minutes = re.search(r"(\d+) minutes(?:\D{0,30} (\d+)\s+without)?", need)
    if not heading or not minutes:
        wanted = "`# Title: question?`, then a box with `**You need** ... N minutes`"
        raise ValueError(f"{path.name} does not begin like a chapter: write {wanted}")
    return Chapter(
        name=path.stem,
        title=heading[1],
        question=heading[2],
        needs=tuple(named(need[: minutes.start()])),
        minutes=int(minutes[1]),
        main=int(minutes[2] or minutes[1]),
        written=True,
    )


def named(text: str) -> list[str]:
    """Numbers of the chapters and appendices that a text names, "chapters 2 to 4" all three."""
    found = set(re.findall(r"[Aa]ppendix\s+([A-Z])", text))
    for first, word, last in re.findall(r"[Cc]hapters?\s+(\d+)(?:,? (and|to) (\d+))?", text):
        ends = int(first), int(last or first)
        found |= {f"{n:02}" for n in (range(ends[0], ends[1] + 1) if word == "to" else ends)}
    return sorted(found)


def chapters(notebooks: Path = NOTEBOOKS, planned: tuple[Chapter, ...] = PLANNED) -> list[Chapter]:
    """Every chapter, written or planned, in the order of their numbers.

    Raises:
        ValueError: if two chapters have the same number.
    """
    found = {path.stem: read(path) for path in sorted(notebooks.glob("*.ipynb"))}
    every = {c.name: c for c in planned} | found
    numbers: dict[str, str] = {}
    for name, chapter in every.items():
        if other := numbers.get(chapter.number):
            raise ValueError(f"{other} and {name} have one number: rename one, or mend PLANNED")
        numbers[chapter.number] = name
    return sorted(every.values(), key=lambda c: c.number)


def by_part(every: list[Chapter]) -> list[tuple[str, list[Chapter]]]:
    """(part, its chapters); what stands in no part comes last, as "More"."""
    by_number = {c.number: c for c in every}
    parts = [(title, [by_number[n] for n in held if n in by_number]) for title, held in PARTS]
    placed = {n for _, held in PARTS for n in held}
    more = [c for c in every if c.number not in placed]
    return [(title, held) for title, held in [*parts, ("More", more)] if held]

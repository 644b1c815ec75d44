"""Draw, judge, write: what `dalle-edu evaluate` runs. Chapter 9."""

import hashlib
import json
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from dalle_edu import zoo
from dalle_edu.chain import Chain
from dalle_edu.evaluation import damage
from dalle_edu.evaluation.compositional import CATEGORIES, grammar_of, prompts, rate, score
from dalle_edu.evaluation.judge import Judge
from dalle_edu.provenance import write_text
from dalle_edu.world.caption import Caption, describe
from dalle_edu.world.render import render
from dalle_edu.world.scene import CORE, WIDE, Grammar, Scene, sample

SEED = 0  # the shipped one
CELLS = [(name, "seen") for name in CATEGORIES] + [("one thing", "pair"), ("two things", "pair")]
CELLS += [("two things", "order"), ("counting", "count"), ("above and below", "stack")]
Rows = list[dict[str, Any]]
Prompts = list[tuple[Scene, Caption]]


@dataclass(frozen=True)
class Subject:
    """A model and its judge."""

    chain: Chain
    judge: Judge
    grammar: Grammar
    n: int  # prompts a cell

    def draw(self, asked: Prompts, chain: Chain | None = None, n: int = 1, k: int = 10) -> Tensor:
        """n pictures of each prompt, uint8 (B * n, 3, H, W), and other noise every k prompts."""
        texts, draw = [caption.text for _, caption in asked], chain or self.chain
        parts = [draw(texts[i : i + k], n, SEED + i) for i in range(0, len(texts), k)]
        return torch.cat(parts).flatten(0, 1)

    def render(self, scenes: Iterable[Scene], seed: int = 0) -> Tensor:
        """Real pictures, uint8 (B, 3, H, W)."""
        size = self.chain.generator.settings.size
        return torch.stack([render(scene, size, seed + i) for i, scene in enumerate(scenes)])

    def pairs(self, name: str, n: int, split: str | None = "seen", language: str = "en") -> Prompts:
        """Unseen scenes with complete captions; the same for the same name."""
        rng, grammar = random.Random(f"report/{name}"), self.grammar
        scenes = [sample(rng, split, grammar) for _ in range(n)]
        return [(x, describe(x, "complete", language, rng, grammar)) for x in scenes]


def evaluate(
    model: str | Chain,
    out: str | Path,
    n: int = 500,
    entries: Mapping[str, Callable[[Subject], Rows]] | None = None,
    judge: str | Path | None = None,
    about: Mapping[str, Any] | None = None,
) -> str:
    """Runs what is not finished yet, and returns the tables of all that is.

    Leaves out/report.json, written anew after each entry, and the tables in out/report.md.

    Args:
        model: a name for `load`, the folder of a training run, or a chain. out: folder, made.
        n: prompts a cell, at least 1.
        entries: what to measure, by name; by default `ENTRIES`. Their docstrings head the tables.
        judge: folder, by default the run's, else the shipped one. about: machine, command.

    Raises:
        ValueError: if the model or the judge is unknown, or n is below 1.
    """
    if n < 1:
        raise ValueError(f"n is {n}: give at least one prompt a cell")
    s, path = subject(model, judge, n), Path(out, "report.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    of = {"name": s.chain.name, "prompts": n, "model": _checksum(s.chain), "judge": _checksum(s)}
    told = json.loads(path.read_text("utf-8")) if path.exists() else {}
    found = told["entries"] if told.get("of") == of else {}
    how = {"seed": SEED, **(about or {})}
    for name, measure in (entries or ENTRIES).items():
        if name not in found:
            found[name] = {"title": measure.__doc__, "how": how, "rows": measure(s)}
            whole = json.dumps({"of": of, "entries": found}, indent=1, default=asdict)
            write_text(path, whole + "\n")
    text = [f"# {s.chain.name}", f"{n} prompts a cell; shares in %, with 95 % intervals."]
    for entry in json.loads(path.read_text("utf-8"))["entries"].values():
        made = "; ".join(f"{key}: {value}" for key, value in entry["how"].items())
        text += [f"## {entry['title']}", table(entry["rows"]), made]
    write_text(path.with_suffix(".md"), "\n\n".join(text) + "\n")
    return "\n\n".join(text)


def subject(model: str | Chain, judge: str | Path | None, n: int) -> Subject:
    """The model and its judge; see `evaluate`."""
    chain, run = (zoo.load(model), model) if isinstance(model, str) else (model, "")
    homes = [Path(judge)] if judge else [Path(run, "judge"), zoo.WEIGHTS / "judge"]
    home = next((home for home in homes if (home / "judge.json").exists()), None)
    if home is None:
        raise ValueError(f"there is no judge in {homes[0]}: train one, or give its folder")
    taught = not chain.tokenizer.unknown_words(" ".join(WIDE.shapes))
    return Subject(chain, zoo.load_piece(home, "judge"), WIDE if taught else CORE, n)


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as a Markdown table, a column for each key; a share is written in % (low-high)."""

    def cell(value: Any) -> str:
        if isinstance(value, dict):
            share, low, high = (100 * value[key] for key in ("share", "low", "high"))
            return f"{share:.1f} ({low:.1f}-{high:.1f})"
        return "-" if value is None else f"{value:.3g}" if isinstance(value, float) else str(value)

    columns = list(dict.fromkeys(key for row in rows for key in row))
    lines = [columns, ["---"] * len(columns)] + [[cell(r.get(k)) for k in columns] for r in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def audit(s: Subject) -> Rows:
    """The judge itself: clear renders read, foils rejected"""
    told = s.pairs("audit", 4 * s.n, None)
    read = s.judge.read(s.render(scene for scene, _ in told))
    found = {f"renders, {name}": share for name, share in score(read, told).items()}
    for kind in damage.FOILS:
        foils = [(x, damage.foil(x, kind, i, s.grammar)) for i, (x, _) in enumerate(told)]
        scenes, shown = zip(*(pair for pair in foils if pair[1] is not None), strict=True)
        read = zip(s.judge.read(torch.stack(shown)), scenes, strict=True)
        wrong = [reading.scene != scene for reading, scene in read]
        found[f"foils, {kind}, rejected"] = rate(sum(wrong), len(wrong))
    return [{"what": name, "share": share} for name, share in found.items()]


def cells(s: Subject, languages: Sequence[str] = ("en", "zh")) -> Rows:
    """Drawn as said: each attribute, and all of it (a complete prompt: and nothing else there)"""
    rows = []
    for category, split in CELLS:
        for language in languages if grammar_of(category) in (CORE, s.grammar) else ():
            for kind in ("complete", "terse"):
                asked = prompts(split, category, language, kind, s.n)
                where = {"category": category, "split": split, "language": language, "kind": kind}
                rows.append(where | score(s.judge.read(s.draw(asked)), asked))
    return rows


ENTRIES = {f.__name__: f for f in (audit, cells)}


def _checksum(holder: Chain | Subject) -> str:
    """SHA-256 over the settings and weights of the models that a chain or subject holds."""
    found = hashlib.sha256()
    for part in vars(holder).values():
        if isinstance(part, torch.nn.Module):
            found.update(repr(getattr(part, "settings", type(part).__name__)).encode())
            for value in part.state_dict().values():
                found.update(value.contiguous().numpy().tobytes())
    return found.hexdigest()

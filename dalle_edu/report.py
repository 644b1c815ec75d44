"""Draw, judge, write: what `dalle-edu evaluate` runs. Chapter 9."""

import hashlib
import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from dalle_edu import zoo
from dalle_edu.chain import Chain, hear
from dalle_edu.contrastive.losses import cosines
from dalle_edu.data.pictures import to_network, to_pictures
from dalle_edu.evaluation import damage, distances, pixels
from dalle_edu.evaluation.compositional import CATEGORIES, agreement, prompts, rate, score
from dalle_edu.evaluation.judge import Judge, right
from dalle_edu.evaluation.retrieval import EditTest, recall_at_k
from dalle_edu.provenance import write_text
from dalle_edu.world.caption import Caption, describe
from dalle_edu.world.render import render
from dalle_edu.world.scene import CORE, WIDE, Grammar, Scene, encode, sample
from dalle_edu.world.truth import truth_matrix

SEED, POOL = 0, 4096  # the shipped seed; pictures to look up
CELLS = [(name, "seen") for name in CATEGORIES] + [("one thing", "pair"), ("two things", "pair")]
CELLS += [("two things", "order"), ("counting", "count"), ("above and below", "stack")]
Rows = list[dict[str, Any]]
Prompts = list[tuple[Scene, Caption]]


@dataclass(frozen=True)
class Subject:
    """A model and those who judge it."""

    chain: Chain
    judge: Judge
    second: Judge | None  # of another seed and architecture
    discriminator: torch.nn.Module | None
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

    def sentences(self, told: Prompts) -> Tensor:
        """Stage 1's embeddings of the captions, (B, D)."""
        tokens = self.chain.tokenizer([caption.text for _, caption in told])
        return torch.cat([self.chain.clip.captions(part)[0] for part in tokens.split(256)])


class Retrieval(Chain):
    """Draws nothing: of a pool as training has it, the picture with the nearest caption."""

    @torch.no_grad()
    def __init__(self, s: Subject) -> None:
        c = s.chain
        super().__init__(f"retrieval for {c.name}", c.tokenizer, c.clip, c.mapping, c.generator)
        told = s.pairs("pool", POOL)
        self.pictures = to_network(s.render(scene for scene, _ in told))
        self.sentences = s.sentences(told)

    def generate(self, heard, z: Tensor, batch: int = 64) -> Tensor:
        """As `Chain.generate`; the noise changes nothing."""
        nearest = cosines(heard.sentence, self.sentences).argmax(1)
        return self.pictures[nearest].repeat_interleave(len(z) // len(nearest), 0)


def evaluate(
    model: str | Chain,
    out: str | Path,
    n: int = 500,
    only: Sequence[str] | None = None,
    judge: str | Path | None = None,
    about: Mapping[str, Any] | None = None,
) -> str:
    """Runs what is not finished yet (DIR/<entry>.json), writes and returns the tables.

    Args:
        model: a name for `load`, the folder of a training run, or a chain. out: folder, made.
        n: prompts a cell, at least 1. only: names of `ENTRIES`; by default all.
        judge: folder, by default the run's, else the shipped one. about: machine, command.

    Raises:
        ValueError: if the model, the judge or an entry is unknown, or n is below 1.
    """
    if n < 1:
        raise ValueError(f"n is {n}: give at least one prompt a cell")
    if unknown := set(only or ()) - set(ENTRIES):
        raise ValueError(f"entries {unknown} are unknown: choose from {', '.join(ENTRIES)}")
    s, out = subject(model, judge, n), Path(out)
    out.mkdir(parents=True, exist_ok=True)
    of = {"name": s.chain.name, "model": _checksum(s.chain), "judge": _checksum(s), "n": n}
    about, entries = {"seed": SEED, **(about or {})}, {}
    for name, measure in ENTRIES.items():
        path = out / f"{name}.json"
        text = path.read_text("utf-8") if path.exists() else "{}"
        if json.loads(text).get("of") != of and name in (only or ENTRIES):
            text = json.dumps({"of": of, **about, "rows": measure(s)}, default=asdict) + "\n"
            write_text(path, text)
        if (entry := json.loads(text)).get("of") == of:
            entries[name] = entry
    told = [f"# {s.chain.name}", f"{n} prompts a cell; shares in %, with 95 % intervals."]
    told += [f"{key}: {value}" for key, value in about.items()]
    told += [f"## {ENTRIES[key].__doc__}\n\n{table(e['rows'])}" for key, e in entries.items()]
    about |= {"of": of, "entries": entries}
    write_text(out / "report.json", json.dumps(about, indent=1) + "\n")
    write_text(out / "report.md", "\n\n".join(told) + "\n")
    return "\n\n".join(told)


def subject(model: str | Chain, judge: str | Path | None, n: int) -> Subject:
    """The model and its judges; see `evaluate`."""
    chain, run = (zoo.load(model), model) if isinstance(model, str) else (model, "")
    homes = [Path(judge)] if judge else [Path(run, "judge"), zoo.WEIGHTS / "judge"]
    if (first := _piece(homes, "judge")) is None:
        raise ValueError(f"there is no judge in {homes[0]}: train one, or give its folder")
    second = _piece([zoo.WEIGHTS / "judge-2"], "judge")
    critic = _piece([Path(run, "gan")], "discriminator")
    taught = not chain.tokenizer.unknown_words(" ".join(WIDE.shapes))
    return Subject(chain, first, second, critic, WIDE if taught else CORE, n)


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
    """The judge itself: clear renders, foils rejected, pixels and a second judge that agree"""
    told = s.pairs("audit", 4 * s.n, None)
    real, drawn = s.render(x for x, _ in told), prompts("seen", "two things", "en", "complete", s.n)
    found = {f"renders, {k}": share for k, share in score(s.judge.read(real), told).items()}
    for kind in damage.FOILS:
        foils = [(x, damage.foil(x, kind, i, s.grammar)) for i, (x, _) in enumerate(told)]
        scenes, shown = zip(*(pair for pair in foils if pair[1] is not None), strict=True)
        read = zip(s.judge.read(torch.stack(shown)), scenes, strict=True)
        wrong = [reading.scene != scene for reading, scene in read]
        found[f"foils, {kind}, rejected"] = rate(sum(wrong), len(wrong))
    for name, asked, shown in (("renders", told, real), ("drawn", drawn, s.draw(drawn))):
        seen = s.judge.read(shown)
        both = zip(pixels.see(shown), seen, strict=True)
        agree = [exact.agrees(r.scene) for exact, r in both if r.scene]
        found[f"{name}, pixels agree"] = rate(sum(agree), len(agree))
        if s.second:
            three = zip(seen, s.second.read(shown), asked, strict=True)
            same = [right(one, c) == right(other, c) for one, other, (_, c) in three]
            found[f"{name}, second judge agrees"] = rate(sum(same), len(same))
    return [{"what": name, "share": share} for name, share in found.items()]


def cells(s: Subject) -> Rows:
    """Drawn as said: each attribute, and all of it (a complete prompt: and nothing else there)"""
    rows = []
    for category, split in CELLS:
        for language in ("en", "zh") if CATEGORIES[category].grammar in (CORE, s.grammar) else ():
            for kind in ("complete", "terse"):
                asked = prompts(split, category, language, kind, s.n)
                where = {"category": category, "split": split, "language": language, "kind": kind}
                rows.append(where | score(s.judge.read(s.draw(asked)), asked))
    return rows


def controls(s: Subject) -> Rows:
    """The same judge on the best of 16 by stage 1, and on pictures that owe the model little"""
    c, looked_up, rows = s.chain, Retrieval(s), []
    with torch.random.fork_rng():
        torch.manual_seed(SEED)
        fresh = type(c.generator)(c.generator.settings)
    untrained = Chain("untrained", c.tokenizer, c.clip, c.mapping, fresh)

    def best(text: str) -> Tensor:
        shown = c([text], 16, SEED)[0]
        return shown[c.scores(shown, text).argmax()]

    for category, split in (("one thing", "seen"), ("two things", "seen"), ("two things", "pair")):
        asked = prompts(split, category, "en", "complete", s.n)
        pictures = {
            "best of 16": torch.stack([best(caption.text) for _, caption in asked]),
            "real": s.render(scene for scene, _ in asked),
            "retrieval": s.draw(asked, looked_up),
            "captions shuffled": s.draw(asked[1:] + asked[:1]),
            "untrained generator": s.draw(asked, untrained),
        }
        for name, shown in pictures.items():
            row = {"pictures": name, "category": category, "split": split}
            rows.append(row | score(s.judge.read(shown), asked))
    return rows


def distance(s: Subject) -> Rows:
    """How far from fresh renders, and as sharp as they where drawn right"""
    c, asked = s.chain, s.pairs("distance", 4 * s.n)
    heard = hear(c.clip, c.tokenizer([caption.text for _, caption in asked]))
    # Prompt i gets picture i of the seed: one noise for all would hide what noise is for.
    drawn = to_pictures(c.generate(heard, c.noise(len(asked), SEED)))
    floor = s.render((scene for scene, _ in asked), 10**6)
    real = s.judge.features(s.render(scene for scene, _ in s.pairs("fresh", len(asked))))
    rows = []
    for name, shown in (("drawn", drawn), ("other renders", floor)):
        found, seen = s.judge.features(shown), s.judge.read(shown)
        row = {"pictures": name, "Frechet distance": distances.frechet_distance(found, real)}
        row |= {"KID x 1000": 1000 * distances.kid(found, real), "sharpness": None}
        good = [i for i, r in enumerate(seen) if right(r, asked[i][1]) and r.scene.things]
        if len(good) > 9:  # fewer tell nothing
            row["sharpness"] = pixels.relative_sharpness(shown[good], [seen[i] for i in good])
        rows.append(row)
    return rows


def variety(s: Subject) -> Rows:
    """What terse prompts leave open: how often two drawings of one agree, two scenes by chance"""
    asked = prompts("seen", "one thing", "en", "terse", s.n)
    drawn = s.draw(asked, n=2, k=1)  # the noise decides here, so each prompt has its own
    found = agreement(s.judge.read(drawn[0::2]), s.judge.read(drawn[1::2]), asked)
    return [{"left open": name} | rates for name, rates in found.items()]


@torch.no_grad()
def stage_1(s: Subject) -> Rows:
    """Stage 1: something true in the first place, among unseen pairs"""
    rows = []
    for language in ("en", "zh"):
        told = s.pairs("stage 1", 2 * s.n, language=language)
        shown = to_network(s.render(scene for scene, _ in told))
        images = torch.cat([s.chain.clip.pictures(part)[0] for part in shown.split(256)])
        true = truth_matrix([encode(scene) for scene, _ in told], [caption for _, caption in told])
        both = recall_at_k(cosines(images, s.sentences(told)), true)
        for way, found in zip(("picture to caption", "caption to picture"), both, strict=True):
            row = {"language": language, "direction": way, "duplicates": found.duplicates}
            rows.append(row | {"R@1": rate(found.hits, found.queries)})
    return rows


@torch.no_grad()
def edits(s: Subject) -> Rows:
    """The true caption ranked above one edit of it, each kind apart (chance 50 %)"""
    clip, d, rows = s.chain.clip, s.discriminator, []

    def critic(p: Tensor, t: Tensor) -> Tensor:
        words = d.read(clip.captions(t)[2].float(), t > 0)
        return d.match(d.look(p)[2], tuple(part[:, None] for part in words))[:, 0]

    scorers = {"sentence": lambda *x: clip.own(*x)[0], "words": lambda *x: clip.own(*x)[1]}
    scorers |= {"discriminator": critic} if d else {}
    for language in ("en", "zh"):
        test = EditTest(s.grammar.name, clip.settings.size, s.chain.tokenizer, s.n, language)
        found = {name: test.run(scorer) for name, scorer in scorers.items()}
        for kind, (shown, *_) in test.kinds.items():
            rates = {k: rate(round(f[kind] * len(shown)), len(shown)) for k, f in found.items()}
            rows.append({"language": language, "edit": kind} | rates)
    return rows


ENTRIES = {f.__name__: f for f in (audit, cells, controls, distance, variety, stage_1, edits)}


def _piece(homes: Sequence[Path], kind: str) -> Any:
    """A piece from the first folder that has it, or None."""
    home = next((home for home in homes if (home / f"{kind}.json").exists()), None)
    return home and zoo.load_piece(home, kind)


def _checksum(holder: Chain | Subject) -> str:
    """SHA-256 over the settings and weights of the models that a chain or subject holds."""
    found = hashlib.sha256()
    for part in vars(holder).values():
        if isinstance(part, torch.nn.Module):
            found.update(repr(getattr(part, "settings", type(part).__name__)).encode())
            for value in part.state_dict().values():
                found.update(value.contiguous().numpy().tobytes())
    return found.hexdigest()

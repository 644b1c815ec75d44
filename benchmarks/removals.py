"""Does each stage earn its place? Remove it and train again; and beside it, switch it off.

    python -m benchmarks.removals --source runs/first --minutes 15

Each arm is trained for the same minutes from the source's lower stages; the complete system too,
with three seeds. The second table switches the stage off in the finished model, untrained for it.
Writes results/removals.json and removals.md; finished entries are not run again.
"""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn

from benchmarks import squared_error
from benchmarks.common import (
    Arm,
    compare,
    figures,
    judged,
    lower_stages,
    options,
    results_of,
    table,
)
from benchmarks.controls import Retrieval
from dalle_edu import report, zoo
from dalle_edu.alignment.maps import make_map
from dalle_edu.chain import Chain
from dalle_edu.contrastive.encoders import TextEncoder
from dalle_edu.training import align, gan
from dalle_edu.training.recipes import RECIPES, Recipe


def random_text(source: str, recipe: Recipe, folder: Path) -> None:
    """Stage 1 with a text encoder that never learned; the alignment is trained on it anew."""
    lower_stages(source, recipe, folder)
    clip = zoo.load_piece(folder / "clip", "clip")
    zoo.save_piece(folder / "clip", "clip", forget_text(clip), clip.settings)
    shutil.rmtree(folder / "align")
    align.train(str(folder), recipe, 0, progress=False)


def no_alignment(source: str, recipe: Recipe, folder: Path) -> None:
    """The text embedding itself is the condition."""
    lower_stages(source, recipe, folder)
    mapping, settings = identity(zoo.load_piece(folder / "clip", "clip").settings.embedding)
    zoo.save_piece(folder / "align", "align", mapping, settings)


def one_answer(source: str, recipe: Recipe, folder: Path) -> None:
    """The alignment is trained without noise: a middle of the right answers, always the same."""
    lower_stages(source, recipe, folder)
    shutil.rmtree(folder / "align")
    align.train(str(folder), replace(recipe, align=replace(recipe.align, map="mlp")), 0)


def identity(width: int) -> tuple[nn.Module, zoo.MapSettings]:
    """A map that changes nothing: an MLP that never learned."""
    settings = zoo.MapSettings("mlp", width)
    return make_map(settings), settings


def forget_text(clip: nn.Module) -> nn.Module:
    """The same model, its text encoder as it was before training (seed 0)."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        clip.text = TextEncoder(clip.settings.text).eval().requires_grad_(False)
        clip.sentence_out.reset_parameters()
    return clip


ARMS: dict[str, tuple[Callable, Callable, list[str]]] = {
    "complete": (gan.train, lower_stages, []),
    "random text encoder": (gan.train, random_text, []),
    "no alignment": (gan.train, no_alignment, []),
    "alignment without noise": (gan.train, one_answer, []),
    "no words": (gan.train, lower_stages, ["gan.words_heard=false"]),
    "no GAN: squared error": (squared_error.train, lower_stages, []),
}


def switched_off(chain: Chain, what: str) -> Chain:
    """A finished model without one of its stages."""
    if what == "random text encoder":
        forget_text(chain.clip)
    elif what == "no alignment":
        chain.mapping = identity(chain.clip.settings.embedding)[0].eval()
    elif what == "no words":
        chain.generator.settings = replace(chain.generator.settings, words_heard=False)
    chain.name = f"{chain.name}, {what}"
    return chain


def main() -> None:
    o = options(__doc__, "removals", ARMS, seeds=(0, 1, 2))
    results = results_of(o)

    def show() -> None:
        kinds = {"retrained": {}, "switched off": {}}
        for key, entry in results.entries.items():
            kinds[key.split(": ", 1)[0]][key.split(": ", 1)[1]] = entry
        text = "\n\n".join(f"{kind}\n\n{table(entries)}" for kind, entries in kinds.items())
        results.markdown("Stages removed", text)

    for what in ("complete", "random text encoder", "no alignment", "no words"):

        def off(what=what) -> dict:
            chain = switched_off(zoo.load(o.source), what)
            folder = o.runs / "off" / what.replace(" ", "-")
            return {"figures": figures(judged(folder, o.n, o.judge, chain))}

        results.run(f"switched off: {what}", off)

    def nearest() -> dict:
        model = Retrieval(report.subject(o.source, o.judge, o.n))
        return {"figures": figures(judged(o.runs / "off" / "retrieval", o.n, o.judge, model))}

    results.run("retrained: retrieval", nearest)
    show()
    arms = []
    for name in o.arms:
        train, prepare, changes = ARMS[name]
        recipe = RECIPES[o.recipe].override([*o.set, *changes])
        for seed in o.seeds if name == "complete" else o.seeds[:1]:
            folder = o.runs / f"{name.replace(' ', '-').replace(':', '')}-seed{seed}"
            key = f"retrained: {name}, seed {seed}"
            arms.append(Arm(key, folder, train, recipe, seed, prepare, keep=True))
    compare(results, o, arms, lambda run: figures(judged(run, o.n, o.judge)), show)


if __name__ == "__main__":
    main()

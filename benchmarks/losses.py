"""Which loss draws best in equal minutes? One backbone, one data set, the judge after each.

    python -m benchmarks.losses --source runs/first --minutes 15
    python -m benchmarks.losses --source runs/first --minutes 15 --arms "relativistic + R1 + R2" \\
        "non-saturating + R1" --seeds 0 1 2

Writes results/losses.json and losses.md; finished entries are not run again. The minutes are those
of the generator's loop alone (pictures rendered before); each arm's rate has fallen to the end.
"""

import argparse
from pathlib import Path

from benchmarks import squared_error
from benchmarks.common import (
    Results,
    command,
    figures,
    judged,
    keep_sheet,
    lower_stages,
    table,
    train_for,
)
from dalle_edu.training import gan
from dalle_edu.training.recipes import RECIPES

ARMS = {
    "relativistic + R1 + R2": (gan.train, []),  # R3GAN, Huang et al. 2024
    "non-saturating + R1": (  # StyleGAN2, Karras et al. 2020; LAFITE, Zhou et al. 2022
        gan.train,
        ["gan.loss=non_saturating", "gan.penalty=r1"],
    ),
    "hinge + MA-GP": (  # DF-GAN, Tao et al. 2022; GALIP, Tao et al. 2023
        gan.train,
        ["gan.loss=hinge", "gan.penalty=ma_gp"],
    ),
    "hinge, frozen features of stage 1": (  # Projected GAN, Sauer et al. 2021; StyleGAN-T, 2023
        gan.train,
        ["gan.loss=hinge", "gan.penalty=none", "gan.frozen_trunk=true"],
    ),
    "squared error": (squared_error.train, []),
}


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--source", required=True, help="run or shipped model that has stages 1 and 2")
    ask.add_argument("--minutes", type=float, default=15)
    ask.add_argument("--seeds", type=int, nargs="+", default=[0])
    ask.add_argument("--arms", nargs="+", choices=ARMS, default=list(ARMS))
    ask.add_argument("--recipe", choices=RECIPES, default="laptop")
    ask.add_argument("--set", action="append", default=[], help="for every arm: gan.batch=32")
    ask.add_argument("--runs", type=Path, default=Path("runs/losses"), help="where the runs go")
    ask.add_argument("--judge", help="name or folder; by default the shipped one")
    ask.add_argument("--steps", type=int, help="instead of minutes")
    ask.add_argument("-n", type=int, default=500, help="prompts a cell")
    ask.add_argument("--name", default="losses", help="of the files in results/")
    o = ask.parse_args()
    asked = {"minutes": o.minutes, "steps": o.steps, "recipe": o.recipe, "set": o.set}
    results = Results(o.name, asked | {"source": o.source, "n": o.n, "command": command()})
    for seed in o.seeds:
        for arm in o.arms:
            train, changes = ARMS[arm]
            recipe = RECIPES[o.recipe].override([*o.set, *changes])
            folder = o.runs / f"{arm.replace(' ', '-').replace(',', '')}-seed{seed}"

            def work(train=train, recipe=recipe, folder=folder, seed=seed) -> dict:
                done = train_for(
                    train, lower_stages, o.source, folder, recipe, seed, o.minutes, o.steps
                )
                keep_sheet(folder, o.name)
                return done | {"figures": figures(judged(folder, o.n, o.judge))}

            results.run(f"{arm}, seed {seed}", work)
            results.markdown("Losses, equal minutes", table(results.entries))


if __name__ == "__main__":
    main()

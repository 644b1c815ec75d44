"""Which loss draws best in equal minutes? One backbone, one data set, the judge after each.

    python -m benchmarks.losses --source runs/first --minutes 15
    python -m benchmarks.losses --source runs/first --minutes 15 --arms "relativistic + R1 + R2" \\
        "non-saturating + R1" --seeds 0 1 2

Writes results/losses.json and losses.md; finished entries are not run again. The minutes are those
of the generator's loop alone (pictures rendered before); each arm's rate has fallen to the end.
"""

from benchmarks import squared_error
from benchmarks.common import (
    figures,
    judged,
    keep_sheet,
    lower_stages,
    options,
    results_of,
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
    o = options(__doc__, "losses", ARMS)
    results = results_of(o)
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

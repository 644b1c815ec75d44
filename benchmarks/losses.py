"""Which loss draws best in equal minutes? One backbone, one data set, the judge after each.

    python -m benchmarks.losses --source runs/first --minutes 15
    python -m benchmarks.losses --source runs/first --minutes 15 --arms "relativistic + R1 + R2" \\
        "non-saturating + R1" --seeds 0 1 2

Writes results/losses.json and losses.md; finished entries are not run again. The minutes are those
of the generator's loop alone (pictures rendered before); each arm's rate has fallen to the end.
"""

from benchmarks import squared_error
from benchmarks.common import Arm, compare, figures, judged, options, results_of, table
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
    arms = []
    for seed in o.seeds:
        for name in o.arms:
            train, changes = ARMS[name]
            recipe = RECIPES[o.recipe].override([*o.set, *changes])
            folder = o.runs / f"{name.replace(' ', '-').replace(',', '')}-seed{seed}"
            arms.append(Arm(f"{name}, seed {seed}", folder, train, recipe, seed, keep=True))

    def show() -> None:
        results.markdown("Losses, equal minutes", table(results.entries))

    compare(results, o, arms, lambda run: figures(judged(run, o.n, o.judge)), show)


if __name__ == "__main__":
    main()

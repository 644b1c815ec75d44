"""What must the captions of a training say? Complete, terse, half of each, and noisy ones.

    python -m benchmarks.captions --source runs/first --minutes 15

DALL-E 3's lesson is better captions (Betker et al. 2023). Each arm is trained for the same minutes
on the same scenes, from the source's lower stages; only what is said of the pictures differs. All
arms are asked complete and terse prompts. Writes results/captions.json and captions.md; finished
entries are not run again.
"""

import random
from dataclasses import replace
from unittest import mock

from benchmarks.common import Arm, compare, figures, judged, options, results_of, table
from dalle_edu.training import gan
from dalle_edu.training.batches import Batch, LittleWorld
from dalle_edu.training.recipes import RECIPES, Recipe

WRONG = 0.3  # share of pictures whose caption is another's, in the noisy arm


class Noisy(LittleWorld):
    """A share of the pictures comes with the captions of other ones, and nobody knows."""

    def batch(self, k: int, size: int) -> Batch:
        """As `LittleWorld.batch`, wrong pairs among the others."""
        batch = super().batch(k, size)
        rng = random.Random(f"noisy/{self.seed}/{k}")
        wrong = [i for i in range(size) if rng.random() < WRONG]
        columns = list(range(2 * size))
        for i, j in zip(wrong, wrong[1:] + wrong[:1], strict=True):  # each has the next one's
            columns[i], columns[size + i] = j, size + j
        positive = batch.positive[:, columns]
        positive[range(size), range(size)] = True  # what came with a picture is taken for true
        captions = [batch.captions[j] for j in columns]
        return replace(batch, captions=captions, tokens=batch.tokens[columns], positive=positive)


def train_noisy(folder, recipe: Recipe, seed: int, **options) -> None:
    """`training.gan.train` on noisy pairs."""
    with mock.patch.object(gan, "LittleWorld", Noisy):
        gan.train(folder, recipe, seed, **options)


ARMS = {
    "half complete, half terse": (gan.train, ["data.terse=0.5"]),
    "complete": (gan.train, ["data.terse=0"]),
    "terse": (gan.train, ["data.terse=1"]),
    f"complete, {WRONG:.0%} of another picture": (train_noisy, ["data.terse=0"]),
}


def main() -> None:
    o = options(__doc__, "captions", ARMS)
    results = results_of(o)
    arms = []
    for seed in o.seeds:
        for number, (name, (train, changes)) in enumerate(ARMS.items()):
            if name in o.arms:
                recipe = RECIPES[o.recipe].override([*o.set, *changes])
                folder = o.runs / f"arm{number}-seed{seed}"
                arms.append(Arm(f"{name}, seed {seed}", folder, train, recipe, seed))

    def show() -> None:
        results.markdown("Captions in training, equal minutes", table(results.entries))

    compare(results, o, arms, lambda run: figures(judged(run, o.n, o.judge)), show)


if __name__ == "__main__":
    main()

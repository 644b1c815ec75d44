"""Many kinds of things in training, therefore varied pictures? Two shapes against six.

    python -m benchmarks.shapes --source runs/first --minutes 15

The article's claim 5b. Both arms are trained for the same minutes on as many scenes, from the
source's lower stages (which know all shapes: what is compared is the generator's own training).
Both are then asked for the two shapes that they share, and for the others. Writes
results/shapes.json and shapes.md; finished entries are not run again.
"""

import random
from dataclasses import asdict, replace

import torch
from torch import Tensor

from benchmarks.common import Arm, compare, options, results_of, table
from dalle_edu import report
from dalle_edu.evaluation.compositional import score
from dalle_edu.evaluation.distances import frechet_distance
from dalle_edu.training import gan
from dalle_edu.training.recipes import RECIPES
from dalle_edu.world.caption import describe
from dalle_edu.world.render import render
from dalle_edu.world.scene import CORE, GRAMMARS, Grammar, sample

FEW = replace(CORE, name="two shapes", shapes=CORE.shapes[:2])
OTHERS = replace(CORE, name="the other shapes", shapes=CORE.shapes[2:])
ARMS = {"two shapes": FEW, "six shapes": CORE}
EACH = 4  # pictures a prompt, to see how they differ


def told(name: str, grammar: Grammar, n: int) -> report.Prompts:
    """n scenes with something in them and their complete captions; the same for the same name."""
    rng, found = random.Random(f"shapes/{name}"), []
    while len(found) < n:
        if (scene := sample(rng, "seen", grammar)).things:
            found.append((scene, describe(scene, "complete", "en", rng, grammar)))
    return found


def spread(features: Tensor) -> float:
    """Mean distance between two pictures of one prompt; features (P, N, D), N at least 2."""
    n = features.shape[1]
    return (torch.cdist(features, features).sum((1, 2)) / (n * (n - 1))).mean().item()


def share_within(points: Tensor, region: Tensor, k: int = 3) -> float:
    """The share of points in the region of a set: precision, or recall with the two exchanged.

    The region is all balls around its points that reach to the k-th neighbour (Kynkaanniemi et al.
    2019).
    """
    between = torch.cdist(region, region).fill_diagonal_(torch.inf)
    reach = between.kthvalue(k, dim=1).values
    return (torch.cdist(points, region) <= reach).any(1).float().mean().item()


def figures(s: report.Subject) -> dict:
    """How right, and how varied, pictures of the two shapes are; and how right those of others."""
    found = {}
    for name, grammar in (("the two shapes", FEW), ("the other shapes", OTHERS)):
        asked = told(name, grammar, s.n)
        found[f"{name}, right"] = asdict(score(s.judge.read(s.draw(asked)), asked)["all"])
    asked = told("variety", FEW, s.n)
    drawn = s.judge.features(s.draw(asked, n=EACH, k=1)).unflatten(0, (s.n, EACH))
    real = torch.stack(
        [render(x, s.chain.generator.settings.size, EACH * i + j)
         for i, (x, _) in enumerate(asked) for j in range(EACH)]
    )  # fmt: skip
    real = s.judge.features(real).unflatten(0, (s.n, EACH))
    fresh = s.judge.features(s.render(x for x, _ in told("fresh", FEW, s.n)))
    found["spread of a prompt's pictures (renders: 1)"] = spread(drawn) / spread(real)
    for name, shown in (("drawn", drawn[:, 0]), ("renders", real[:, 0])):
        found[f"{name}: Frechet distance"] = frechet_distance(shown, fresh)
        found[f"{name}: precision"] = share_within(shown, fresh)
        found[f"{name}: recall"] = share_within(fresh, shown)
    return found


def main() -> None:
    o = options(__doc__, "shapes", ARMS)
    results = results_of(o)
    arms = []
    for seed in o.seeds:
        for name in o.arms:
            grammar = ARMS[name]
            GRAMMARS[grammar.name] = grammar  # so that a recipe can name it
            recipe = RECIPES[o.recipe].override([*o.set, f"data.grammar={grammar.name}"])
            folder = o.runs / f"{name.replace(' ', '-')}-seed{seed}"
            arms.append(Arm(f"{name}, seed {seed}", folder, gan.train, recipe, seed))

    def show() -> None:
        results.markdown("Shapes in training, equal minutes", table(results.entries))

    compare(results, o, arms, lambda run: figures(report.subject(str(run), o.judge, o.n)), show)


if __name__ == "__main__":
    main()

"""What stage 1's vectors hold: linear probes for shape, colour and size of a thing (chapter 3).

    python -m benchmarks.probes --model little-world

A ridge classifier is fitted on three quarters of fresh scenes and asked on the rest, for scenes of
one thing and for the left one of two; with `--untrained` of a network with random weights, the
control. Writes results/probes.json and probes.md, one entry for each --label.
"""

import argparse
import random
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from benchmarks.common import Results, command
from dalle_edu import report, zoo
from dalle_edu.contrastive.clip import Clip
from dalle_edu.data.pictures import to_network
from dalle_edu.data.tokenizer import Tokenizer
from dalle_edu.world.caption import describe
from dalle_edu.world.render import render
from dalle_edu.world.scene import COLOURS, SHAPES, SIZES, Scene, sample

ASKED = {"shape": SHAPES, "colour": COLOURS, "size": SIZES}
PENALTY = 0.02  # on standardised channels, times the number of scenes


def right(x: Tensor, label: Tensor) -> float:
    """Of the last quarter of x (N, D), how many labels (N,) a linear classifier tells right."""
    x = (x - x.mean(0)) / (x.std(0) + 1e-6)
    x, kept = torch.cat([x, torch.ones(len(x), 1)], 1), len(x) * 3 // 4
    seen, told = x[:kept], F.one_hot(label[:kept]).float()
    gram = seen.T @ seen + PENALTY * kept * torch.eye(x.shape[1])
    weight = torch.linalg.solve(gram, seen.T @ told)
    return ((x[kept:] @ weight).argmax(1) == label[kept:]).float().mean().item()


@torch.no_grad()
def vectors(clip: Clip, tokenizer: Tokenizer, scenes: list[Scene], seed: int) -> dict[str, Tensor]:
    """Of one picture and one complete caption of each scene: what is probed, each (N, D)."""
    rng, size = random.Random(f"probes/{seed}"), clip.settings.size
    found: dict[str, list[Tensor]] = {}
    for start in range(0, len(scenes), 250):
        part = scenes[start : start + 250]
        pictures = to_network(torch.stack([render(scene, size, rng) for scene in part]))
        tokens = tokenizer([describe(scene, seed=rng).text for scene in part])
        top = clip.top(clip.trunk(pictures))
        sentence = clip.captions(tokens)[0]
        here = {"picture": clip.picture_vector(top), "layer before": top, "sentence": sentence}
        for name, x in here.items():
            found.setdefault(name, []).append(x)
    return {name: torch.cat(parts) for name, parts in found.items()}


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--model", default="little-world", help="name, or folder of a training run")
    ask.add_argument("--scenes", type=int, default=10_000)
    ask.add_argument("--seed", type=int, default=0)
    ask.add_argument("--untrained", action="store_true", help="the same network, never trained")
    ask.add_argument("--label", default="little-world", help="of this entry")
    o = ask.parse_args()
    about = {"model": o.model, "scenes": o.scenes, "seed": o.seed, "command": command()}
    results = Results("probes", about)

    def work() -> dict:
        shipped = zoo.WEIGHTS / o.model
        home = shipped if shipped.is_dir() else Path(o.model, "clip")
        tokenizer = Tokenizer.load(home / "tokenizer.json")
        clip = zoo.load_piece(home, "clip")
        if o.untrained:
            torch.manual_seed(o.seed)
            clip = Clip(clip.settings).eval()
        rng = random.Random(f"probes/{o.seed}")
        scenes = [sample(rng, "seen") for _ in range(o.scenes)]
        rows = []
        for name, x in vectors(clip, tokenizer, scenes, o.seed).items():
            row = {"vector": name}
            for count, which in ((1, "one thing"), (2, "left of two")):
                chosen = [i for i, scene in enumerate(scenes) if len(scene.things) == count]
                things = [min(scenes[i].things, key=lambda t: t.slot) for i in chosen]
                for kind, words in ASKED.items():
                    label = torch.tensor([words.index(getattr(t, kind)) for t in things])
                    row[f"{which}: {kind}"] = right(x[chosen], label)
            rows.append(row)
        return {"rows": rows}

    results.run(o.label, work)
    rows = [{"stage 1": k} | r for k, entry in results.entries.items() for r in entry["rows"]]
    results.markdown("What stage 1's vectors hold: linear probes, share right", report.table(rows))


if __name__ == "__main__":
    main()

"""The judge's training, in plain sight. Chapter 9 reads this loop."""

import random
from dataclasses import replace

import torch
from torch import Generator, Tensor
from tqdm import tqdm

from dalle_edu.data.pictures import to_network
from dalle_edu.evaluation.damage import box, mild, strong
from dalle_edu.evaluation.judge import Judge, JudgeSettings, judge_loss
from dalle_edu.training.recipes import DataRecipe, Recipe
from dalle_edu.training.run import Run
from dalle_edu.world.render import lay_out, paint
from dalle_edu.world.scene import GRAMMARS, SLOTS, encode, sample


def train(folder, recipe: Recipe, seed: int, resume=False, device=None, progress=True) -> None:
    """Trains `Judge` on renders of all splits, a third of them damaged mildly and a third strongly.

    Of the clear ones it learns to read everything, of the spoiled ones only that they are spoiled.
    Leaves judge.safetensors; reports the audit.
    """
    r, data = recipe.judge, recipe.data
    run = Run(folder, "judge", recipe, seed, resume, device, progress)
    pool = Pool(data, seed, progress)
    settings = JudgeSettings(data.grammar, r.kind, r.widths, size=data.size)
    model = Judge(settings)
    asked = [place for place, _ in model.heads.values()]
    optimiser = torch.optim.AdamW(model.parameters(), r.rate, weight_decay=0.02, foreach=True)
    model, optimiser = run.prepare(model, optimiser)
    run.state({"judge": model}, {"judge": optimiser})

    for step in run.steps():
        pictures, codes, clear = pool.batch(r.batch, run.generator(run.turn(step)))
        pictures, codes, clear = (x.to(run.device.device) for x in (pictures, codes, clear))
        with run.autocast():
            answers, legible = model(to_network(pictures))
        reading, telling = judge_loss(answers, legible, codes[:, asked], clear)
        run.check(step, reading=reading, telling=telling)
        optimiser.zero_grad()
        run.backward(reading + 2 * telling, model)
        optimiser.step()
        run.log(step, reading=reading, telling=telling)
    judge = model.cpu()
    run.keep("judge", judge, settings)
    unseen = Pool(replace(data, scenes=min(1000, data.scenes)), seed, progress, "unseen")
    both = zip(judge.read(unseen.pictures), unseen.codes.tolist(), strict=True)
    same = [reading.scene is not None and encode(reading.scene) == codes for reading, codes in both]
    run.finish(whole_scenes_right=sum(same) / len(same))


class Pool:
    """Rendered scenes of all splits, with the boxes of their things; and batches of them."""

    def __init__(self, data: DataRecipe, seed: int, progress: bool = True, name: str = "train"):
        rng, size = random.Random(f"judge/{name}/{seed}"), data.size
        self.pictures = torch.empty(data.scenes, 3, size, size, dtype=torch.uint8)
        self.codes = torch.empty(data.scenes, 4 + 5 * SLOTS, dtype=torch.long)
        self.boxes = torch.zeros(data.scenes, SLOTS, 4)  # pixels; zeros for an empty slot
        hide = None if progress else True  # None: hidden unless on a terminal
        for i in tqdm(range(data.scenes), "rendering", disable=hide):
            scene = sample(rng, None, GRAMMARS[data.grammar])
            layout = lay_out(scene, rng)
            self.pictures[i] = torch.tensor(paint(layout, size)).permute(2, 0, 1)
            self.codes[i] = torch.tensor(encode(scene))
            for placed in layout.things:
                self.boxes[i, placed.thing.slot] = torch.tensor(box(placed, size))

    def batch(self, size: int, generator: Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Pictures uint8 (B, 3, H, W), codes (B, 34) and clear (B,) bool.

        The first third is as rendered, the second mildly damaged, the last, not clear, strongly.
        """
        index = torch.randint(len(self.pictures), (size,), generator=generator)
        pictures, boxes = self.pictures[index], self.boxes[index]
        things = (boxes[:, :, 2] > 0).float() + 1e-6  # (B, slots): one of them is chosen
        slot = torch.multinomial(things, 1, generator=generator)[:, 0]
        boxes = boxes[torch.arange(size), slot]  # (B, 4)
        part, last = size // 3, 2 * (size // 3)
        damaged = mild(pictures[part:last], generator)
        spoiled = strong(pictures[last:], boxes[last:], generator)
        shown = torch.cat([pictures[:part], damaged, spoiled])
        return shown, self.codes[index], torch.arange(size) < last

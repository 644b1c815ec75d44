"""Stage 2: alignment, from the text embedding to the picture's, in plain sight. Chapter 4."""

import torch
import torch.nn.functional as F
from torch import Tensor

from dalle_edu.alignment import maps
from dalle_edu.contrastive.clip import Clip
from dalle_edu.data.tokenizer import Tokenizer
from dalle_edu.training.batches import LittleWorld
from dalle_edu.training.recipes import Recipe
from dalle_edu.training.run import Run
from dalle_edu.zoo import load_piece


def train(folder, recipe: Recipe, seed: int, resume=False, device=None, progress=True) -> None:
    """Fits the map that `recipe.align.map` names on stage 1's frozen embeddings of unseen pairs.

    Mean shift and ridge have closed forms; the flow learns velocities, the other network by the
    distance. Leaves align.safetensors; reports, on unseen pairs, the energy score, the cosine to
    the picture's own embedding, and that between two answers to one sentence: equal where answers
    are as varied as pictures.
    """
    r = recipe.align
    run = Run(folder, "align", recipe, seed, resume, device, progress)
    tokenizer = Tokenizer.load(run.chain / "clip" / "tokenizer.json")
    clip = run.prepare(load_piece(run.chain / "clip", "clip"))
    world = LittleWorld(recipe.data, tokenizer, seed, "align", r.scenes, progress)
    text, picture = embed(world, clip, run, r.pairs)
    kept = len(text) // 8  # the first eighth is never fitted
    settings = maps.MapSettings(r.map, text.shape[1], r.hidden)
    if r.map in ("mlp", "flow"):
        mapping = maps.make_map(settings)
        optimiser = torch.optim.AdamW(mapping.parameters(), r.rate, weight_decay=0.01)
        mapping, optimiser = run.prepare(mapping, optimiser)
        run.state({"align": mapping}, {"align": optimiser})
        for step in run.steps():
            chance = run.generator(run.turn(step))
            rows = torch.randint(kept, len(text), (r.batch,), generator=chance)
            if r.map == "flow":
                noise = torch.randn(r.batch, mapping.noise, generator=chance).to(text.device)
                time = torch.rand(r.batch, 1, generator=chance).to(text.device)
                loss = maps.flow_loss(mapping, text[rows], picture[rows], noise, time)
            else:
                loss = maps.energy_score(mapping(text[rows])[:, None], picture[rows])
            run.check(step, loss=loss)
            optimiser.zero_grad()
            run.backward(loss, mapping)
            optimiser.step()
            run.log(step, loss=loss)
    elif r.map == "ridge":
        mapping = maps.Ridge.fit(text[kept:], picture[kept:], r.ridge)
    else:
        mapping = maps.MeanShift.fit(text[kept:], picture[kept:])
    run.keep("align", mapping, settings)
    with torch.no_grad():
        before = F.cosine_similarity(text[:kept], picture[:kept]).mean().item()
        noise = torch.randn(4, kept, mapping.noise, generator=run.generator(0, "test"))
        answers = torch.stack([mapping(text[:kept], z.to(text.device)) for z in noise], 1)
        energy = maps.energy_score(answers, picture[:kept]).item()
        after = F.cosine_similarity(answers[:, 0], picture[:kept]).mean().item()
        alike = F.cosine_similarity(answers[:, 0], answers[:, 1]).mean().item()
    run.finish(cosine_before=before, cosine_after=after, cosine_of_two_answers=alike, energy=energy)


@torch.no_grad()
def embed(
    world: LittleWorld, clip: Clip, run: Run, count: int, size: int = 256
) -> tuple[Tensor, Tensor]:
    """Text and picture embeddings (N, D) of fresh true captions, one batch after another."""
    texts, pictures = [], []
    for k in range(-(-count // size)):
        batch = world.batch(k, size).to(run.device.device)
        with run.autocast():
            pictures.append(clip.pictures(batch.pictures)[0])
            texts.append(clip.captions(batch.tokens[:size])[0])
    return torch.cat(texts), torch.cat(pictures)

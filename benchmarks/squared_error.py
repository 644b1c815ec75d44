"""A generator trained to be near its picture, pixel by pixel: the arm without a game.

One caption has many pictures, so that the nearest guess is their mean, a blur (chapters 5 and 8).
The loop is that of `training.gan` without a discriminator: same batches, words and conditions.
"""

import copy

import torch

from dalle_edu.chain import Chain, hear
from dalle_edu.data.tokenizer import Tokenizer
from dalle_edu.gan.generator import Generator, GeneratorSettings
from dalle_edu.training.batches import LittleWorld
from dalle_edu.training.gan import SHEET_PROMPTS, embed_pictures, update_average
from dalle_edu.training.recipes import Recipe
from dalle_edu.training.run import Run
from dalle_edu.zoo import load_piece, save_piece


def train(folder, recipe: Recipe, seed: int, resume=False, device=None, progress=True) -> None:
    """Leaves generator.safetensors, as `training.gan.train` does."""
    r = recipe.gan
    run = Run(folder, "gan", recipe, seed, resume, device, progress)
    tokenizer = Tokenizer.load(run.chain / "clip" / "tokenizer.json")
    clip = run.prepare(load_piece(run.chain / "clip", "clip"))
    mapping = run.prepare(load_piece(run.chain / "align", "align"))
    world = LittleWorld(recipe.data, tokenizer, seed, progress=progress)
    own_embedding = embed_pictures(world, clip, run)
    words = clip.settings.text.width + 2 * clip.matcher.width
    settings = GeneratorSettings(
        recipe.data.size,
        r.noise,
        words,
        clip.settings.embedding,
        r.width,
        r.style,
        r.generator_widths,
    )
    g = Generator(settings)
    optimiser = torch.optim.Adam(g.parameters(), r.rate, (0.0, 0.99))
    g, optimiser = run.prepare(g, optimiser)
    average = copy.deepcopy(g).eval().requires_grad_(False)
    run.state({"generator": g, "average": average}, {"generator": optimiser})
    chain = Chain("training", tokenizer, clip, mapping, average)
    for step in run.steps():
        batch = world.batch(step, r.batch).to(run.device.device)
        chance, size = run.generator(step), len(batch.pictures)
        noise = torch.randn(size, mapping.noise + r.noise, generator=chance)
        for_map, for_generator = chain.split(noise.to(batch.pictures.device))
        coin = torch.rand(size, 1, generator=chance).to(batch.pictures.device)
        with run.autocast():
            heard = hear(clip, batch.tokens[:size])
            aligned = mapping(heard.sentence, for_map).float()
            condition = torch.where(coin < r.image_condition, own_embedding[batch.index], aligned)
            drawn = g(heard.words, heard.mask, condition, for_generator)
        loss = (drawn.float() - batch.pictures).square().mean()
        run.check(step, squared_error=loss)
        optimiser.zero_grad()
        run.accelerator.backward(loss)
        optimiser.step()
        update_average(average, g, min(r.ema, (step + 1) / (step + 10)))
        run.log(step, squared_error=loss)
        run.sheet(step, lambda: chain(SHEET_PROMPTS, n=1, seed=0)[:, 0])
    save_piece(run.folder, "generator", average, settings)
    run.finish()

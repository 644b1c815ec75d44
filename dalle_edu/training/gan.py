"""Stage 3: the generator and its discriminator, in plain sight. Chapters 5 to 7 read this loop."""

import copy

import torch

from dalle_edu.chain import Chain, hear
from dalle_edu.data.pictures import to_network
from dalle_edu.data.tokenizer import Tokenizer
from dalle_edu.gan.discriminator import Discriminator, DiscriminatorSettings
from dalle_edu.gan.generator import Generator, GeneratorSettings
from dalle_edu.gan.losses import LOSSES, matching
from dalle_edu.gan.penalties import ma_gp, r1, r2
from dalle_edu.training.batches import LittleWorld, candidates, pick
from dalle_edu.training.recipes import Recipe
from dalle_edu.training.run import Run
from dalle_edu.zoo import load_piece

SHEET_PROMPTS = (
    "A blue sky with white clouds and a sun in the corner.",
    "a large red circle on the left and a small blue square on the right, grass, a grey sky",
    "a small yellow star in the centre, a night sky with a moon in the top left corner over snow",
    "a large white cross to the left of a large purple triangle at sunset",
    "a green square on the right under a blue sky with two white clouds",
    "a black diamond on the left, snow",
    "an orange star",
    "a small red triangle and a large orange diamond under a night sky, no clouds, sand",
)


def train(folder, recipe: Recipe, seed: int, resume=False, device=None, progress=True) -> None:
    """Trains both players on frozen stages 1 and 2; leaves generator.safetensors (the average).

    score(picture, caption) = real(picture) + match(picture, caption). The discriminator learns that
    real pictures outscore drawn ones of the same caption, which of a few captions is a real
    picture's own, and where stage 1 puts a real picture; the generator is asked for all three, or
    it would draw what the words leave open always alike. One drawn batch serves both players.
    """
    r, data = recipe.gan, recipe.data
    run = Run(folder, "gan", recipe, seed, resume, device, progress)
    tokenizer = Tokenizer.load(run.chain / "clip" / "tokenizer.json")
    clip = run.prepare(load_piece(run.chain / "clip", "clip"))
    mapping = run.prepare(load_piece(run.chain / "align", "align"))
    world = LittleWorld(data, tokenizer, seed, progress=progress)
    own_embedding = embed_pictures(world, clip, run)

    c, width = clip.settings, clip.settings.text.width
    words = width + 2 * clip.matcher.width
    sizes = {"width": r.width, "style": r.style, "widths": r.generator_widths}
    sizes |= {"words": words, "words_heard": r.words_heard}
    settings = GeneratorSettings(data.size, r.noise, sentence=c.embedding, **sizes)
    g = Generator(settings)
    d = Discriminator(DiscriminatorSettings(data.size, c.widths, c.top, width, c.embedding))
    d.start_from(clip)
    d.trunk.requires_grad_(not r.frozen_trunk)
    g_optimiser, d_optimiser = (
        torch.optim.Adam(player.parameters(), r.rate, (0.0, 0.99)) for player in (g, d)
    )
    g, d, g_optimiser, d_optimiser = run.prepare(g, d, g_optimiser, d_optimiser)
    average = copy.deepcopy(g).eval().requires_grad_(False)
    run.state(
        {"generator": g, "discriminator": d, "average": average},
        {"generator": g_optimiser, "discriminator": d_optimiser},
    )
    loss_d, loss_g = LOSSES[r.loss]
    chain = Chain("training", tokenizer, clip, mapping, average)

    for step in run.steps():
        turn = run.turn(step)
        batch = world.batch(turn, r.batch).to(run.device.device)
        chance = run.generator(turn)
        columns, true = candidates(batch, r.candidates, chance)
        own = torch.zeros_like(columns[:, 0])
        real, size = batch.pictures, len(batch.pictures)
        noise = torch.randn(size, mapping.noise + r.noise, generator=chance)
        for_map, for_generator = chain.split(noise.to(real.device))
        coin = torch.rand(size, 1, generator=chance).to(real.device)
        with run.autocast():
            heard = hear(clip, batch.tokens)
            aligned = mapping(heard.sentence[:size], for_map).float()
            # The condition is the picture's own embedding or, as when it draws, the aligned text's.
            embedding = own_embedding[batch.index]
            is_own = coin < r.image_condition
            condition = torch.where(is_own, embedding, aligned)
            drawn = g(heard.words[:size], heard.mask[:size], condition, for_generator)
        fake = drawn.detach().float()

        # The discriminator's step.
        with run.autocast():
            realness, seen, regions = d.look(torch.cat([real, fake]))
            words = d.read(heard.states, heard.mask)
            of_real, of_fake = zip(*(part.chunk(2) for part in regions), strict=True)
            scores = d.match(of_real, pick(words, columns))  # (B, K), the first column its own
            real_score = realness[:size] + scores[:, 0]
            fake_score = realness[size:] + d.match(of_fake, pick(words, columns[:, :1]))[:, 0]
        d_adversarial, d_words = loss_d(real_score, fake_score), matching(scores, own, true)
        d_condition = squared_distance(seen[:size], embedding).mean()
        d_loss = d_adversarial + r.word_weight * d_words + r.condition_weight * d_condition
        run.check(step, d_adversarial=d_adversarial, d_words=d_words, d_condition=d_condition)
        if r.penalty != "none" and step % r.penalty_every == 0:
            penalty = gradient_penalty(d, real, fake, heard, run)
            run.check(step, penalty=penalty)
            # Lazily: every n-th step with n times the weight; gamma / 2 is the penalty's weight.
            d_loss = d_loss + r.penalty_weight * r.penalty_every * penalty
        d_optimiser.zero_grad()
        run.backward(d_loss, d)
        d_optimiser.step()

        # The generator's step, against the discriminator as it now is, its weights held still;
        # the real pictures' scores are those from before its step, which saves a pass.
        d.requires_grad_(False)
        with run.autocast():
            realness, seen, regions = d.look(drawn)
            scores = d.match(regions, pick(tuple(part.detach() for part in words), columns))
        g_adversarial = loss_g(real_score.detach(), realness + scores[:, 0])
        g_words = matching(scores, own, true)
        # An aligned one may fall between two kinds of picture: then a clear picture, not a blend.
        g_condition = (is_own[:, 0] * squared_distance(seen, condition)).mean()
        run.check(step, g_adversarial=g_adversarial, g_words=g_words, g_condition=g_condition)
        g_loss = g_adversarial + r.word_weight * g_words + r.condition_weight * g_condition
        g_optimiser.zero_grad()
        run.backward(g_loss, g)
        g_optimiser.step()
        d.requires_grad_(True)
        d.trunk.requires_grad_(not r.frozen_trunk)
        update_average(average, g, min(r.ema, (step + 1) / (step + 10)))

        gap = (real_score - fake_score).mean()
        run.log(step, d_adversarial=d_adversarial, d_words=d_words, d_condition=d_condition,
                g_adversarial=g_adversarial, g_words=g_words, g_condition=g_condition,
                gap=gap)  # fmt: skip
        run.sheet(step, lambda: chain(SHEET_PROMPTS, n=1, seed=0)[:, 0])
    run.keep("generator", average, settings)
    run.keep("discriminator", d, d.settings)
    run.finish()


def gradient_penalty(d: Discriminator, real, fake, heard, run: Run) -> torch.Tensor:
    """On half of the batch, in the run's precision (a test holds it near float32): (R1 + R2) / 2,
    R1 / 2, or DF-GAN's penalty around real pictures and the words they were said in."""
    half, kind = len(real) // 2, run.recipe.penalty
    pictures = [part[:half].clone().requires_grad_() for part in (real, fake)]
    states = heard.states[:half].clone().requires_grad_()
    with run.autocast():
        realness, _, regions = d.look(torch.cat(pictures))
        words = d.read(states, heard.mask[:half])
        twice = tuple(torch.cat([part, part])[:, None] for part in words)
        scores = realness + d.match(regions, twice)[:, 0]
    real_score, fake_score = scores.chunk(2)
    if kind == "ma_gp":
        return ma_gp(real_score, pictures[0], states)
    penalty = r1(real_score, pictures[0])
    return (penalty + (r2(fake_score, pictures[1]) if kind == "r1 + r2" else 0)) / 2


def squared_distance(embedding: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """|e - w|^2 of each row, that is 2 - 2 cos on the unit sphere; both (B, D), to (B,)."""
    return (embedding - wanted).square().sum(1)


@torch.no_grad()
def update_average(average: torch.nn.Module, model: torch.nn.Module, decay: float) -> None:
    """Exponential moving average of parameters; buffers are copied (EMA of GAN weights: Yazıcı
    et al. 2019)."""
    for mean, value in zip(average.parameters(), model.parameters(), strict=True):
        mean.lerp_(value, 1 - decay)
    for mean, value in zip(average.buffers(), model.buffers(), strict=True):
        mean.copy_(value)


@torch.no_grad()
def embed_pictures(world: LittleWorld, clip, run: Run, size: int = 256) -> torch.Tensor:
    """Stage 1's embeddings (N, D) of the whole pool."""
    found = []
    for pictures in world.pictures.split(size):
        with run.autocast():
            found.append(clip.pictures(to_network(pictures).to(run.device.device))[0])
    return torch.cat(found)

"""Stage 1: contrastive pre-training, in plain sight. Chapter 3 reads this loop."""

import numpy as np
import torch
from tqdm import tqdm

from dalle_edu.contrastive.across import info_nce_local
from dalle_edu.contrastive.clip import Clip, ClipSettings
from dalle_edu.contrastive.encoders import TextSettings
from dalle_edu.contrastive.losses import info_nce
from dalle_edu.evaluation.retrieval import EditTest
from dalle_edu.gan.losses import matching
from dalle_edu.training.batches import LittleWorld, candidates, pick, train_tokenizer
from dalle_edu.training.recipes import Recipe, learning_rate
from dalle_edu.training.run import Run
from dalle_edu.world.truth import truth_matrix


def train(folder, recipe: Recipe, seed: int, resume=False, device=None, progress=True) -> None:
    """Trains `Clip` on true and edited captions; leaves clip.safetensors and tokenizer.json.

    Two losses: symmetric InfoNCE between pictures and sentences, where positives are the captions
    that are *true* and the edited captions are extra false ones for the pictures; and a softmax
    over a few candidate captions of the word-to-region scores. In the end the heads alone.
    """
    r, data = recipe.clip, recipe.data
    run = Run(folder, "clip", recipe, seed, resume, device, progress)
    tokenizer = train_tokenizer(data, seed)
    if run.main:
        tokenizer.save(run.folder / "tokenizer.json")
    world = LittleWorld(data, tokenizer, seed, progress=progress)
    text = TextSettings(len(tokenizer), r.text_width, r.text_layers, positions=r.positions)
    settings = ClipSettings(text, data.size, r.widths, r.top, r.embedding)
    model = Clip(settings)
    optimiser = torch.optim.AdamW(model.parameters(), r.rate, (0.9, 0.98), weight_decay=r.decay)
    model, optimiser = run.prepare(model, optimiser)
    run.state({"clip": model}, {"clip": optimiser})
    test = EditTest(data.grammar, data.size, tokenizer, r.test_pairs)

    for step in run.steps():
        turn = run.turn(step)
        batch = world.batch(turn, r.batch).to(run.device.device)
        columns, true = candidates(batch, r.candidates, run.generator(turn))
        of_pictures, of_captions = world.truth_everywhere(batch)
        own = torch.zeros_like(columns[:, 0])
        with run.autocast():
            picture, regions = model.pictures(batch.pictures)
            sentence, words, _ = model.captions(batch.tokens)
            scores = model.matcher(regions, pick(words, columns))
        contrastive = info_nce_local(picture, sentence, of_pictures, of_captions, model.scale)
        words_loss = matching(scores, own, true)
        loss = contrastive + words_loss
        run.check(step, contrastive=contrastive, words=words_loss)
        optimiser.zero_grad()
        run.backward(loss, model)
        optimiser.step()

        run.log(step, contrastive=contrastive, words=words_loss, scale=model.scale)
        if (step + 1) % r.test_every == 0:
            for name, table in edit_tables(model, test, run).items():
                run.record(step, name, **table)
    train_heads(model, world, run)
    run.keep("clip", model, settings)
    run.finish(**edit_tables(model, test, run))


def train_heads(model: Clip, world: LittleWorld, run: Run) -> None:
    """InfoNCE in batches ten times as large, for the last layer of each encoder alone.

    Among 96 pairs hardly two differ in a colour alone, so that nothing asks the vectors for it: a
    linear probe reads 79 % of colours from the picture's, 97 % from the layer before. Among ten
    times as many some do; with the encoders frozen such a batch costs little (92 % after:
    `benchmarks/probes.py`).
    """
    r, pool = run.recipe, []
    for k in range(r.heads_pool):
        batch = world.batch(run.turn(r.steps + k), r.batch).to(run.device.device)
        with torch.no_grad(), run.autocast():
            top = model.top(model.trunk(batch.pictures)).float()
            start = model.text(batch.tokens)[0][:, 0].float()
        pool.append((top, start, world.codes[batch.index.cpu()], batch.captions))
    heads = [*model.picture_out.parameters(), *model.sentence_out.parameters(), model.log_scale]
    optimiser = torch.optim.AdamW(heads, weight_decay=r.decay)
    for step in tqdm(range(r.heads_steps), "heads", disable=None if run.progress else True):
        optimiser.param_groups[0]["lr"] = learning_rate(step, r.heads_steps, r.heads_rate, 20, 0.3)
        some = torch.randperm(r.heads_pool, generator=run.generator(run.turn(step), "heads"))[:10]
        top, start, codes, captions = zip(*(pool[k] for k in some), strict=True)
        picture = model.picture_vector(torch.cat(top))
        sentence = model.sentence_vector(torch.cat(start))
        true = truth_matrix(np.concatenate(codes), [c for part in captions for c in part])
        loss = info_nce(model.scale * picture @ sentence.T, true.to(picture.device))
        run.check(r.steps + step, heads=loss)
        optimiser.zero_grad()
        run.backward(loss, model)
        optimiser.step()


@torch.no_grad()
def edit_tables(model: Clip, test: EditTest, run: Run) -> dict[str, dict[str, float]]:
    """How often the true caption outranks its edit: by the sentence's cosine and by the words."""
    model.eval()
    with run.autocast():
        tables = {
            "edits_sentence": test.run(lambda *pair: model.own(*pair)[0]),
            "edits_words": test.run(lambda *pair: model.own(*pair)[1]),
        }
    model.train()
    return tables

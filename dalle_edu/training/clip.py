"""Stage 1: contrastive pre-training, in plain sight. Chapter 3 reads this loop."""

import torch

from dalle_edu.contrastive.clip import Clip, ClipSettings
from dalle_edu.contrastive.encoders import TextSettings
from dalle_edu.contrastive.losses import info_nce
from dalle_edu.evaluation.retrieval import EditTest
from dalle_edu.gan.losses import matching
from dalle_edu.training.batches import LittleWorld, candidates, pick, train_tokenizer
from dalle_edu.training.recipes import Recipe
from dalle_edu.training.run import Run
from dalle_edu.zoo import save_piece


def train(folder, recipe: Recipe, seed: int, resume=False, device=None, progress=True) -> None:
    """Trains `Clip` on true and edited captions; leaves clip.safetensors and tokenizer.json.

    Two losses: symmetric InfoNCE between pictures and sentences, where positives are the captions
    that are *true* and the edited captions are extra false ones for the pictures; and a softmax
    over a few candidate captions of the word-to-region scores.
    """
    r, data = recipe.clip, recipe.data
    run = Run(folder, "clip", recipe, seed, resume, device, progress)
    tokenizer = train_tokenizer(data, seed)
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
        batch = world.batch(step, r.batch).to(run.device.device)
        columns, true = candidates(batch, r.candidates, run.generator(step))
        own = torch.zeros_like(columns[:, 0])
        with run.autocast():
            picture, regions = model.pictures(batch.pictures)
            sentence, words, _ = model.captions(batch.tokens)
            scores = model.matcher(regions, pick(words, columns))
        contrastive = info_nce(model.scale * picture @ sentence.T, batch.positive)
        words_loss = matching(scores, own, true)
        loss = contrastive + words_loss
        run.check(step, contrastive=contrastive, words=words_loss)
        optimiser.zero_grad()
        run.accelerator.backward(loss)
        optimiser.step()

        run.log(step, contrastive=contrastive, words=words_loss, scale=model.scale)
        if (step + 1) % r.test_every == 0:
            for name, table in edit_tables(model, test, run).items():
                run.record(step, name, **table)
    save_piece(run.folder, "clip", model, settings)
    run.finish(**edit_tables(model, test, run))


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

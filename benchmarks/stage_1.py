"""Stage 1 alone: retrieval by truth, and true captions against their edits.

Entries of `benchmarks.full_report`; `benchmarks.positions` compares by the first.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from torch import Tensor

from dalle_edu import zoo
from dalle_edu.contrastive.losses import cosines
from dalle_edu.data.pictures import to_network
from dalle_edu.evaluation.compositional import rate
from dalle_edu.evaluation.retrieval import EditTest, recall_at_k
from dalle_edu.report import Prompts, Rows, Subject
from dalle_edu.world.scene import encode
from dalle_edu.world.truth import truth_matrix


def sentences(s: Subject, told: Prompts) -> Tensor:
    """Stage 1's embeddings of the captions, (B, D)."""
    tokens = s.chain.tokenizer([caption.text for _, caption in told])
    return torch.cat([s.chain.clip.captions(part)[0] for part in tokens.split(256)])


@torch.no_grad()
def stage_1(s: Subject) -> Rows:
    """Stage 1: something true in the first place, among unseen pairs"""
    rows = []
    for language in ("en", "zh"):
        told = s.pairs("stage 1", 2 * s.n, language=language)
        shown = to_network(s.render(scene for scene, _ in told))
        images = torch.cat([s.chain.clip.pictures(part)[0] for part in shown.split(256)])
        true = truth_matrix([encode(scene) for scene, _ in told], [caption for _, caption in told])
        both = recall_at_k(cosines(images, sentences(s, told)), true)
        for way, found in zip(("picture to caption", "caption to picture"), both, strict=True):
            row = {"language": language, "direction": way, "duplicates": found.duplicates}
            rows.append(row | {"R@1": rate(found.hits, found.queries)})
    return rows


def edits(s: Subject) -> Rows:
    """The true caption ranked above one edit of it, each kind apart (chance 50 %)"""
    own = s.chain.clip.own
    return edit_rates(s, {"sentence": lambda *x: own(*x)[0], "words": lambda *x: own(*x)[1]})


@torch.no_grad()
def edit_rates(s: Subject, scorers: Mapping[str, Callable[[Tensor, Tensor], Tensor]]) -> Rows:
    """How often each scorer, as `EditTest.run` takes it, ranks the true caption first."""
    rows = []
    for language in ("en", "zh"):
        size = s.chain.clip.settings.size
        test = EditTest(s.grammar.name, size, s.chain.tokenizer, s.n, language)
        found = {name: test.run(scorer) for name, scorer in scorers.items()}
        for kind, (shown, *_) in test.kinds.items():
            rates = {k: rate(round(f[kind] * len(shown)), len(shown)) for k, f in found.items()}
            rows.append({"language": language, "edit": kind} | rates)
    return rows


def discriminator(s: Subject) -> Rows:
    """The true caption ranked above one edit of it by the discriminator (chance 50 %)"""
    clip, d = s.chain.clip, zoo.load_piece(Path(s.chain.name, "gan"), "discriminator")

    def critic(pictures: Tensor, tokens: Tensor) -> Tensor:
        words = d.read(clip.captions(tokens)[2].float(), tokens > 0)
        return d.match(d.look(pictures)[2], tuple(part[:, None] for part in words))[:, 0]

    return edit_rates(s, {"discriminator": critic})


ENTRIES = {f.__name__: f for f in (stage_1, edits)}

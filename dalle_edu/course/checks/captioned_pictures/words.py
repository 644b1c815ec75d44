"""Tokens: how many a caption has, and what happens to those that do not fit."""

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import tokenizers
import torch
from tokenizers import models, pre_tokenizers, trainers
from torch import Tensor

from dalle_edu.course.checks.exercise import Build, Estimate, Mistake, random
from dalle_edu.data.tokenizer import SPECIALS, Tokenizer, fold
from dalle_edu.world import describe, sample


def _padded() -> list[tuple]:
    """Ids (B, L): 1 starts a caption, 0 pads it."""
    randn, cases = random(13), []
    for b, length in ((1, 4), (3, 6), (8, 12)):
        ids = 2 + (5 * randn(b, length).abs()).long()
        ids[:, 0] = 1
        ends = (1 + randn(b, 1).abs() * length / 2).long().clamp(2, length)
        cases.append((ids * (torch.arange(length) < ends),))
    return cases


tokens_each = Build(
    "1.6",
    lambda ids: torch.tensor([len([i for i in row if i > 1]) for row in ids.tolist()]),
    _padded,
    (
        Mistake(
            lambda ids: torch.full((len(ids),), ids.shape[1]),
            "Padding is counted: every caption seems as long as the longest. Count ids that are "
            "neither 0 nor 1.",
        ),
        Mistake(
            lambda ids: torch.full((len(ids),), ids.shape[1] - 1),
            "Padding is still counted; only the start token is left out.",
        ),
        Mistake(
            lambda ids: (ids != 0).sum(1), "The start token, id 1, is counted: it is no word's."
        ),
        Mistake(
            lambda ids: (ids > 1).sum(),
            "You counted the whole batch: a number for each row, dim=1.",
        ),
        Mistake(
            lambda ids: (ids > 1).sum(0),
            "You counted columns: captions are rows, so sum over dim=1.",
        ),
        Mistake(
            lambda ids: torch.tensor([len(set(row) - {0, 1}) for row in ids.tolist()]),
            "You counted different tokens: a word that comes twice is two tokens.",
        ),
    ),
    praise="Averages over padding depend on the longest caption of the batch; yours do not.",
)


def hear(function: Callable) -> Callable:
    """`function`, which also gives the first number in each warning it gave, sorted."""

    def heard(*inputs: Any) -> tuple[Any, list[int]]:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            value = function(*inputs)
        numbers = (re.search(r"\d+", str(warning.message)) for warning in caught)
        return value, sorted(int(number[0]) if number else -1 for number in numbers)

    return heard


@dataclass(frozen=True)
class Warned(Build):
    """The check of a function whose warnings count: answer, oracle and mistakes are all heard."""

    def _run(self, answer: Callable) -> str:
        heard = replace(self, oracle=hear(self.oracle))
        return Build._run(heard, hear(answer) if callable(answer) else answer)

    def known(self, found: Any, cases: Any) -> str | None:
        """As of `Build`, with what each mistake warns of."""
        heard = tuple(replace(mistake, wrong=hear(mistake.wrong)) for mistake in self.mistakes)
        return Build.known(replace(self, mistakes=heard), found, cases)


def _long_rows() -> list[tuple]:
    rows = [[1, 7, 8, 9, 10, 11], [1, 5], [1, 6, 6, 6, 6], [1, 2, 3, 4], [1]]
    return [(rows, 4), (rows, 5), (rows, 9), ([[1, 2], [1, 3, 4]], 2)]


def _fitted(
    keep: Callable = lambda row, length: row[:length],
    warn: Callable = lambda rows, length: [i for i, row in enumerate(rows) if len(row) > length],
    pad: Callable = lambda row, longest: row + [0] * (longest - len(row)),
) -> Callable:
    """A `fit` made of these parts; the default parts are right."""

    def fit(rows: list[list[int]], length: int) -> Tensor:
        for i in warn(rows, length):
            warnings.warn(f"caption {i} is cut after {length} tokens", stacklevel=2)
        kept = [keep(row, length) for row in rows]
        return torch.tensor([pad(row, max(map(len, kept))) for row in kept])

    return fit


fit = Warned(
    "1.7",
    _fitted(),
    _long_rows,
    (
        Mistake(
            _fitted(warn=lambda rows, length: []),
            "A caption is cut without a word: call warnings.warn with its number, for each one.",
        ),
        Mistake(
            _fitted(warn=lambda rows, length: range(len(rows))),
            "You warn of captions that fit: a warning that always comes is never read.",
        ),
        Mistake(
            _fitted(
                warn=lambda rows, length: [i for i, row in enumerate(rows) if len(row) >= length]
            ),
            "A caption of exactly `length` tokens fits: warn only if it is longer.",
        ),
        Mistake(
            _fitted(
                warn=lambda rows, length: [i for i, row in enumerate(rows) if len(row) > length][:1]
            ),
            "You warn of the first one only: name each caption that is cut.",
        ),
        Mistake(
            _fitted(keep=lambda row, length: row[-length:]),
            "You kept the end: the start token goes first and is lost. Keep the first tokens.",
        ),
        Mistake(
            _fitted(pad=lambda row, longest: [0] * (longest - len(row)) + row),
            "You padded on the left: the padding goes after the caption.",
        ),
        Mistake(
            lambda rows, length: _fitted(pad=lambda row, longest: row + [0] * (length - len(row)))(
                rows, length
            ),
            "You padded to `length`: pad to the longest that is left, or short batches cost as "
            "much as long ones.",
        ),
    ),
    (Tokenizer.__call__,),
    "Nothing is lost in silence.",
)


def ratio(count: int = 300, vocabulary: int = 512, glued: bool = True) -> float:
    """Tokens of Chinese captions divided by those of the English ones of the same scenes.

    Args:
        count: of scenes. vocabulary: of one tokenizer for both languages.
        glued: whether it may glue Chinese characters to each other; the library's may not.
    """
    scenes = [sample(50_000 + k) for k in range(count)]
    texts = {
        language: [fold(describe(s, language=language, seed=k).text) for k, s in enumerate(scenes)]
        for language in ("en", "zh")
    }
    bpe = Tokenizer.train(texts["en"] + texts["zh"], vocabulary).bpe
    if glued:
        bpe = tokenizers.Tokenizer(models.BPE())
        bpe.pre_tokenizer = bytes_only = pre_tokenizers.ByteLevel(add_prefix_space=False)
        trainer = trainers.BpeTrainer(
            vocab_size=vocabulary,
            initial_alphabet=bytes_only.alphabet(),
            special_tokens=list(SPECIALS),
            show_progress=False,
        )
        bpe.train_from_iterator(texts["en"] + texts["zh"], trainer)
    counts = {name: sum(len(bpe.encode(text).ids) for text in texts[name]) for name in texts}
    return counts["zh"] / counts["en"]


predict_ratio = Estimate(
    "1.8",
    ratio,
    lambda guess, measured: abs(guess - measured) <= 0.2,
    (
        Mistake(lambda guess: guess <= 0, "A ratio of two counts is positive."),
        Mistake(
            lambda guess: guess < 0.5,
            "That is the ratio of characters. English gains more by gluing: five letters and a "
            "space become one token, of Chinese two or three characters do.",
        ),
        Mistake(
            lambda guess: guess > 2.5,
            "You counted three bytes a character. Training glues the bytes of one character: each "
            "that it met is one token.",
        ),
        Mistake(
            lambda guess: guess > 1.2,
            "That is with the rule, a token a character. Without it words of two or three "
            "characters, such as 星星, are one token.",
        ),
        Mistake(
            lambda guess: 0.5 <= guess < 0.7,
            "More: the vocabulary is shared with English, and has no room for every word.",
        ),
        Mistake(
            lambda guess: guess >= 1,
            "Less: a Chinese caption has no commas between words, no 'a' and no 'the'.",
        ),
    ),
    lambda measured: f"Measured: {measured:.1f}. It was the rule that made Chinese the dearer one.",
)

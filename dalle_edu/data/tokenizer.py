"""Text to numbers: byte-level byte-pair encoding (Sennrich et al. 2016; Radford et al. 2019).

Any text in any script has an exact encoding, because the 256 bytes are tokens; frequent words
become one token. Chinese characters are never glued together, so that a character is the same token
wherever it stands. The same file holds the words the model knows. Built in chapter 1.
"""

import json
import re
import unicodedata
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

import tokenizers
import torch
from tokenizers import Regex, decoders, models, pre_tokenizers, trainers
from torch import Tensor

PAD, START = 0, 1
LENGTH = 96  # tokens of a caption at most, <start> included
SPECIALS = ("<pad>", "<start>")

# Runs of Chinese characters, single pictographs, words of any other script.
_PATTERN = Regex(r"\p{Han}+|\p{So}\p{M}*|[\p{L}&&[^\p{Han}]][[\p{L}\p{M}]&&[^\p{Han}]]*")
_RUNS = pre_tokenizers.Split(_PATTERN, "removed", invert=True)


def fold(text: str) -> str:
    """`text` as the models read it: case-folded, single spaces, one in front (so that a word is the
    same token at the start of a caption and later)."""
    return " " + " ".join(text.casefold().split())


def words(text: str) -> list[str]:
    """The case-folded words of `text` in order; punctuation and digits are none, a run of Chinese
    characters stays whole, a pictograph is a word of its own."""
    return [run for run, _ in _RUNS.pre_tokenize_str(text.casefold())]


def _is_chinese(run: str) -> bool:
    return unicodedata.name(run[0], "").startswith("CJK")


class Tokenizer:
    """Byte-level BPE with the list of words the model knows.

    Args:
        bpe: the tokenizer of the `tokenizers` library.
        lexicon: known words by language, for instance {"en": ["red", ...], "zh": ["红色", ...]}.
    """

    def __init__(self, bpe: tokenizers.Tokenizer, lexicon: dict[str, list[str]]) -> None:
        self.bpe, self.lexicon = bpe, lexicon
        self.bpe.encode_special_tokens = True  # "<pad>" in a text is five characters, not id 0
        self._known = {word.casefold() for known in lexicon.values() for word in known}
        longest_first = sorted(map(re.escape, self._known), key=len, reverse=True)
        self._match = re.compile("|".join(longest_first) or "(?!)")

    @classmethod
    def train(
        cls, texts: Iterable[str], vocab_size: int, lexicon: dict[str, Iterable[str]] | None = None
    ) -> "Tokenizer":
        """Learns merges from `texts`, folded as the models read them; same texts, same tokenizer.

        Args:
            texts: captions.
            vocab_size: at most so many tokens, at least 258 (the bytes and two specials).
            lexicon: known words by language; by default those of `texts`, each Chinese
                character a word.
        """
        if vocab_size < 256 + len(SPECIALS):
            raise ValueError(f"vocab_size is {vocab_size}: give at least 258, bytes and specials")
        texts = [fold(text) for text in texts]
        if lexicon is None:
            runs = {run for text in texts for run in words(text)}
            lexicon = {"seen": {w for run in runs for w in (run if _is_chinese(run) else [run])}}
        bpe = tokenizers.Tokenizer(models.BPE())
        characters = pre_tokenizers.Split(Regex(r"\p{Han}"), "isolated")
        as_bytes = pre_tokenizers.ByteLevel(add_prefix_space=False)
        bpe.pre_tokenizer = pre_tokenizers.Sequence([characters, as_bytes])
        bpe.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=vocab_size,
            initial_alphabet=as_bytes.alphabet(),
            special_tokens=list(SPECIALS),
            show_progress=False,
        )
        bpe.train_from_iterator(texts, trainer)
        return cls(bpe, {language: sorted(set(known)) for language, known in lexicon.items()})

    @classmethod
    def load(cls, path: str | Path) -> "Tokenizer":
        """Reads what `save` wrote (JSON, nothing else)."""
        text = Path(path).read_bytes()
        try:
            stored = json.loads(text)
            return cls(tokenizers.Tokenizer.from_str(json.dumps(stored["bpe"])), stored["lexicon"])
        except Exception as error:  # the tokenizers library raises bare Exceptions
            raise ValueError(f"{path} is not a file that Tokenizer.save wrote: {error}") from error

    def save(self, path: str | Path) -> None:
        """Writes one readable JSON file: the lexicon, then the vocabulary and its merges."""
        stored = {"lexicon": self.lexicon, "bpe": json.loads(self.bpe.to_str())}
        text = json.dumps(stored, ensure_ascii=False, indent=1) + "\n"
        Path(path).write_text(text, encoding="utf-8")

    def __len__(self) -> int:
        """How many tokens there are."""
        return self.bpe.get_vocab_size()

    def encode(self, text: str) -> list[int]:
        """Ids of `text` exactly as it stands, without specials."""
        return self._encode(text).ids

    def decode(self, ids: Sequence[int] | Tensor) -> str:
        """The text of `ids`; specials are left out. `decode(encode(text)) == text` for any text."""
        return self.bpe.decode([int(i) for i in ids], skip_special_tokens=True)

    def __call__(self, texts: Sequence[str], length: int = LENGTH) -> Tensor:
        """Captions for a model: folded, <start> first, padded with 0 to the longest.

        Args:
            texts: B captions.
            length: at most so many tokens each, <start> included; a longer caption is cut, with a
                warning that says where.

        Returns:
            (B, L) int64, L at most `length`.
        """
        if isinstance(texts, str):
            raise ValueError("texts is one string: give a list of captions")
        rows = [[START, *self.encode(fold(text))] for text in texts]
        for i, row in enumerate(rows):
            if len(row) > length:
                end = self.decode(row[:length]).rstrip("\ufffd ")[-24:]
                end = "..." + end[max(end.find(" "), 0) :]
                message = f"caption {i} is {len(row)} tokens long: cut after {end!r}"
                warnings.warn(message, stacklevel=2)
        longest = min(length, max(map(len, rows), default=1))
        padded = [row[:longest] + [PAD] * (longest - len(row)) for row in rows]
        return torch.tensor(padded, dtype=torch.int64).reshape(len(rows), longest)

    def pieces(self, text: str) -> list[str]:
        """Readable pieces, one for each id of `tokenizer([text])` were it never cut.

        A character that takes several tokens is written with their number, as in "😀 1/4".
        """
        folded = fold(text)
        spans = self._encode(folded).offsets
        names = [folded[a:b].strip() or "␣" for a, b in spans]
        counts = [(spans[:i].count(span) + 1, spans.count(span)) for i, span in enumerate(spans)]
        named = zip(names, counts, strict=True)
        return [SPECIALS[START]] + [name if n == 1 else f"{name} {k}/{n}" for name, (k, n) in named]

    def unknown_words(self, text: str) -> list[str]:
        """Words of `text` that the lexicon lacks, in order of appearance, each once.

        Chinese is read by longest match; characters between two matches are one unknown word.
        """
        unknown = []
        for run in words(text):
            if run not in self._known:
                unknown += self._match.split(run) if _is_chinese(run) else [run]
        return list(dict.fromkeys(filter(None, unknown)))

    def _encode(self, text: str) -> tokenizers.Encoding:
        try:
            return self.bpe.encode(text, add_special_tokens=False)
        except TypeError as error:
            raise ValueError(
                f"{text!r} is no text: give a string without lone surrogates"
            ) from error

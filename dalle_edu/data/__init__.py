"""Captioned pictures from anywhere, and the tokenizer. Chapter 1."""

from dalle_edu import lazily

__getattr__, __dir__ = lazily(__name__, __path__)

"""From a sentence's embedding to its picture's: geometry and maps. Chapter 4."""

from dalle_edu import lazily

__getattr__, __dir__ = lazily(__name__, __path__)

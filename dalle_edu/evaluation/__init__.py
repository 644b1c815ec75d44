"""How good is good: pictures, embeddings and scenes in, figures out. Chapters 1 and 9."""

from dalle_edu import lazily

__getattr__, __dir__ = lazily(__name__, __path__)

"""The two players: losses, penalties, generator, discriminator. Chapters 5 to 7."""

from dalle_edu import lazily

__getattr__, __dir__ = lazily(__name__, __path__)

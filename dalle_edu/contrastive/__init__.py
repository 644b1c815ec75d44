"""Words and pictures made comparable: losses, encoders, the contrastive model. Chapters 2 and 3."""

from dalle_edu import lazily

__getattr__, __dir__ = lazily(__name__, __path__)

"""Recipes, what the loops share, and one loop a stage in plain sight. Chapter 14."""

from dalle_edu import lazily

__getattr__, __dir__ = lazily(__name__, __path__)

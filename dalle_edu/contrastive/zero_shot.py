"""Naming what one was never trained to name (Radford et al. 2021, section 3.1). Embeddings only.

Used in chapter 3.
"""

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor

from dalle_edu.contrastive.losses import cosines


def prompts(names: Sequence[str], templates: Sequence[str]) -> list[str]:
    """Every class name in every template, class by class: C x T texts, so that their embeddings
    reshape to (C, T, D).

    Raises:
        ValueError: if a template has no place for the name.
    """
    for template in templates:
        if "{}" not in template:
            raise ValueError(f"template {template!r} has no '{{}}': mark where the name goes")
    return [template.replace("{}", name) for name in names for template in templates]


def class_embeddings(text: Tensor) -> Tensor:
    """One embedding a class: the mean over its templates of unit vectors, made a unit vector again.

    Args:
        text: (C, T, D) embeddings of T prompts for each of C classes, of any length.

    Returns:
        (C, D), each of length one.

    Raises:
        ValueError: if `text` is not three-dimensional.
    """
    if text.ndim != 3:
        raise ValueError(f"text has shape {tuple(text.shape)}: make it (classes, templates, D)")
    return F.normalize(F.normalize(text, dim=2).mean(1), dim=1)


def predict(image: Tensor, classes: Tensor) -> Tensor:
    """The nearest class of each picture by cosine.

    Args:
        image: (B, D). classes: (C, D), as from `class_embeddings`.

    Returns:
        (B,) int64 in [0, C).
    """
    return cosines(image, classes).argmax(1)

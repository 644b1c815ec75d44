"""Where embeddings lie on the unit sphere: gap, alignment, uniformity, rank. Chapters 2 and 4."""

import math

import torch
from torch import Tensor


def modality_gap(image: Tensor, text: Tensor) -> Tensor:
    """Distance between the mean picture and the mean caption (Liang et al. 2022).

    Args:
        image: (B, D) unit embeddings. text: (M, D).

    Returns:
        Scalar in [0, 2]; 0 when both clouds have one centre.
    """
    return (image.mean(0) - text.mean(0)).norm()


def alignment(image: Tensor, text: Tensor, alpha: float = 2) -> Tensor:
    """Mean distance, to the power alpha, of the two halves of a pair (Wang & Isola 2020).

    Args:
        image: (B, D) unit embeddings. text: (B, D), row i true of picture i.

    Returns:
        Scalar; for alpha 2 it is 2 - 2 x the mean cosine. 0 is perfect.

    Raises:
        ValueError: if the shapes differ.
    """
    if image.shape != text.shape:
        shapes = f"{tuple(image.shape)} and {tuple(text.shape)}"
        raise ValueError(f"image and text have shapes {shapes}: give pairs, row by row")
    return (image - text).norm(dim=1).pow(alpha).mean()


def uniformity(embedding: Tensor, t: float = 2) -> Tensor:
    """How evenly points spread over the sphere (Wang & Isola 2020).

        log of the mean over pairs i < j of exp(-t |x_i - x_j|^2)

    Args:
        embedding: (B, D) unit embeddings, B at least 2. A point is no pair with itself.

    Returns:
        Scalar, at most 0 (all in one place); lower is more even.

    Raises:
        ValueError: if there is no pair.
    """
    if len(embedding) < 2:
        raise ValueError(f"{len(embedding)} embeddings make no pair: give at least 2")
    squared = torch.pdist(embedding).square()  # (B (B - 1) / 2,)
    return torch.logsumexp(-t * squared, 0) - math.log(len(squared))


def effective_rank(embedding: Tensor) -> Tensor:
    """How many directions are in use: exp of the entropy of the singular values, made to sum to 1
    (Roy & Vetterli 2007). Not centred: one point, or two opposite poles, have rank 1.

    Args:
        embedding: (B, D).

    Returns:
        Scalar from 1 to min(B, D).
    """
    values = torch.linalg.svdvals(embedding.to(torch.promote_types(embedding.dtype, torch.float32)))
    return torch.special.entr(values / values.sum()).sum().exp()

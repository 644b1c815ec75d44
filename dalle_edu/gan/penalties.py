"""Gradient penalties on the discriminator: no factor, the loops multiply (by gamma / 2 for R1, R2).

Each takes scores whose graph reaches the pictures. Scores in bfloat16 give nearly the same penalty
where a test shows it for the network at hand (`tests/training/test_gan.py`); else compute them in
float32, outside autocast. Built in chapter 5.
"""

import torch
from torch import Tensor


def r1(scores: Tensor, real: Tensor) -> Tensor:
    """Mean over B of |gradient of a picture's score at that picture|^2 (Mescheder et al. 2018).

    Args:
        scores: (B, ...) scores of `real`; each picture's may depend on that picture only.
        real: (B, ...) pictures that require grad.

    Returns:
        Scalar, at least float32, with a graph of its own: the discriminator can learn from it.

    Raises:
        ValueError: if the pictures require no grad or the scores do not depend on them.
    """
    (gradient,) = _gradients(scores, real=real)
    return gradient.square().sum(1).mean()


def r2(scores: Tensor, fake: Tensor) -> Tensor:
    """The same at drawn pictures (R3GAN, Huang et al. 2024). Detach them from the generator first:
    `fake = fake.detach().requires_grad_()`."""
    (gradient,) = _gradients(scores, fake=fake)
    return gradient.square().sum(1).mean()


def ma_gp(scores: Tensor, real: Tensor, sentence: Tensor, k: float = 2, p: float = 6) -> Tensor:
    """Matching-aware gradient penalty (DF-GAN, Tao et al. 2022): flat around what is real and said.

        k x mean over B of ( |gradient at the picture| + |gradient at the sentence| )^p

    Args:
        scores: (B, ...) of real pictures with their own captions.
        real: (B, ...) pictures, sentence: (B, D) embeddings; both require grad.
        k, p: the paper's factor and power, which belong to this penalty's definition.

    Public implementations take the norm of both gradients joined, which is never larger than the
    sum of the two; the formula above still has to be checked against the paper's text.

    Returns, Raises: as `r1`.
    """
    at_real, at_sentence = _gradients(scores, real=real, sentence=sentence)
    return k * (at_real.norm(dim=1) + at_sentence.norm(dim=1)).pow(p).mean()


def _gradients(scores: Tensor, **inputs: Tensor) -> list[Tensor]:
    """Of each score at its own input, flat: (B, D) each, differentiable again."""
    for name, x in inputs.items():
        if not x.requires_grad:
            raise ValueError(f"{name} requires no grad: call {name}.requires_grad_() first")
        if len(x) != len(scores):
            raise ValueError(f"{len(scores)} scores for {len(x)} of {name}: give one for each")
    if not scores.requires_grad:
        raise ValueError("scores have no graph: compute them with gradients on, not under no_grad")
    # Summed, not averaged: the gradient of a mean is B times too small, its square B^2 times.
    found = torch.autograd.grad(
        scores.sum(), list(inputs.values()), create_graph=True, allow_unused=True
    )
    for name, x in zip(inputs, found, strict=True):
        if x is None:
            raise ValueError(f"scores do not depend on {name}: give the tensor that was scored")
    return [x.flatten(1).to(torch.promote_types(x.dtype, torch.float32)) for x in found]

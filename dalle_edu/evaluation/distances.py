"""How far two sets of pictures are apart, measured on features (N, D) of a network that is not ours
to train: the judge's trunk. In float64, on the CPU (some devices have none). Chapters 5 and 9.
"""

import torch
from torch import Tensor


def frechet_distance(a: Tensor, b: Tensor) -> float:
    """Squared Frechet distance of two Gaussians fitted to features (Heusel et al. 2017).

        |mu_a - mu_b|^2 + Tr( S_a + S_b - 2 (S_a S_b)^(1/2) )

    Its bias falls with N and grows with D, so numbers compare at equal N and D only; a floor (two
    sets of real pictures) belongs beside every one.

    Args:
        a, b: (N, D), N at least 2 and the same for both.

    Returns:
        At least 0, up to rounding.

    Raises:
        ValueError: if the numbers or widths differ, or N is below 2.
    """
    a, b = _prepare(a, b, least=2)
    if len(a) != len(b):
        raise ValueError(
            f"{len(a)} against {len(b)} pictures: the bias depends on N, give equally many"
        )
    # With S = R'R, Tr (S_a S_b)^(1/2) is the sum of the singular values of R_a R_b': no square root
    # of an eigenvalue that rounding made negative.
    roots = [torch.linalg.qr(x - x.mean(0), mode="r").R / (len(x) - 1) ** 0.5 for x in (a, b)]
    spread = sum(r.square().sum() for r in roots)
    shared = torch.linalg.svdvals(roots[0] @ roots[1].T).sum()
    return ((a.mean(0) - b.mean(0)).square().sum() + spread - 2 * shared).item()


def kid(a: Tensor, b: Tensor) -> float:
    """Kernel distance (Binkowski et al. 2018): unbiased squared MMD, kernel (x.y / D + 1)^3.

    Args:
        a: (N, D). b: (M, D). N and M at least 2, they may differ.

    Returns:
        0 on average for two sets of one kind, so it can be a little negative.
    """
    a, b = _prepare(a, b, least=2)

    def kernel(x: Tensor, y: Tensor) -> Tensor:
        return (x @ y.T / x.shape[1] + 1).pow(3)

    def within(x: Tensor) -> Tensor:
        k = kernel(x, x)
        return (k.sum() - k.trace()) / (len(x) * (len(x) - 1))

    return (within(a) + within(b) - 2 * kernel(a, b).mean()).item()


def _prepare(a: Tensor, b: Tensor, least: int) -> tuple[Tensor, Tensor]:
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1]:
        shapes = f"{tuple(a.shape)} and {tuple(b.shape)}"
        raise ValueError(f"features have shapes {shapes}: give (N, D) and (M, D)")
    if min(len(a), len(b)) < least:
        raise ValueError(f"{min(len(a), len(b))} pictures are too few: give at least {least}")
    return a.cpu().double(), b.cpu().double()

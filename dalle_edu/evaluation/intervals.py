"""How sure a measured share is. Two different uncertainties: which prompts we asked (here), and
which seed we trained with (three points, never an interval from here). Used in chapters 3 and 9.
"""

import torch
from torch import Tensor


def wilson(successes: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """Score interval of a share (Wilson 1927). Not of zero width at 0 or 100 %.

    Args:
        successes: 0 to n. n: independent trials, at least 1.
        z: 1.96 for 95 %.

    Returns:
        Low and high, both in [0, 1].

    Raises:
        ValueError: if n is below 1 or successes lie outside 0 to n.
    """
    if n < 1 or not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n}: give 0 to n successes of at least one trial")
    share = successes / n
    centre = share + z * z / (2 * n)
    half = z * (share * (1 - share) / n + z * z / (4 * n * n)) ** 0.5
    low, high = ((centre + sign * half) / (1 + z * z / n) for sign in (-1, 1))
    return low if successes else 0.0, high if successes < n else 1.0  # exact at the ends


def bootstrap(
    values: Tensor, groups: Tensor, level: float = 0.95, repeats: int = 2000, seed: int = 0
) -> tuple[float, float]:
    """Percentile interval of the mean of `values`, resampling whole groups (Efron 1979).

    Pictures of one prompt stand or fall together; resampling pictures would promise too much.

    Args:
        values: (N,) one number a picture.
        groups: (N,) int, which prompt each belongs to.
        level: share covered. repeats: resamplings. seed: of their generator.

    Returns:
        Low and high.

    Raises:
        ValueError: if there are no values, or the lengths differ.
    """
    if values.shape != groups.shape or not len(values):
        raise ValueError(
            f"{tuple(values.shape)} values, {tuple(groups.shape)} groups: give one each"
        )
    _, index, counts = groups.cpu().unique(return_inverse=True, return_counts=True)
    sums = torch.zeros(len(counts), dtype=torch.float64).index_add(0, index, values.cpu().double())
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.randint(len(counts), (repeats, len(counts)), generator=generator)
    means = sums[drawn].sum(1) / counts[drawn].sum(1)
    tail = (1 - level) / 2
    low, high = means.quantile(torch.tensor([tail, 1 - tail], dtype=torch.float64)).tolist()
    return low, high

"""How sure a measured share is. Two different uncertainties: which prompts we asked (here), and
which seed we trained with (three points, never an interval from here). Used in chapters 3 and 9.
"""


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

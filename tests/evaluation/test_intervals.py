import math

import pytest

from dalle_edu.evaluation.intervals import wilson


@pytest.mark.parametrize("successes, n", [(0, 10), (10, 10), (3, 7), (81, 263), (1, 1), (500, 500)])
@pytest.mark.parametrize("z", [1.0, 1.96])
def test_wilson_ends_solve_their_equation(successes, n, z):
    """An end p is where |share - p| is exactly z standard errors *at p*."""
    share = successes / n
    for p in wilson(successes, n, z):
        assert (share - p) ** 2 == pytest.approx(z * z * p * (1 - p) / n)


def test_wilson_known_values_and_edges():
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)  # Newcombe 1998, table I
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=1e-4)
    low, high = wilson(100, 100)
    assert high == 1 and 0.96 < low < 0.97  # not of zero width at 100 %
    low, high = wilson(0, 100)
    assert low == 0 and 0.03 < high < 0.04
    a, b = wilson(30, 100), wilson(70, 100)
    assert (1 - a[1], 1 - a[0]) == pytest.approx(b)


def test_wilson_covers():
    """95 % of intervals hold the truth, counted exactly over the binomial distribution."""
    n, p = 50, 0.9
    covered = sum(
        math.comb(n, k) * p**k * (1 - p) ** (n - k)
        for k in range(n + 1)
        if wilson(k, n)[0] <= p <= wilson(k, n)[1]
    )
    assert 0.93 < covered < 0.985


def test_wilson_errors():
    for successes, n in ((0, 0), (-1, 5), (6, 5)):
        with pytest.raises(ValueError, match=f"{successes} of {n}"):
            wilson(successes, n)

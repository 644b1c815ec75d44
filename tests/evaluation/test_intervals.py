import math

import pytest
import torch

from dalle_edu.evaluation.intervals import bootstrap, wilson


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


def test_bootstrap_of_independent_values_is_the_standard_error():
    g = torch.Generator().manual_seed(0)
    values = torch.randn(400, generator=g)
    low, high = bootstrap(values, torch.arange(400))
    error = values.std().item() / 20
    assert high - low == pytest.approx(2 * 1.96 * error, rel=0.1)
    assert low < values.mean().item() < high
    narrow = bootstrap(values, torch.arange(400), level=0.5)
    assert narrow[1] - narrow[0] == pytest.approx(2 * 0.674 * error, rel=0.15)


def test_bootstrap_resamples_prompts_not_pictures():
    """40 prompts of 16 equal pictures are 40 observations: the interval is 4 times as wide."""
    g = torch.Generator().manual_seed(1)
    prompts = (torch.rand(40, generator=g) < 0.7).double()
    values, groups = prompts.repeat_interleave(16), torch.arange(40).repeat_interleave(16)
    by_prompt, by_picture = bootstrap(values, groups), bootstrap(values, torch.arange(640))
    assert by_prompt == bootstrap(prompts, torch.arange(40))
    ratio = (by_prompt[1] - by_prompt[0]) / (by_picture[1] - by_picture[0])
    assert ratio == pytest.approx(4, rel=0.2)


def test_bootstrap_against_loops():
    """Two prompts of unequal size: four draws, and the means they give."""
    values, groups = torch.tensor([1.0, 0.0, 0.0, 5.0]), torch.tensor([7, 7, 7, 3])
    # draws (a, a), (b, b), (a, b): 1/3, 5, 6/4
    low, high = bootstrap(values, groups, level=0.9999)
    assert (low, high) == pytest.approx((1 / 3, 5))
    low, high = bootstrap(values, groups, level=0.2)
    assert (low, high) == pytest.approx((1.5, 1.5))


def test_bootstrap_seed_and_global_randomness():
    values, groups = torch.rand(50, generator=torch.Generator().manual_seed(2)), torch.arange(50)
    state = torch.get_rng_state()
    first = bootstrap(values, groups, seed=1)
    assert first == bootstrap(values, groups, seed=1) != bootstrap(values, groups, seed=2)
    assert torch.equal(state, torch.get_rng_state())
    assert bootstrap(torch.ones(9), torch.arange(9)) == (1, 1)


def test_bootstrap_errors():
    with pytest.raises(ValueError, match="one each"):
        bootstrap(torch.ones(3), torch.arange(2))
    with pytest.raises(ValueError, match="one each"):
        bootstrap(torch.ones(0), torch.arange(0))

"""Before and after a training: what to expect, how to count modes, what a broken run says."""

import math

import torch
from torch import Tensor

from dalle_edu.course.checks.exercise import Build, Choice, Estimate, Mistake, random


def drawn_by_squared_error(share: float = 0.7, steps: int = 200) -> float:
    """Where a constant trained by squared error stands, if `share` of the points lie at -1, the
    others at +1."""
    left = round(100 * share)
    points = torch.tensor([-1.0] * left + [1.0] * (100 - left))
    at = torch.zeros((), requires_grad=True)
    optimiser = torch.optim.Adam([at], 0.05)
    for _ in range(steps):
        optimiser.zero_grad()
        (at - points).square().mean().backward()
        optimiser.step()
    return at.item()


predict_mean = Estimate(
    "5.1",
    drawn_by_squared_error,
    lambda guess, measured: abs(guess - measured) < 0.03,
    (
        Mistake(
            lambda guess: abs(guess + 1) < 0.1,
            "The commoner answer would be the *median*, which absolute error draws.",
        ),
        Mistake(
            lambda guess: abs(guess) < 0.03,
            "The middle is for equal shares: the mean is weighted by how often each occurs.",
        ),
        Mistake(
            lambda guess: abs(guess - 0.4) < 0.03, "The right size, the wrong side: 70 % are at -1."
        ),
        Mistake(
            lambda guess: abs(guess - 1) < 0.1,
            "That is the rarer answer, and squared error draws neither of the two.",
        ),
        Mistake(
            lambda guess: -1 < guess < 1,
            "Between the two, that is right. Weigh each answer by how often it occurs.",
        ),
    ),
    lambda measured: f"Measured: {measured:.2f}, the mean. Not one point of the data lies there.",
)


def best_gamma(slope: float = 0.5) -> float:
    """The gamma, to a hundredth, whose slower eigenvalue is the most negative."""
    gammas = [k / 100 for k in range(401)]

    def slowest(gamma: float) -> float:
        matrix = torch.tensor([[0.0, slope], [-slope, -gamma]], dtype=torch.float64)
        return torch.linalg.eigvals(matrix).real.max().item()

    return min(gammas, key=slowest)


predict_gamma = Estimate(
    "5.11",
    best_gamma,
    lambda guess, measured: abs(guess - measured) < 0.05,
    (
        Mistake(
            lambda guess: guess >= 2,
            "More is not better: beyond 2 f'(0) D hardly moves, and G creeps behind it.",
        ),
        Mistake(lambda guess: guess == 0, "Without a penalty it circles for ever."),
        Mistake(
            lambda guess: abs(guess - 0.5) < 0.05,
            "That is f'(0) itself; the root vanishes where gamma / 2 = f'(0).",
        ),
        Mistake(
            lambda guess: abs(guess - 0.25) < 0.05,
            "That is f'(0)^2, or half of f'(0); the root vanishes where gamma / 2 = f'(0).",
        ),
        Mistake(lambda guess: guess < 0, "A negative penalty pushes outward."),
        Mistake(
            lambda guess: 0.7 <= guess < 1,
            "Near, and a little too small: it still turns, and as long as it turns it shrinks at "
            "gamma / 2, so more is better. Where does the root vanish?",
        ),
        Mistake(
            lambda guess: 1 < guess < 2,
            "A little too large: nothing turns any more, and the slower of the two eigenvalues "
            "creeps back towards 0. Where does the root vanish?",
        ),
        Mistake(
            lambda guess: 0 < guess < 0.7,
            "Too small: as long as it turns it shrinks at gamma / 2, so more is better.",
        ),
    ),
    lambda measured: f"Measured: {measured:.2f}, 2 f'(0): just where nothing turns any more.",
)


def _clouds() -> list[tuple]:
    """Nine places, their shares and spreads, with points near them, some too far away to count."""
    randn, cases = random(54), []
    for spacing, shares, counts in (
        (1.0, (4, 8, 2, 10, 4, 4, 20, 2, 10), (1, 4, 2, 4, 2, 3, 10, 2, 2)),
        (20.0, (8, 4, 2, 20, 6, 4, 2, 10, 8), (5, 2, 0, 8, 3, 6, 1, 5, 4)),
    ):
        ticks = spacing * torch.arange(3)
        centres = torch.cartesian_prod(ticks, ticks)
        share = torch.tensor(shares, dtype=torch.float32) / sum(shares)
        sigma = spacing * torch.tensor([0.05, 0.1, 0.05, 0.08, 0.1, 0.05, 0.1, 0.08, 0.05])
        points = []
        for centre, spread, count in zip(centres, sigma, counts, strict=True):
            way = randn(count, 2)
            way = way / way.norm(dim=1, keepdim=True)
            # All at 0.5, 1.5, 2.5 sigma in turn.
            far = torch.tensor([0.5 + k % 3 for k in range(count)])
            points.append(centre + spread * far[:, None] * way)
        strays = 64 - sum(counts)  # 64 points: every fair share is a whole number, exactly
        way = randn(strays, 2)
        way = way / way.norm(dim=1, keepdim=True)
        k = torch.arange(strays) % 5  # the last four places have none
        points.append(centres[k] + 4 * sigma[k, None] * way)
        cases.append((torch.cat(points), centres, share, sigma))
    return cases


def _near(points: Tensor, centres: Tensor, sigma: Tensor, radius: float = 3) -> list[int]:
    """How many points lie within `radius` sigma of each centre."""
    return [
        sum(math.dist(p, c) <= radius * s for p in points.tolist())
        for c, s in zip(centres.tolist(), sigma.tolist(), strict=True)
    ]


def _enough(near: list[int], fair: Tensor, half: float = 0.5) -> int:
    """How many places have at least half of their fair number of points."""
    return sum(k >= half * f - 1e-3 for k, f in zip(near, fair.tolist(), strict=True))


count_modes = Build(
    "5.7",
    lambda x, c, w, s: _enough(_near(x, c, s), len(x) * w),
    _clouds,
    (
        Mistake(
            lambda x, c, w, s: _enough(_near(x, c, s, 1e9), len(x) * w),
            "No distance threshold: every point counts for every mode, however far away.",
        ),
        Mistake(
            lambda x, c, w, s: _enough(
                torch.cdist(x, c).argmin(1).bincount(minlength=len(c)).tolist(), len(x) * w
            ),
            "No distance threshold: each point was given to its nearest mode, however far that "
            "is. A smear over everything would have every mode.",
        ),
        Mistake(
            lambda x, c, w, s: sum(k >= 1 for k in _near(x, c, s)),
            "One stray point is not a mode: at least half of what is expected there.",
        ),
        Mistake(
            lambda x, c, w, s: sum(
                k > f + 1e-3 for k, f in zip(_near(x, c, s), (len(x) * w / 2).tolist(), strict=True)
            ),
            "*At least* half: a mode with exactly half of its fair share counts.",
        ),
        Mistake(
            lambda x, c, w, s: _enough(_near(x, c, s), len(x) * w, half=1),
            "Half of the fair share is enough; you asked for all of it.",
        ),
        Mistake(
            lambda x, c, w, s: _enough(_near(x, c, s), torch.full_like(w, len(x) / len(w))),
            "The fair share was taken as N / K for every mode: here each has a weight of its own.",
        ),
        Mistake(
            lambda x, c, w, s: _enough(_near(x, c, s.mean().expand(len(c))), len(x) * w),
            "The mean spread was used for every mode: each has a radius of its own, 3 sigma[k].",
        ),
        Mistake(
            lambda x, c, w, s: _enough(_near(x, c, s, 1), len(x) * w),
            "Within *three* sigma: within one, three real points of five would be missed.",
        ),
        Mistake(
            lambda x, c, w, s: sum(_near(x, c, s)),
            "You counted points; the exercise asks for modes.",
        ),
        Mistake(
            lambda x, c, w, s: _enough(
                (torch.cdist(x, c).square() <= 3 * s).sum(0).tolist(), len(x) * w
            ),
            "A *squared* distance was compared with 3 sigma: take the root, or square both.",
        ),
    ),
    praise="A mode counts only if enough points lie where the data lie.",
)

three_runs = Choice(
    "5.12",
    "bca",
    (
        Mistake("abc", "In run 1, is D sure of itself, or is G sure of one single answer?"),
        Mistake("acb", "In run 1 the gradient at G is large: D has not won there."),
        Mistake("bac", "Run 1 is right. In which of the others is there no gradient at G?"),
        Mistake("cab", "In run 1 the points were alike from early on; they never were good."),
        Mistake("cba", "Run 3 is right. Which run was good once, and which never?"),
    ),
    "The spread of the drawn points shows collapse, the gradient at G shows that D has won, the "
    "count of modes over time shows good, then worse. The losses alone would show none of them.",
)

stuck_loss = Choice(
    "5.13",
    "b",
    (
        Mistake("a", "With swapped labels D learns just as well, the other way round: towards 0."),
        Mistake("c", "Then its accuracy would rise slowly too, and the loss would still move."),
        Mistake("d", "Then D could not tell them apart; but it does, in every case."),
    ),
    "Scores squeezed into 0 ... 1 by one sigmoid, then a second: the loss can never fall below "
    "softplus(-1) + softplus(0) = 0.313 + 0.693 = 1.006.",
)

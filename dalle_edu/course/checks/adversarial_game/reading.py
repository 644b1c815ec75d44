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
    ),
    lambda measured: f"Measured: {measured:.2f}, 2 f'(0): just where nothing turns any more.",
)


def _clouds() -> list[tuple]:
    """Centres on a grid with 0 to 9 points each, some of them too far away to count."""
    randn, cases = random(54), []
    for spacing, sigma, enough, counts in (
        (1.0, 0.1, 3, (0, 1, 2, 3, 4, 9, 3, 2, 5)),
        (20.0, 2.0, 4, (5, 5, 4, 0, 3, 4, 6, 1, 8)),
    ):
        ticks = spacing * torch.arange(3)
        centres = torch.cartesian_prod(ticks, ticks)
        points = []
        for centre, count in zip(centres, counts, strict=True):
            way = randn(count + 2, 2)
            way = way / way.norm(dim=1, keepdim=True)
            # All at 0.5, 1.5, 2.5 sigma in turn; the last two at 4 sigma: too far.
            far = torch.tensor([0.5 + k % 3 for k in range(count)] + [4.0, 4.0])
            points.append(centre + sigma * far[:, None] * way)
        cases.append((torch.cat(points), centres, sigma, enough))
    return cases


def _modes(
    points: Tensor, centres: Tensor, sigma: float, enough: int, radius: float = 3
) -> list[int]:
    """How many points lie within `radius` sigma of each centre."""
    return [
        sum(math.dist(p, c) <= radius * sigma for p in points.tolist()) for c in centres.tolist()
    ]


count_modes = Build(
    "5.7",
    lambda x, c, s, n: sum(k >= n for k in _modes(x, c, s, n)),
    _clouds,
    (
        Mistake(
            lambda x, c, s, n: sum(k >= n for k in _modes(x, c, s, n, 1e9)),
            "No distance threshold: every point counts for every mode, however far away.",
        ),
        Mistake(
            lambda x, c, s, n: int(
                (torch.cdist(x, c).argmin(1).bincount(minlength=len(c)) >= n).sum()
            ),
            "No distance threshold: each point was given to its nearest mode, however far that "
            "is. A smear over everything would have every mode.",
        ),
        Mistake(
            lambda x, c, s, n: sum(k >= 1 for k in _modes(x, c, s, n)),
            "One stray point is not a mode: at least `enough` of them.",
        ),
        Mistake(
            lambda x, c, s, n: sum(k > n for k in _modes(x, c, s, n)),
            "*At least* `enough`: a mode with exactly that many counts.",
        ),
        Mistake(
            lambda x, c, s, n: sum(k >= n for k in _modes(x, c, s, n, 1)),
            "Within *three* sigma: within one, three real points of five would be missed.",
        ),
        Mistake(
            lambda x, c, s, n: sum(_modes(x, c, s, n)),
            "You counted points; the exercise asks for modes.",
        ),
        Mistake(
            lambda x, c, s, n: int(((torch.cdist(x, c).square() <= 3 * s).sum(0) >= n).sum()),
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

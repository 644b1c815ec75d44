"""What a map is fitted by: ridge regression in closed form, the energy score of a sampler."""

import torch
from torch import Tensor

from dalle_edu.alignment import maps
from dalle_edu.course.checks.exercise import Build, Mistake, random

EVERY_FIT = (maps.MeanShift.fit.__func__, maps.Ridge.fit.__func__, maps.energy_score)


def _fits_of_pairs() -> list[tuple]:
    """Captions and pictures (N, D) whose means are not 0, and a penalty."""
    randn, cases = random(41), []
    for n, d, penalty in ((12, 3, 0.5), (30, 5, 4.0), (9, 2, 1.0)):
        text = randn(n, d) + 0.8
        cases.append((text, text @ randn(d, d) + 0.3 * randn(n, d) - 0.5, penalty))
    return cases


def _ridge_by_more_rows(text: Tensor, image: Tensor, penalty: float) -> tuple[Tensor, Tensor]:
    """Plain least squares with D more rows, sqrt(penalty) each, and an intercept they lack."""
    n, d = text.shape
    rows = torch.cat([text.double(), penalty**0.5 * torch.eye(d).double()])
    ones = (torch.arange(n + d) < n).double()[:, None]
    wanted = torch.cat([image.double(), torch.zeros(d, d).double()])
    found = torch.linalg.lstsq(torch.cat([rows, ones], 1), wanted).solution
    return found[:d].float(), found[d].float()


def _ridge_with(text: Tensor, image: Tensor, penalty: Tensor) -> tuple[Tensor, Tensor]:
    """The closed form, with any matrix as the penalty."""
    t, v = text - text.mean(0), image - image.mean(0)
    weight = torch.linalg.solve(t.T @ t + penalty, t.T @ v)
    return weight, image.mean(0) - text.mean(0) @ weight


def _one_column_more(text: Tensor, image: Tensor, penalty: float) -> tuple[Tensor, Tensor]:
    t = torch.cat([text, torch.ones(len(text), 1)], 1)
    both = torch.linalg.solve(t.T @ t + penalty * torch.eye(t.shape[1]), t.T @ image)
    return both[:-1], both[-1]


def _not_centred(text: Tensor, image: Tensor, penalty: float) -> Tensor:
    return torch.linalg.solve(text.T @ text + penalty * torch.eye(text.shape[1]), text.T @ image)


def _eye(text: Tensor, factor: float) -> Tensor:
    return factor * torch.eye(text.shape[1])


ridge = Build(
    "4.3",
    _ridge_by_more_rows,
    _fits_of_pairs,
    (
        Mistake(
            lambda t, v, p: _ridge_with(t, v, p * torch.ones(t.shape[1], t.shape[1])),
            "The penalty stands on every entry of T'T: it belongs on the diagonal, times "
            "torch.eye(D). `matrix + number` adds to all entries.",
        ),
        Mistake(
            _one_column_more,
            "The bias is penalised too (a column of ones, and the penalty on all of it): then the "
            "mean caption no longer goes to the mean picture. Centre, or spare that entry.",
        ),
        Mistake(
            lambda t, v, p: (_not_centred(t, v, p), torch.zeros(v.shape[1])),
            "Nothing is centred and the bias is 0: the weight has to do the work of the shift. "
            "Subtract both means first, and give the bias back what they were.",
        ),
        Mistake(
            lambda t, v, p: (_not_centred(t, v, p), v.mean(0) - t.mean(0) @ _not_centred(t, v, p)),
            "The bias is right for its weight, but the weight was solved without centring: use "
            "T - mean T and V - mean V in both products.",
        ),
        Mistake(
            lambda t, v, p: _ridge_with(v, t, _eye(t, p)),
            "Regressed the wrong way round: this finds captions from pictures. The captions are "
            "what is given: T'T in the brackets, T'V behind them.",
        ),
        Mistake(
            lambda t, v, p: (_ridge_with(t, v, _eye(t, p))[0].T, _ridge_with(t, v, _eye(t, p))[1]),
            "The weight is transposed: captions are rows, so it is used as text @ weight.",
        ),
        Mistake(
            lambda t, v, p: (_ridge_with(t, v, _eye(t, p))[0], torch.zeros(v.shape[1])),
            "The weight is right, the bias is missing: mean V - mean T @ weight.",
        ),
        Mistake(
            lambda t, v, p: (_ridge_with(t, v, _eye(t, p))[0], v.mean(0)),
            "The weight is right; the bias forgets that the captions' mean is not 0: "
            "mean V - mean T @ weight.",
        ),
        Mistake(
            lambda t, v, p: (
                _ridge_with(t, v, _eye(t, p))[0],
                v.mean(0) + t.mean(0) @ _ridge_with(t, v, _eye(t, p))[0],
            ),
            "The weight is right; in the bias the sign is turned: mean V *minus* mean T @ weight.",
        ),
        Mistake(
            lambda t, v, p: _ridge_with(t, v, _eye(t, 0.0)),
            "The penalty is lost: this is plain least squares.",
        ),
        Mistake(
            lambda t, v, p: _ridge_with(t, v, _eye(t, len(t) * p)),
            "The penalty is multiplied by N: that belongs to a *mean* over the pairs; here the "
            "squared errors are summed.",
        ),
        Mistake(
            lambda t, v, p: _ridge_with(t, v, _eye(t, p**2)),
            "The penalty is squared: the sum to minimise has penalty |W|^2, the bracket penalty I.",
        ),
    ),
    EVERY_FIT,
    "The mean caption goes exactly to the mean picture, whatever the penalty.",
    1e-3,
)


def _answers() -> list[tuple]:
    randn = random(44)
    return [(randn(b, m, d), randn(b, d)) for b, m, d in ((2, 2, 3), (5, 4, 8), (3, 6, 2))]


def _energy_by_loops(samples: Tensor, target: Tensor) -> Tensor:
    total = torch.zeros(())
    for answers, y in zip(samples, target, strict=True):
        count = len(answers)
        near = sum((x - y).norm() for x in answers) / count
        pairs = [(i, j) for i in range(count) for j in range(count) if i != j]
        apart = sum((answers[i] - answers[j]).norm() for i, j in pairs) / len(pairs)
        total = total + near - apart / 2
    return total / len(samples)


def _near(x: Tensor, y: Tensor, power: int = 1) -> Tensor:
    return (x - y[:, None]).norm(dim=2).pow(power).mean()


def _apart(x: Tensor, power: int = 1, pairs: int | None = None) -> Tensor:
    """Mean over the pairs of different answers, or their sum over `pairs`."""
    distance = (x[:, :, None] - x[:, None]).norm(dim=3).pow(power)
    count = x.shape[1]
    return distance.sum() / len(x) / (pairs or count * (count - 1))


energy_score = Build(
    "4.6",
    _energy_by_loops,
    _answers,
    (
        Mistake(
            lambda x, y: _near(x, y) - _apart(x),
            "The 1/2 is forgotten: the answers are then paid for being further apart than right "
            "answers are.",
        ),
        Mistake(
            lambda x, y: _near(x, y) - _apart(x, pairs=x.shape[1] ** 2) / 2,
            "The diagonal is counted: an answer has no distance to itself. Divide the second sum "
            "by M (M - 1), not M^2; else too little spread is asked for.",
        ),
        Mistake(
            lambda x, y: _near(x, y, 2) - _apart(x, 2) / 2,
            "The distances are squared: then only the mean of the answers counts, and any spread "
            "is as good as any other. Take the distances themselves.",
        ),
        Mistake(
            lambda x, y: _near(x, y) + _apart(x) / 2,
            "The sign of the second mean is turned: distance between answers is *rewarded*, "
            "so it is subtracted.",
        ),
        Mistake(
            lambda x, y: _apart(x) / 2 - _near(x, y),
            "The sign of the whole is turned: near the target is good, so that distance is a cost.",
        ),
        Mistake(_near, "The second mean is missing: with it away, all answers go to one middle."),
        Mistake(
            lambda x, y: (x.mean(1) - y).norm(dim=1).mean() - _apart(x) / 2,
            "The first term takes the distance from the *mean* answer: take the distance of each "
            "answer, then their mean.",
        ),
        Mistake(
            lambda x, y: _near(x, y) - x.shape[1] * (x.shape[1] - 1) * _apart(x) / 2,
            "The second term is a sum over the pairs of answers: take their mean.",
        ),
        Mistake(
            lambda x, y: len(x) * (_near(x, y) - _apart(x) / 2),
            "You added up over the batch: take the mean, or the rate would depend on its size.",
        ),
    ),
    EVERY_FIT,
    "Least, in expectation, where the answers are distributed as the pictures are.",
)

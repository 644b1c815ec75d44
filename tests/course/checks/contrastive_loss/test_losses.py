"""Answers to 2.1 to 2.3 as people write them, right and wrong."""

import pytest
import torch
import torch.nn.functional as F

from dalle_edu.contrastive import losses
from dalle_edu.course.checks import contrastive_loss as check


def loss_from(logits_of, reduce):
    def clip_loss(image, text, log_scale, positive):
        return reduce(logits_of(image, text, log_scale), positive)

    return clip_loss


def unit(x):
    return x / x.pow(2).sum(-1, keepdim=True).sqrt()


def logits(image, text, log_scale):
    return torch.exp(log_scale) * (unit(image) @ unit(text).t())


def symmetric(s, positive):
    target = positive.float()
    rows = F.cross_entropy(s, target / target.sum(1, keepdim=True))
    columns = F.cross_entropy(s.t(), target.t() / target.t().sum(1, keepdim=True))
    return 0.5 * rows + 0.5 * columns


def soft_targets(s, positive):
    target = (s / 1.0).softmax(-1)
    return 0.5 * F.cross_entropy(s, target) + 0.5 * F.cross_entropy(s.t(), s.t().softmax(-1))


def arange(s, positive):
    own = torch.arange(s.shape[0])
    return (F.cross_entropy(s, own) + F.cross_entropy(s.t(), own)) / 2


def twice(s, positive):
    return symmetric_of(s.softmax(1), s.t().softmax(1), positive)


def symmetric_of(rows, columns, positive):
    t = positive.float()
    return (
        F.cross_entropy(rows, t / t.sum(1, keepdim=True))
        + F.cross_entropy(columns, t.t() / t.t().sum(1, keepdim=True))
    ) / 2


def any_true(s, positive):
    def one(s, p):
        return (s.logsumexp(1) - s.masked_fill(~p, -torch.inf).logsumexp(1)).mean()

    return (one(s, positive) + one(s.t(), positive.t())) / 2


def shares_of_rows(s, positive):
    share = positive / positive.sum(1, keepdim=True)
    rows, columns = s.log_softmax(1).mul(share).sum(1), s.log_softmax(0).mul(share).sum(0)
    return -(rows.mean() + columns.mean()) / 2


def as_in_the_formula(s, positive):
    def one(s, p):
        share = s.exp() / s.exp().sum(1, keepdim=True)
        return -torch.stack([share[i].log()[p[i]].mean() for i in range(len(s))]).mean()

    return (one(s, positive) + one(s.T, positive.T)) / 2


def log_of_softmax(s, positive):
    def one(s, p):
        return -(s.softmax(1).log() * p).sum(1).div(p.sum(1)).mean()

    return (one(s, positive) + one(s.T, positive.T)) / 2


def right_by_loops(image, text, log_scale, positive):
    s = logits(image, text, log_scale)
    total = 0
    for i in range(len(s)):
        row, column = s[i].log_softmax(0), s[:, i].log_softmax(0)
        total -= row[positive[i]].mean() + column[positive[:, i]].mean()
    return total / (2 * len(s))


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (loss_from(lambda i, t, k: k.exp() * i @ t.T, symmetric), "not normalised"),
        (loss_from(logits, lambda s, p: F.cross_entropy(s, p / p.sum(1, True))), "Only rows"),
        (loss_from(lambda i, t, k: k * (unit(i) @ unit(t).T), symmetric), "*logarithm*"),
        (loss_from(lambda i, t, k: (unit(i) @ unit(t).T) / k.exp(), symmetric), "upside down"),
        (loss_from(logits, twice), "softmaxed twice"),
        (loss_from(logits, arange), "true of two pictures: use `positive`"),
        (loss_from(logits, any_true), "another loss"),
        (loss_from(logits, soft_targets), "being sure costs nothing"),
        (loss_from(logits, lambda s, p: 2 * symmetric(s, p)), "mean of the two"),
        (loss_from(logits, shares_of_rows), "the transposed truth"),
        (loss_from(logits, as_in_the_formula), "at a scale of 100"),
        (loss_from(logits, log_of_softmax), "at a scale of 100"),
        (lambda i, t, k, p: symmetric(logits(i, t, torch.tensor(k.item())), p), "but log_scale"),
        (lambda i, t, k, p: symmetric(logits(i, t.detach(), k), p), "but text would"),
        (lambda *given: loss_from(logits, symmetric)(*given).item(), "no gradient comes back"),
        (
            lambda i, t, k, p: losses.info_nce(k.exp() * losses.cosines(i, t), p),
            "library's version",
        ),
    ],
)
def test_clip_loss_as_people_get_it_wrong(answer, says):
    verdict = check.clip_loss(answer)
    assert not verdict and says in verdict.message


def test_clip_loss_written_in_three_ways_is_right():
    assert check.clip_loss(loss_from(logits, symmetric))
    assert check.clip_loss(right_by_loops)
    # Transposing similarities and truth together changes nothing: no mistake.
    assert check.clip_loss(loss_from(logits, lambda s, p: symmetric(s.T, p.T)))


def test_cosine_matrix_by_a_loop_is_right():
    def loops(image, text):
        return torch.tensor([[float(F.cosine_similarity(a, b, 0)) for b in text] for a in image])

    assert check.cosine_matrix(loops)

"""Losses that make pictures and captions comparable, right ones and the article's.

All take a matrix of pictures (rows) against captions (columns) and a bool matrix that says which
captions are *true* of which pictures, so a duplicate caption is never punished as a false one.
Built in chapter 2.
"""

from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.checkpoint import checkpoint


def cosines(image: Tensor, text: Tensor) -> Tensor:
    """Cosine of every picture with every caption, in float32 at least, autocast or not.

    bfloat16 keeps 8 bits: near 100, where scaled cosines live, its numbers lie 0.5 apart.

    Args:
        image: (B, D) embeddings of any length. text: (M, D).

    Returns:
        (B, M) in [-1, 1]; float64 for float64 inputs, else float32.
    """
    image, text = (F.normalize(at_least_float32(x), dim=1) for x in (image, text))
    return exact_matmul(image, text.T)


def info_nce(similarity: Tensor, positive: Tensor) -> Tensor:
    """Symmetric contrastive loss (van den Oord et al. 2018; Radford et al. 2021, fig. 3).

        L = 1/2 [ CE(rows) + CE(columns) ]
        CE(row i) = -mean over positives j of log softmax_j(s_i)

    Its gradient along a row is (softmax - target) / (2 B), the targets 1/K for each of K positives.

    Args:
        similarity: (B, M) scaled cosines, M >= B; rows are pictures, columns captions.
        positive: (B, M) bool, True where caption j is true of picture i. A column without a
            positive (an edited caption) serves the rows only.

    Returns:
        Scalar in nats, at least float32; (log B + log M) / 2 when every similarity is equal. With K
        positives in every row and column its floor is log K, not 0.

    Raises:
        ValueError: if the shapes differ, `positive` is not bool, or a row has no positive.

    Built in chapter 2.
    """
    _check(similarity, positive)
    _check_rows(positive.any(1))
    s = at_least_float32(similarity)
    return (_cross_entropy(s, positive, 1) + _cross_entropy(s, positive, 0)) / 2


def info_nce_chunked(
    image: Tensor,
    text: Tensor,
    positive: Callable[[slice, slice], Tensor],
    scale: Tensor | float,
    chunk: int,
) -> Tensor:
    """`info_nce(scale * image @ text.T, ...)` without ever holding the B x M matrix.

    Each block leaves what its rows and its columns need; backward computes it again. Equal to
    `info_nce` in value and in the gradients of image, text and scale; both leave autocast.

    Args:
        image: (B, D) embeddings, already of length one. text: (M, D).
        positive: called with two slices (rows, columns), once forward and once backward, gives
            that block of the truth matrix, bool.
        scale: factor on the cosines (not its logarithm), a number or a tensor of one element.
        chunk: side C of the square blocks; memory grows with C^2 + B M / C.

    Returns:
        Scalar in nats.

    Raises:
        ValueError: if chunk is below 1, a block is not bool or misshapen, or a row has no positive.

    Used in chapter 14.
    """
    if chunk < 1:
        raise ValueError(f"chunk is {chunk}: give at least 1")
    image, text = at_least_float32(image), at_least_float32(text)
    scale = torch.as_tensor(scale, dtype=image.dtype, device=image.device)

    def block(image: Tensor, text: Tensor, scale: Tensor, rows: slice, columns: slice) -> tuple:
        """Of a block's rows and of its columns: log-sum-exp, sum over positives, their number."""
        cosine, true = exact_matmul(image, text.T), positive(rows, columns)
        _check(cosine, true)
        s, true = scale * cosine, true.to(image.device)
        kept = s.masked_fill(~true, 0)
        return tuple(
            torch.stack([s.logsumexp(dim), kept.sum(dim), true.sum(dim)]) for dim in (1, 0)
        )

    def parts(x: Tensor) -> list[slice]:
        return [slice(i, min(i + chunk, len(x))) for i in range(0, len(x), chunk)]

    again = partial(checkpoint, block, use_reentrant=False, preserve_rng_state=False)
    blocks = [[again(image[r], text[c], scale, r, c) for c in parts(text)] for r in parts(image)]
    by_row = [[of_rows for of_rows, _ in line] for line in blocks]
    by_column = [[of_columns for _, of_columns in line] for line in zip(*blocks, strict=True)]
    rows, columns = _joined(by_row), _joined(by_column)
    _check_rows(rows[1] > 0)
    return (_mean_of_lines(*rows) + _mean_of_lines(*columns)) / 2


def _joined(lines: list[list[Tensor]]) -> tuple[Tensor, Tensor]:
    """What each whole line costs, and how many positives it has, from the parts in its blocks."""
    whole = []
    for parts in lines:
        lse, kept, count = torch.stack(parts, 1)  # (blocks, lines) each
        whole.append(torch.stack([lse.logsumexp(0), kept.sum(0), count.sum(0)]))
    lse, kept, count = torch.cat(whole, 1)
    return (lse - kept / count.clamp(min=1)).masked_fill(count == 0, 0), count


def sigmoid_loss(
    cosine: Tensor, positive: Tensor, scale: Tensor | float, bias: Tensor | float
) -> Tensor:
    """Every pair a question of its own, true or false (SigLIP, Zhai et al. 2023, eq. 1).

        L = 1/B sum over i, j of -log sigmoid( z_ij (scale * cosine_ij + bias) ),   z = +1 or -1

    Args:
        cosine: (B, M). positive: (B, M) bool.
        scale: factor on the cosines. bias: added; the paper starts at 10 and -10.

    Returns:
        Scalar in nats: summed over all B x M pairs, divided by B; M log 2 when all logits are 0.

    Built in chapter 2.
    """
    _check(cosine, positive)
    logits = scale * at_least_float32(cosine) + bias
    return F.softplus(torch.where(positive, -logits, logits)).sum() / len(cosine)


def triplet_loss(cosine: Tensor, positive: Tensor, margin: float) -> Tensor:
    """A true partner should lead every false one by a margin (Schroff et al. 2015, on cosines).

        L = mean over pairs (p, n) of max(0, margin - s_p + s_n)

    Args:
        cosine: (B, M). positive: (B, M) bool.
        margin: lead asked for, in cosines (0 to 2).

    Returns:
        Scalar: one mean over the (true, false) pairs of all rows and of all columns that have a
        true one; `margin` when all cosines are equal.

    Raises:
        ValueError: if there is no such pair.

    Built in chapter 2.
    """
    _check(cosine, positive)
    s = at_least_float32(cosine)
    return F.relu(margin - _leads((s, positive), (s.T, positive.T))).mean()


def article_loss(cosine: Tensor, positive: Tensor) -> Tensor:
    """The source article's formula, as printed: L = 1/N sum -(s_p - s_n)^2. It does not work.

    It is even in the lead s_p - s_n, so a lost comparison pays as well as a won one; at equal
    similarities its gradient is 0; and where the false caption leads, it pushes the true one down.

    Args:
        cosine: (B, M). positive: (B, M) bool.

    Returns:
        Scalar, at most 0: the mean over the (true, false) pairs of all rows.

    Raises:
        ValueError: if there is no such pair.

    Measured, and then mended, in chapter 2.
    """
    _check(cosine, positive)
    return -_leads((at_least_float32(cosine), positive)).square().mean()


def exact_matmul(a: Tensor, b: Tensor) -> Tensor:
    """(B, D) @ (D, M) outside autocast, forward and backward, wherever backward is called."""
    return _ExactMatmul.apply(a, b)


def at_least_float32(x: Tensor) -> Tensor:
    """In float32 at least; float64 stays."""
    return x.to(torch.promote_types(x.dtype, torch.float32))


class _ExactMatmul(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a: Tensor, b: Tensor) -> Tensor:
        ctx.save_for_backward(a, b)
        with torch.autocast(a.device.type, enabled=False):
            return a @ b

    @staticmethod
    def backward(ctx, outer: Tensor) -> tuple[Tensor, Tensor]:
        a, b = ctx.saved_tensors
        with torch.autocast(a.device.type, enabled=False):
            return outer @ b.T, a.T @ outer


def _cross_entropy(s: Tensor, positive: Tensor, dim: int) -> Tensor:
    """Mean, over the lines along `dim` that have a positive, of -mean over them of log softmax."""
    count = positive.sum(dim)
    lines = -s.log_softmax(dim).masked_fill(~positive, 0).sum(dim) / count.clamp(min=1)
    return _mean_of_lines(lines, count)


def _mean_of_lines(lines: Tensor, count: Tensor) -> Tensor:
    """Mean over the lines that have a positive; the others are 0."""
    return lines.sum() / (count > 0).sum()


def _leads(*matrices: tuple[Tensor, Tensor]) -> Tensor:
    """s_p - s_n for every row and every (true p, false n) in it, all in one vector."""
    leads = []
    for s, positive in matrices:
        row, column = positive.nonzero(as_tuple=True)
        leads.append((s[row, column].unsqueeze(1) - s[row])[~positive[row]])
    if not any(map(len, leads)):
        raise ValueError("no picture has both a true and a false caption: nothing to compare")
    return torch.cat(leads)


def _check(similarity: Tensor, positive: Tensor) -> None:
    if similarity.ndim != 2 or similarity.shape != positive.shape:
        shapes = f"{tuple(similarity.shape)} and {tuple(positive.shape)}"
        raise ValueError(f"similarity and positive have shapes {shapes}: make both (B, M)")
    if positive.dtype != torch.bool:
        raise ValueError(f"positive is {positive.dtype}: give a bool matrix of what is true")


def _check_rows(has_positive: Tensor) -> None:
    if not has_positive.all():
        row = int((~has_positive).nonzero()[0])
        raise ValueError(f"picture {row} has no true caption: give every row a positive")

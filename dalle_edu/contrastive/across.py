"""InfoNCE across processes: each holds a part of the batch, the loss is that of the whole batch.

The gradients are such that their *mean* over the processes, which is what DistributedDataParallel
takes, is the gradient of one process that holds everything. Alone, everything here is the plain
loss. Chapter 14.
"""

from functools import partial

import torch
import torch.distributed as dist
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from dalle_edu.contrastive.losses import at_least_float32, exact_matmul, info_nce


def processes() -> int:
    """How many there are; one if nothing was started."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


def gathered(x: Tensor) -> Tensor:
    """The rows of all processes, (B, ...) to (W B, ...), in the order of their ranks.

    With gradient: what any process makes of a row comes back, summed, to the one that holds it.
    Without that (`torch.distributed.all_gather` alone cuts it) each process would learn from its
    own rows only, and from a wrong share of them.

    Args:
        x: of the same shape in every process.
    """
    return _Gather.apply(x) if processes() > 1 else x


def info_nce_global(image: Tensor, text: Tensor, positive: Tensor, scale: Tensor) -> Tensor:
    """Every process works out the whole loss: simple, and W times the memory and work.

    Args:
        image: (B, D) its pictures' embeddings, of length one. text: (M, D) its captions', M >= B:
            true ones and, after them or not, edited ones.
        positive: (W B, W M) bool, True where a caption is true of a picture; all processes' rows
            and columns in the order of `gathered`.
        scale: factor on the cosines, a scalar.

    Returns:
        Scalar in nats, the same in every process.
    """
    image, text = gathered(at_least_float32(image)), gathered(at_least_float32(text))
    return info_nce(scale * exact_matmul(image, text.T), positive)


def info_nce_local(
    image: Tensor,
    text: Tensor,
    rows: Tensor,
    columns: Tensor,
    scale: Tensor,
    chunk: int | None = None,
) -> Tensor:
    """Every process works out its own rows and columns: their mean over the processes is the loss.

    Args:
        image: (B, D) its pictures' embeddings, of length one. text: (M, D) its captions'.
        rows: (B, W M) bool, which of all captions are true of its pictures.
        columns: (M, W B) bool, of which of all pictures its captions are true.
        scale: factor on the cosines, a scalar.
        chunk: so many lines at a time, worked out again in the backward pass; None takes all.

    Returns:
        Scalar in nats, another in every process.

    Raises:
        ValueError: if a picture has no true caption, or chunk is below 1.
    """
    if chunk is not None and chunk < 1:
        raise ValueError(f"chunk is {chunk}: give at least 1, or None")
    if not rows.any(1).all():
        picture = int((~rows.any(1)).nonzero()[0])
        raise ValueError(f"picture {picture} has no true caption: give every row a positive")
    image, text = at_least_float32(image), at_least_float32(text)
    images, texts = gathered(image), gathered(text)
    of_rows = _line_costs(image, texts, rows, scale, chunk).mean()
    # A column counts if it is true of any picture; how many do so may differ between processes.
    count = columns.any(1).sum().to(image.dtype)
    if processes() > 1:
        dist.all_reduce(count)
    of_columns = _line_costs(text, images, columns, scale, chunk).sum() * processes() / count
    return (of_rows + of_columns) / 2


def _line_costs(
    own: Tensor, others: Tensor, positive: Tensor, scale: Tensor, chunk: int | None
) -> Tensor:
    """(N,) of each own line -mean over its positives of log softmax; 0 where it has none."""

    def costs(own: Tensor, others: Tensor, scale: Tensor, positive: Tensor) -> Tensor:
        log_share = (scale * exact_matmul(own, others.T)).log_softmax(1)
        return -log_share.masked_fill(~positive, 0).sum(1) / positive.sum(1).clamp(min=1)

    if chunk is None:
        return costs(own, others, scale, positive)
    again = partial(checkpoint, costs, use_reentrant=False, preserve_rng_state=False)
    pairs = zip(own.split(chunk), positive.split(chunk), strict=True)
    return torch.cat([again(part, others, scale, true) for part, true in pairs])


class _Gather(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        ctx.rows = len(x)
        parts = [torch.empty_like(x) for _ in range(processes())]
        dist.all_gather(parts, x.contiguous())
        return torch.cat(parts)

    @staticmethod
    def backward(ctx, outer: Tensor) -> Tensor:
        outer = outer.contiguous().clone()  # not ours to change
        dist.all_reduce(outer)
        start = dist.get_rank() * ctx.rows
        return outer[start : start + ctx.rows]

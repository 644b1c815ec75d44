"""Answers compared, and told in a few words."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor


def same(found: Any, wanted: Any, tolerance: float) -> bool:
    """Equal up to a tolerance: numbers and tensors, alone, in tuples, lists and dictionaries."""
    if isinstance(wanted, tuple | list):
        if not isinstance(found, tuple | list) or len(found) != len(wanted):
            return False
        return all(same(f, w, tolerance) for f, w in zip(found, wanted, strict=True))
    if isinstance(wanted, float | Tensor) or isinstance(found, Tensor):
        try:
            f, w = (torch.as_tensor(x).detach().double() for x in (found, wanted))
        except (TypeError, ValueError, RuntimeError):
            return False
        return f.shape == w.shape and torch.allclose(f, w, tolerance, tolerance, equal_nan=True)
    return found == wanted


def apart(got: Any, want: Any, tolerance: float) -> str:
    """Both answers in words, and of tensors the first place where they differ."""
    if isinstance(want, tuple | list) and isinstance(got, tuple | list) and len(got) == len(want):
        pairs = enumerate(zip(got, want, strict=True))
        i, (g, w) = next(pair for pair in pairs if not same(*pair[1], tolerance))
        return f"in place {i}: {apart(g, w, tolerance)}"
    tensors = isinstance(want, Tensor) and isinstance(got, Tensor)
    if tensors and got.shape == want.shape and want.ndim:
        g, w = (x.detach().double() for x in (got, want))
        near = torch.isclose(g, w, tolerance, tolerance, equal_nan=True)
        at = (~near).nonzero()[0].tolist()
        return f"{g[tuple(at)].item():.4g} at {at}; right is {w[tuple(at)].item():.4g}"
    return f"{short(got)}; right is {short(want)}"


def told(case: Sequence[Any]) -> str:
    """Arguments in a few words: shapes of tensors, the values of other things."""
    shaped = (isinstance(x, Tensor) and x.ndim for x in case)
    pairs = zip(case, shaped, strict=True)
    return ", ".join(f"a tensor {tuple(x.shape)}" if s else short(x) for x, s in pairs)


def short(value: Any) -> str:
    """A value in a few words."""
    if isinstance(value, Tensor):
        if value.numel() == 1:
            return f"{value.item():.4g}"
        return f"a tensor {tuple(value.shape)} that begins {value.flatten()[0].item():.4g}"
    if isinstance(value, tuple | list):
        return "(" + ", ".join(short(x) for x in value) + ")"
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return f"{value:.4g}" if isinstance(value, float) else repr(value)

"""Recall at k, by truth: a hit is an item that is *true*, not the one that happened to be paired.

Used in chapters 3, 4 and 9.
"""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Recall:
    """One direction: `hits` of `queries`; `duplicates` counts queries with several true items."""

    hits: int
    queries: int
    duplicates: int

    @property
    def rate(self) -> float:
        """Share of queries with a true item among the first k."""
        return self.hits / self.queries


def recall_at_k(similarity: Tensor, true: Tensor, k: int = 1) -> tuple[Recall, Recall]:
    """How often something true stands among the k most similar, both ways.

    A tie counts against us: a false item as similar as the best true one ranks before it, so equal
    similarities (an encoder that collapsed) hit nothing.

    Args:
        similarity: (B, M), rows pictures, columns captions.
        true: (B, M) bool, where the caption is true of the picture. A caption true of no picture
            is searched among, but asks nothing.
        k: at least 1.

    Returns:
        Picture to caption, caption to picture.

    Raises:
        ValueError: if the shapes differ, k is below 1, a similarity is not a number, or a picture
            has no true caption.
    """
    if similarity.shape != true.shape or similarity.ndim != 2:
        shapes = f"{tuple(similarity.shape)} and {tuple(true.shape)}"
        raise ValueError(f"similarity and true have shapes {shapes}: make both (B, M)")
    if k < 1:
        raise ValueError(f"k is {k}: give at least 1")
    if similarity.isnan().any():
        raise ValueError("similarity holds NaN: the embeddings are broken, not the ranking")
    true = true.bool()
    if not true.any(1).all():
        row = int((~true.any(1)).nonzero()[0])
        raise ValueError(f"picture {row} has no true caption: leave it out")

    def one_way(s: Tensor, t: Tensor) -> Recall:
        s, t = s[t.any(1)], t[t.any(1)]
        best = s.masked_fill(~t, -float("inf")).amax(1, keepdim=True)
        before = (~t & (s >= best)).sum(1)
        return Recall(int((before < k).sum()), len(s), int((t.sum(1) > 1).sum()))

    return one_way(similarity, true), one_way(similarity.T, true.T)

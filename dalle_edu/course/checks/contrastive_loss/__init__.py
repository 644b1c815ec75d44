"""Checks of chapter 2, by the name of what is built or asked."""

from dalle_edu.course.checks.contrastive_loss.article import (
    article_gradient,
    article_loss,
    predict_rank,
)
from dalle_edu.course.checks.contrastive_loss.losses import clip_loss, cosine_matrix
from dalle_edu.course.checks.contrastive_loss.reading import (
    info_nce_gradient,
    information_bound,
    predict_floor,
    stuck,
    too_good,
)
from dalle_edu.course.checks.contrastive_loss.sigmoid import sigmoid_loss

__all__ = [
    "article_gradient",
    "article_loss",
    "clip_loss",
    "cosine_matrix",
    "info_nce_gradient",
    "information_bound",
    "predict_floor",
    "predict_rank",
    "sigmoid_loss",
    "stuck",
    "too_good",
]

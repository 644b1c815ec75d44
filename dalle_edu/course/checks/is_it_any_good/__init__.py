"""Checks of chapter 9, by the name of what is built or asked."""

from dalle_edu.course.checks.is_it_any_good.coverage import precision
from dalle_edu.course.checks.is_it_any_good.distances import frechet, predict_shuffled, unbiased_kid
from dalle_edu.course.checks.is_it_any_good.instrument import best_of, corrected
from dalle_edu.course.checks.is_it_any_good.memory import nearer
from dalle_edu.course.checks.is_it_any_good.reading import copied, one_seed, three_claims, too_good
from dalle_edu.course.checks.is_it_any_good.uncertainty import (
    effective_number,
    predict_prompts,
    resampled_means,
)

__all__ = [
    "best_of",
    "copied",
    "corrected",
    "effective_number",
    "frechet",
    "nearer",
    "one_seed",
    "precision",
    "predict_prompts",
    "predict_shuffled",
    "resampled_means",
    "three_claims",
    "too_good",
    "unbiased_kid",
]

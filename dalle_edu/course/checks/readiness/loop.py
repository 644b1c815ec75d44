"""A training loop, read line by line."""

from dalle_edu.course.checks.exercise import Choice, Mistake
from dalle_edu.course.checks.readiness.reading import LOOP

which_line = Choice(
    "A.10",
    "4",
    (
        Mistake("1", "Line 1 only repeats: 300 steps are few, but the loss would move."),
        Mistake("2", "Line 2 is right: every step draws the rows of a new batch."),
        Mistake("3", "Line 3 is right: the pictures of those rows go through the model."),
        Mistake(
            "5",
            "Line 5 is right: `cross_entropy` takes raw scores. But look at which rows the targets "
            "come from.",
        ),
        Mistake("6", "Line 6 is right: it computes the gradients of this batch."),
        Mistake("7", "Line 7 is right: it moves the weights against their gradients."),
        Mistake(
            "8",
            "Line 8 may stand here: the gradients are empty before the next `backward`, and that "
            "is what counts.",
        ),
    ),
    "The targets are those of other rows: pictures and answers were shuffled against each other, "
    "so there is nothing to learn but how frequent each answer is. It should say y[rows].",
    read=LOOP,
)

"""Clinic: what is wrong with a network that draws, read from what it shows."""

from dalle_edu.course.checks.exercise import Choice, Mistake

three_patients = Choice(
    "6.11",
    "cab",
    (
        Mistake("abc", "In run 1 the drawn pictures win by ever more: who is not defending?"),
        Mistake("acb", "In run 1 D's slope never changes in any digit: is that a heavy penalty?"),
        Mistake("bac", "In run 1 the raw pictures are bad too: an average cannot do that."),
        Mistake("bca", "In run 1 the raw pictures are bad too. And which run's D never learns?"),
        Mistake("cba", "Run 1 is right. In which of the others are the *raw* pictures good?"),
    ),
    "A D that never learns loses by ever more; a D pressed flat says nothing to anybody; an "
    "average that remembers too long shows what was drawn long ago, although all else is well.",
)

drawn_alone = Choice(
    "6.12",
    "b",
    (
        Mistake("a", "An average of weights is the same whether one picture is asked for or 64."),
        Mistake("c", "A tanh acts on each number for itself: it cannot know of other pictures."),
        Mistake("d", "A wrong order of pixels looks wrong in every batch, alone or in company."),
        Mistake("e", "Noise is drawn for each picture apart; the same noise gave another picture."),
    ),
    "Only something that is computed across the batch can depend on the company. Statistics of "
    "each picture alone cannot, and a test can demand it: picture k alone equals picture k of 64.",
)

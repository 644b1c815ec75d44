"""Clinic: what is wrong with a claim, read from how it was measured."""

from dalle_edu.course.checks.exercise import Choice, Mistake

three_claims = Choice(
    "9.11",
    "cab",
    (
        Mistake("abc", "In claim 1 nothing was chosen by anybody: look at the two numbers N."),
        Mistake("acb", "In claim 1 nothing was chosen by anybody: look at the two numbers N."),
        Mistake("bac", "Claim 1 gives no interval at all: what was compared with what?"),
        Mistake("bca", "Claim 1 gives no interval at all: what was compared with what?"),
        Mistake("cba", "Claim 1 is right. Which of the others says who picked the pictures?"),
    ),
    "A Frechet distance falls with N whatever is drawn; a judge that picks is no judge any more; "
    "fifty prompts stay fifty, however many pictures each gets.",
)

copied = Choice(
    "9.12",
    "d",
    (
        Mistake("a", "In a small world unseen real pictures look familiar too: near to what?"),
        Mistake("b", "A distance that looks large may be small for this world: large beside what?"),
        Mistake("c", "Accuracy says nothing here: a perfect copy is right, too."),
        Mistake("e", "More decimals of a number without a baseline are no baseline."),
    ),
    "The same distance for *unseen real* pictures. If those lie as near, nothing was copied.",
)

one_seed = Choice(
    "9.13",
    "b",
    (
        Mistake(
            "a",
            "The intervals are over prompts: they tell what other prompts would have given, with "
            "these two trained models. Another seed is another model.",
        ),
        Mistake(
            "c", "More prompts make those intervals narrower, and they answer the same question."
        ),
        Mistake("d", "Pictures of the same prompts add even less than prompts do."),
        Mistake("e", "Three seeds are few, but they are the right kind of repetition."),
    ),
    "Whether the *loss* is better is a question about trainings, so trainings must be repeated: "
    "three seeds an arm, shown as three points.",
)

too_good = Choice(
    "9.14",
    "c",
    (
        Mistake("a", "More prompts make the number surer; they do not pull two readers apart."),
        Mistake(
            "b", "The rules have not changed, nor has the world. What changed is the training."
        ),
        Mistake("d", "A strict threshold lowers the judged accuracy, and it rose."),
        Mistake("e", "Accuracy is a share of prompts: no set is compared with another."),
    ),
    "A judge in a loss is a target: the generator finds what the judge takes for right. Whoever "
    "stood aside, rules or people, sees no gain.",
)

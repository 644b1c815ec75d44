"""Predict and clinic: what is in a vector, and what ails a network that draws what we say."""

from dalle_edu.course.checks.exercise import Choice, Mistake

SENTENCE = "One vector for a whole sentence: chapter 3's swapped colours were told apart by chance."
WORDS = (
    "Each word's state has heard its neighbours: the word 'red' knows whose red it is, and where."
)
DRAWN = "The picture is drawn from those features, and its colours stand in the right places."

predict_probes = Choice(
    "7.9",
    "nyy",
    (
        Mistake("yyy", SENTENCE),
        Mistake("yny", f"{SENTENCE} {WORDS}"),
        Mistake("yyn", f"{SENTENCE} {DRAWN}"),
        Mistake("ynn", f"{SENTENCE} {WORDS} {DRAWN}"),
        Mistake("nny", WORDS),
        Mistake("nyn", DRAWN),
        Mistake("nnn", f"{WORDS} {DRAWN}"),
    ),
    "The sentence vector knows which colours there are, hardly which is where. So the generator "
    "asks the words, place by place, and its features know.",
    read="the section on what the vectors hold",
)

objects_swapped = Choice(
    "7.10",
    "b",
    (
        Mistake("a", "The discriminator alone is not at fault: it was asked with the same words."),
        Mistake("c", "Noise decides what is left open. Here nothing is: the caption says it all."),
        Mistake("d", "Shapes and colours are drawn: nothing is missing but who has which."),
        Mistake("e", "R@1 does not ask it: hardly any picture's caption has its swap in the test."),
    ),
    "A bag of words: both players hear which colours there are, and neither can hear which belongs "
    "to what. The test that shows it ranks the true caption against its swap.",
    read="chapter 3, a bag of words",
)

always_alike = Choice(
    "7.11",
    "c",
    (
        Mistake(
            "a",
            "Then the pictures would be alike in everything. Places and clouds within one kind do "
            "vary: the noise arrives.",
        ),
        Mistake("b", "A collapse shows across prompts too; these follow what every prompt names."),
        Mistake(
            "d", "An average of weights does not draw an average of pictures: each is a clear one."
        ),
        Mistake(
            "e",
            "Words that are left out cannot forbid anything: of four grounds each would be true.",
        ),
    ),
    "A loss asks for what is said and for what is real; one clear picture a prompt satisfies both. "
    "Another condition that changes nothing proves it: nobody had asked for it.",
    read="the section on what the generator hears",
)

words_ignored = Choice(
    "7.12",
    "bca",
    (
        Mistake("abc", "Run 1 draws the named colour by chance: that is not the healthy one."),
        Mistake("acb", "Neither run 1 nor run 2 draws what is said, and run 3 does."),
        Mistake("bac", "Run 1 is right. But run 2 draws colours by chance: is it well?"),
        Mistake("cab", "In run 1 D cannot tell the captions apart: what was *it* given?"),
        Mistake("cba", "Which of the two faults keeps D from learning what words mean?"),
    ),
    "A D that cannot match was given no true captions. A D that can, and a generator that does not "
    "obey: the generator hears something else than it is asked for.",
    read="the section on four trainings",
)

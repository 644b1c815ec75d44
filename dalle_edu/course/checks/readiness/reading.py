"""What the ten answers say: how many are right, and what to read before or beside the course."""

from dataclasses import dataclass

from dalle_edu.course.checks.exercise import Verdict

PYTORCH = "https://docs.pytorch.org/tutorials/beginner/basics"
D2L = "https://d2l.ai"

PYTHON = (
    "the Python tutorial, Data structures: https://docs.python.org/3/tutorial/datastructures.html"
)
BROADCASTING = "NumPy, Broadcasting: https://numpy.org/doc/stable/user/basics.broadcasting.html"
TENSORS = f"PyTorch, Tensors: {PYTORCH}/tensorqs_tutorial.html"
REDUCTIONS = (
    f"Dive into Deep Learning, Linear algebra: {D2L}/chapter_preliminaries/linear-algebra.html"
)
CHAIN_RULE = (
    "3Blue1Brown, The chain rule: https://www.3blue1brown.com/lessons/chain-rule-and-product-rule"
)
AUTOGRAD = f"PyTorch, Automatic differentiation: {PYTORCH}/autogradqs_tutorial.html"
PROBABILITY = f"Dive into Deep Learning, Probability: {D2L}/chapter_preliminaries/probability.html"
SOFTMAX = (
    "Dive into Deep Learning, Softmax regression: "
    f"{D2L}/chapter_linear-classification/softmax-regression.html"
)
LOOP = f"PyTorch, Optimization: {PYTORCH}/optimization_tutorial.html"

FIRST = (
    f"PyTorch, Learn the basics: {PYTORCH}/intro.html",
    f"Dive into Deep Learning, chapter 2, Preliminaries: {D2L}/chapter_preliminaries/index.html",
)
READY, NEARLY = 8, 5  # right answers of ten


@dataclass(frozen=True)
class Result:
    """The verdicts of the readiness check; it prints as advice."""

    verdicts: tuple[Verdict, ...]

    @property
    def right(self) -> int:
        """How many are right."""
        return sum(map(bool, self.verdicts))

    def __repr__(self) -> str:
        count = f"{self.right} of {len(self.verdicts)} right"
        undone = [v.exercise for v in self.verdicts if v.state == "not done yet"]
        if undone:
            return f"{count}, {len(undone)} not done yet: {', '.join(undone)}."
        missing = list(dict.fromkeys(v.read for v in self.verdicts if not v))
        if self.right >= READY:
            advice, pages = "you can follow it, start at 00.", missing
            advice += " When there is time, read:" * bool(missing)
        elif self.right >= NEARLY:
            advice, pages = "nearly: read what is missing, then start at 00:", missing
        else:
            advice, pages = "read these two first, then come back:", FIRST
        return "\n  ".join([f"{count}: {advice}", *pages])


def result(*verdicts: Verdict) -> Result:
    """What the verdicts of all questions say together."""
    return Result(verdicts)

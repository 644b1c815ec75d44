"""How an exercise is checked: run the learner's own object, compare it, name the mend.

A check is called with what the learner made, a function or an answer, and returns a `Verdict`. A
function is run on random inputs beside an *oracle*, written as plainly as possible and never taken
from the library's own version. Where the two differ, the answer is compared with the mistakes that
people really make, and the verdict names the mend of the one it equals.
"""

import contextlib
import copy
import functools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import torch
from torch import Tensor

from dalle_edu.course.checks.telling import apart, same, told

REFUSED = "this exercise asks for your own"
# What torch says when a tensor of many numbers is given where one number is wanted.
ONE_NUMBER = re.compile(r"converted to (a )?(Python )?[Ss]calar")


class Mend(Exception):
    """The answer is wrong; the message says what to change."""


@dataclass(frozen=True)
class Verdict:
    """What a check found. It is true if the exercise is solved, and prints as a sentence."""

    exercise: str
    state: str  # "not done yet", "not right yet" or "right"
    message: str
    read: str = ""  # where to read what was missing; said when the answer is wrong

    def __bool__(self) -> bool:
        return self.state == "right"

    def __repr__(self) -> str:
        said = f"Exercise {self.exercise}: {self.state}. {self.message}".strip()
        return f"{said} Read: {self.read}" if self.read and self.state == "not right yet" else said


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that people give, and the sentence that mends it."""

    wrong: Any  # a function as the learner might write it, or a wrong choice
    mend: str


@dataclass(frozen=True)
class Build:
    """The check of a function that the learner writes.

    Args:
        exercise: its number, such as "2.3".
        oracle: what the function should compute.
        cases: gives the lists of arguments on which both are run; the same at every call.
        mistakes: wrong functions.
        refused: library functions that may not be called meanwhile.
        praise: what a right answer is told, beside that it is right.
        tolerance: relative and absolute, for the comparison of numbers.
        read: where to read about it.
    """

    exercise: str
    oracle: Callable
    cases: Callable[[], Sequence[tuple]]
    mistakes: tuple[Mistake, ...]
    refused: tuple[FunctionType, ...] = ()
    praise: str = ""
    tolerance: float = 1e-4
    read: str = ""

    def __call__(self, answer: Callable) -> Verdict:
        """The verdict on a learner's function."""
        return _verdict(self.exercise, lambda: self._run(answer), self.read)

    def _run(self, answer: Callable) -> str:
        if not callable(answer):
            raise Mend(f"Give the function itself, not {type(answer).__name__}: no brackets.")
        cases = self.cases()
        with refusing(self.refused):
            found = [call(answer, *case) for case in cases]
        wanted = [self.oracle(*case) for case in cases]
        if same(found, wanted, self.tolerance):
            return self.praise
        if mend := self.known(found, cases):
            raise Mend(mend)
        pairs = zip(cases, found, wanted, strict=True)
        case, got, want = next(x for x in pairs if not same(x[1], x[2], self.tolerance))
        _fits(case, got, want)
        raise Mend(f"With {told(case)} it gave {apart(got, want, self.tolerance)}.")

    def known(self, found: Sequence[Any], cases: Sequence[tuple]) -> str | None:
        """The mend of the mistake that gives on every case what was found, if there is one."""
        for mistake in self.mistakes:
            try:
                wrong = [mistake.wrong(*case) for case in cases]
            except Exception:  # a mistake need not survive every case
                continue
            if same(found, wrong, self.tolerance):
                return mistake.mend
        return None


@dataclass(frozen=True)
class Choice:
    """The check of an answer that is one of several words or letters.

    Args:
        exercise: its number. right: the right choice. mistakes: the wrong ones.
        praise: why it is right. read: where to read about it.
        written: other ways to write a choice, each with the choice that it means.
    """

    exercise: str
    right: str
    mistakes: tuple[Mistake, ...]
    praise: str
    read: str = ""
    written: tuple[tuple[str, str], ...] = ()

    def __call__(self, answer: str | int | None) -> Verdict:
        """The verdict on a learner's choice; capitals, spaces and commas do not count."""
        return _verdict(self.exercise, lambda: self._run(answer), self.read)

    def _run(self, answer: str | int | None) -> str:
        if answer is None or answer is ...:
            raise NotImplementedError
        given = _bare(answer)
        given = next(
            (_bare(choice) for words, choice in self.written if _bare(words) == given), given
        )
        if given == _bare(self.right):
            return self.praise
        options = ", ".join(sorted([self.right, *(mistake.wrong for mistake in self.mistakes)]))
        mends = {_bare(mistake.wrong): mistake.mend for mistake in self.mistakes}
        raise Mend(mends.get(given, f"{answer!r} is none of the choices: {options}."))


@dataclass(frozen=True)
class Estimate:
    """The check of a number that is predicted before it is measured.

    Args:
        exercise: its number. measure: measures it, when the check is called.
        near: is the guess near enough to what was measured?
        mistakes: `wrong` takes the guess and says whether this mistake explains it.
        praise: takes what was measured, gives a sentence. read: where to read about it.
    """

    exercise: str
    measure: Callable[[], float]
    near: Callable[[float, float], bool]
    mistakes: tuple[Mistake, ...]
    praise: Callable[[float], str]
    read: str = ""

    def __call__(self, answer: float | None) -> Verdict:
        """The verdict on a learner's guess."""
        return _verdict(self.exercise, lambda: self._run(answer), self.read)

    def _run(self, answer: float | None) -> str:
        if answer is None or answer is ...:
            raise NotImplementedError
        if isinstance(answer, bool) or not isinstance(answer, int | float | Tensor):
            raise Mend(f"Give one number, not {answer!r}.")
        guess, measured = float(answer), self.measure()
        if self.near(guess, measured):
            return self.praise(measured)
        for mistake in self.mistakes:
            if mistake.wrong(guess):
                raise Mend(mistake.mend)
        raise Mend("Not near it. Think again.")


def call(answer: Callable, *inputs: Any) -> Any:
    """What a learner's function gives on copies of the inputs, which it may not change.

    Raises:
        Mend: if it stops with an error, calls what it should replace, or changes its inputs.
        NotImplementedError: if it is still the stub.
    """
    given = copy.deepcopy(inputs)
    try:
        found = answer(*given)
    except Exception as error:
        # The stub's has no words; torch's, for an operation it lacks, has.
        if isinstance(error, NotImplementedError) and not error.args:
            raise
        if REFUSED in str(error):
            raise Mend(f"The library's version was called: {REFUSED}.") from error
        said = f"Called with {told(inputs)} it stopped: {type(error).__name__}: {error}"
        said = said.rstrip(" .") + "."
        if ONE_NUMBER.search(said):
            said += " `math` and `float` take one number; `torch.exp` and the like take all."
        raise Mend(said) from error
    if not same(given, inputs, 0.0):
        raise Mend("It changed its inputs. Work on new tensors: x = x * 2, not x *= 2.")
    return found


@contextlib.contextmanager
def refusing(functions: Sequence[FunctionType]) -> Iterator[None]:
    """While it lasts, each of these functions raises, under whatever name it was imported."""
    before = [(function, function.__code__) for function in functions]
    try:
        for function in functions:
            function.__code__ = _refuse.__code__
        yield
    finally:
        for function, code in before:
            function.__code__ = code


def _refuse(*_given: Any, **_named: Any) -> None:
    raise RuntimeError("this exercise asks for your own")


def random(seed: int) -> Callable[..., Tensor]:
    """A maker of standard normal tensors that follows from the seed; torch's own is left alone."""
    return functools.partial(torch.randn, generator=torch.Generator().manual_seed(seed))


def _verdict(exercise: str, run: Callable[[], str], read: str) -> Verdict:
    try:
        return Verdict(exercise, "right", run(), read)
    except NotImplementedError:
        todo = "Fill in the cell above the line, then run it."
        return Verdict(exercise, "not done yet", todo, read)
    except Mend as mend:
        return Verdict(exercise, "not right yet", str(mend), read)


def _bare(choice: Any) -> str:
    """A choice without what does not count: capitals, spaces, commas."""
    return re.sub(r"[\s,]", "", str(choice).lower())


def _fits(case: tuple, got: Any, want: Any) -> None:
    """Refuses what cannot be compared at all: nothing returned, another number or shape."""
    if got is None:
        raise Mend("It returned nothing. Does its last line say `return`?")
    if isinstance(want, tuple):
        if not isinstance(got, tuple | list) or len(got) != len(want):
            raise Mend(f"It should return {len(want)} things, in this order: see the docstring.")
    elif isinstance(want, Tensor) and isinstance(got, Tensor) and got.shape != want.shape:
        shapes = f"{tuple(got.shape)}; right is {tuple(want.shape)}"
        raise Mend(f"With {told(case)} it gave the shape {shapes}.")

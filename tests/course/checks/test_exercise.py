"""The machinery of the checks: what it accepts, what it rejects, and that it leaves no trace."""

import importlib
import math
import pkgutil

import pytest
import torch

from dalle_edu.contrastive import losses
from dalle_edu.contrastive.losses import cosines as imported_under_another_name
from dalle_edu.course import checks
from dalle_edu.course.checks.exercise import (
    Build,
    Choice,
    Estimate,
    Mistake,
    call,
    random,
    refusing,
)

DOUBLE = Build(
    "0.1",
    lambda x: 2 * x,
    lambda: [(random(1)(3),), (random(2)(2, 2),)],
    (
        Mistake(lambda x: x + 2, "You added."),
        Mistake(lambda x: x[:, None] * 2, "One axis too many."),  # fails on no case, fits no shape
        Mistake(lambda x: x.sum(5), "never: it stops with an error"),
    ),
    (losses.cosines,),
    "Twice.",
)


def test_right_is_true_and_says_so():
    verdict = DOUBLE(lambda x: x + x)
    assert verdict and str(verdict) == "Exercise 0.1: right. Twice."


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda x: 2 + x, "You added."),
        (lambda x: (2 * x).unsqueeze(1), "One axis too many."),
        (lambda x: 3 * x, r"With a tensor \(3,\) it gave \S+ at \[0\]; right is"),
        (lambda x: (2 * x).sum(), r"it gave the shape \(\); right is \(3,\)"),
        (lambda x: None, "returned nothing"),
        (lambda x: {"x": x}, "right is a tensor"),
        (lambda x: x.no_such_method(), "it stopped: AttributeError"),
        (lambda x: torch.ones(2, 2).bool().trace(), "it stopped: NotImplementedError"),
        (lambda x, y: 2 * x, r"Called with a tensor \(3,\) it stopped: TypeError"),
        (lambda x: x.mul_(2), "It changed its inputs"),
        (7, "Give the function itself, not int"),
        (lambda x: losses.cosines(x, x), "The library's version was called"),
        (lambda x: imported_under_another_name(x, x), "The library's version was called"),
    ],
)
def test_wrong_is_false_and_names_the_mend(answer, says):
    verdict = DOUBLE(answer)
    assert not verdict and verdict.state == "not right yet"
    with pytest.raises(AssertionError, match=says):
        raise AssertionError(verdict.message)


def test_the_stub_is_not_done_rather_than_wrong():
    def stub(x):
        """Twice x."""
        raise NotImplementedError

    assert DOUBLE(stub).state == "not done yet"


def test_the_learners_own_object_is_what_runs():
    calls = []

    class Counting:
        def __call__(self, x):
            calls.append(x.shape)
            return 2 * x

    assert DOUBLE(Counting())
    assert calls == [(3,), (2, 2)]


def test_refusing_ends_also_after_an_error():
    before = losses.cosines(torch.ones(1, 2), torch.ones(1, 2))
    with pytest.raises(ZeroDivisionError), refusing([losses.cosines]):
        raise ZeroDivisionError
    assert torch.equal(losses.cosines(torch.ones(1, 2), torch.ones(1, 2)), before)
    with refusing([losses.cosines]), pytest.raises(RuntimeError, match="your own"):
        imported_under_another_name(torch.ones(1, 2), torch.ones(1, 2))


def test_checks_leave_the_random_state_alone():
    torch.manual_seed(3)
    state = torch.get_rng_state()
    DOUBLE(lambda x: 2 * x)
    assert torch.equal(torch.get_rng_state(), state)


def test_choice():
    ask = Choice("0.2", "b", (Mistake("a", "Not that."), Mistake("c", "Nor that.")), "Because.")
    assert ask(None).state == ask(...).state == "not done yet"
    assert ask("b") and ask(" B ") and ask("b").message == "Because."
    assert ask("a").message == "Not that." and not ask("a")
    assert "none of the choices: a, b, c" in ask("d").message
    assert "none of the choices" in ask(3).message


def test_a_choice_may_be_written_otherwise():
    ask = Choice("0.2", "bca", (Mistake("abc", "No."),), "Yes.", written=(("(2, 3)", "bca"),))
    for answer in ("BCA", "b, c, a", " b c a ", (2, 3), "(2,3)"):
        assert ask(answer), answer
    assert ask("a b c").message == "No." and "none of the choices" in ask((3, 2)).message


def test_a_function_of_one_number_is_named_when_it_meets_many():
    for one in (math.exp, float, lambda x: x.item()):
        message = DOUBLE(one).message
        assert message.endswith("take one number; `torch.exp` and the like take all."), message


def test_estimate():
    ask = Estimate(
        "0.3",
        lambda: 2.0,
        lambda guess, measured: abs(guess - measured) < 0.1,
        (Mistake(lambda guess: guess < 0, "Never negative."),),
        lambda measured: f"Measured: {measured}.",
    )
    assert ask(None).state == "not done yet"
    assert ask(2.05) and ask(torch.tensor(2.0)) and ask(2).message == "Measured: 2.0."
    assert ask(-1).message == "Never negative."
    assert "Think again" in ask(5).message
    assert "Give one number" in ask("two").message and "Give one number" in ask(True).message


def test_where_to_read_is_said_only_where_something_is_wrong():
    ask = Choice("0.4", "b", (Mistake("a", "Not that."),), "Because.", read="page 3")
    assert str(ask("a")) == "Exercise 0.4: not right yet. Not that. Read: page 3"
    assert "page" not in str(ask("b")) + str(ask(None)) + ask("a").message
    assert ask(None).read == "page 3"


def test_call_gives_copies():
    x = torch.ones(2)
    kept = []
    call(lambda y: kept.append(y), x)
    assert kept[0] is not x


def every(kind):
    """The checks of all chapters that are of a kind."""
    chapters = [
        m.name for m in pkgutil.iter_modules(checks.__path__, f"{checks.__name__}.") if m.ispkg
    ]
    found = [vars(importlib.import_module(name)) for name in chapters]
    return [chapter[name] for chapter in found for name in chapter["__all__"]
            if isinstance(chapter[name], kind)]  # fmt: skip


@pytest.mark.parametrize("ask", every(Build), ids=lambda ask: ask.exercise)
def test_every_oracle_is_right_and_every_stub_is_not_done(ask):
    def stub(*given):
        raise NotImplementedError

    assert ask(ask.oracle)
    assert ask(stub).state == "not done yet"
    assert "Give the function itself" in ask(3).message


@pytest.mark.parametrize("ask", every(Choice), ids=lambda ask: ask.exercise)
def test_every_right_choice_is_right_and_none_is_not_done(ask):
    assert ask(ask.right) and ask(None).state == "not done yet"


def mistakes(kind):
    return [
        pytest.param(ask, mistake, id=f"{ask.exercise}-{i}")
        for ask in every(kind)
        for i, mistake in enumerate(ask.mistakes)
    ]


@pytest.mark.parametrize(("ask", "mistake"), mistakes(Build))
def test_every_mistake_has_a_message_of_its_own(ask, mistake):
    """No mistake is right by accident, and none is taken for another."""
    verdict = ask(mistake.wrong)
    assert verdict.state == "not right yet" and verdict.message == mistake.mend
    assert [m.mend for m in ask.mistakes].count(mistake.mend) == 1


@pytest.mark.parametrize(("ask", "mistake"), mistakes(Choice))
def test_every_wrong_choice_has_its_message(ask, mistake):
    verdict = ask(mistake.wrong)
    assert not verdict and verdict.message == mistake.mend and mistake.mend

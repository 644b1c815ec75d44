"""The two players' steps: what an answer leaves behind in both networks is compared."""

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dalle_edu.course.checks.exercise import Build, Mend, Mistake, call, random, refusing
from dalle_edu.course.checks.telling import same
from dalle_edu.gan import losses, penalties

EVERY_LOSS = (
    losses.relativistic_d,
    losses.relativistic_g,
    losses.non_saturating_d,
    losses.non_saturating_g,
    losses.saturating_g,
    losses.hinge_d,
    losses.hinge_g,
    penalties.r1,
    penalties.r2,
)


@dataclass(frozen=True)
class Played(Build):
    """The check of a function that changes networks: it is run, then what it left is compared.

    Args:
        outcome: runs a function on what it makes of a case, gives a tuple of tensors.
        parts: says in a sentence, for each of them, what it means if that one is wrong.
    """

    outcome: Callable = call
    parts: tuple[str, ...] = ()

    def _run(self, answer: Callable) -> str:
        if not callable(answer):
            raise Mend(f"Give the function itself, not {type(answer).__name__}: no brackets.")
        cases = self.cases()
        with refusing(self.refused):
            found = [call(functools.partial(self.outcome, answer), *case) for case in cases]
        wanted = [self.outcome(self.oracle, *case) for case in cases]
        if same(found, wanted, self.tolerance):
            return self.praise
        if mend := self.known(found, cases):
            raise Mend(mend)
        got, want = next(x for x in zip(found, wanted, strict=True) if not same(*x, self.tolerance))
        pairs = zip(got, want, self.parts, strict=True)
        raise Mend(next(part for g, w, part in pairs if not same(g, w, self.tolerance)))

    def known(self, found: list, cases: list[tuple]) -> str | None:
        """The mend of the mistake that leaves on every case what was found, if there is one."""
        played = Build(
            self.exercise,
            self.oracle,
            self.cases,
            tuple(
                Mistake(functools.partial(self.outcome, mistake.wrong), mistake.mend)
                for mistake in self.mistakes
            ),
            tolerance=self.tolerance,
        )
        return played.known(found, cases)


def networks(seed: int) -> tuple[nn.Module, nn.Module]:
    """A small discriminator and generator in the plane, with gradients left from steps before."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        discriminator = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
        generator = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 2))
    randn = random(seed)
    for weight in (*discriminator.parameters(), *generator.parameters()):
        weight.grad = 0.3 * randn(*weight.shape)
    return discriminator, generator


def _flat(tensors: Iterable[Tensor | None], like: nn.Module) -> Tensor:
    """All in one vector; None counts as zeros."""
    pairs = zip(tensors, like.parameters(), strict=True)
    found = [torch.zeros_like(p) if t is None else t for t, p in pairs]
    return torch.cat([t.detach().flatten() for t in found])


def _weights(network: nn.Module) -> Tensor:
    return _flat(network.parameters(), network)


def gradients(network: nn.Module) -> Tensor:
    """The gradients that a network holds, in one vector; none is 0."""
    return _flat([p.grad for p in network.parameters()], network)


def batch(seed: int) -> tuple[Tensor, Tensor]:
    """Real points (6, 2) and noise (6, 3)."""
    randn = random(seed + 100)
    return 2 * randn(6, 2) + 1, randn(6, 3)


def after_discriminator_step(answer: Callable, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """The discriminator's weights, the generator's, the generator's gradients, after the step."""
    discriminator, generator = networks(seed)
    optimiser = torch.optim.SGD(discriminator.parameters(), lr=0.5)
    answer(discriminator, generator, *batch(seed), optimiser)
    return _weights(discriminator), _weights(generator), gradients(generator)


def after_generator_step(answer: Callable, seed: int) -> tuple[Tensor, Tensor]:
    """The generator's weights and the discriminator's, after the step."""
    discriminator, generator = networks(seed)
    optimiser = torch.optim.SGD(generator.parameters(), lr=0.5)
    answer(discriminator, generator, batch(seed)[1], optimiser)
    return _weights(generator), _weights(discriminator)


def _asked(scores: Tensor, label: float) -> Tensor:
    """Cross-entropy of scores (logits) with one label for all, by hand."""
    return -(label * F.logsigmoid(scores) + (1 - label) * F.logsigmoid(-scores)).mean()


def _d_step(
    detach: bool = True,
    zero: str = "first",
    step: bool = True,
    turn: float = 1,
    loss: Callable = lambda real, fake: _asked(real, 1) + _asked(fake, 0),
) -> Callable:
    """The discriminator's step, right by default, or wrong in the ways that the arguments name."""

    def played(discriminator, generator, real, noise, optimiser) -> None:
        fake = generator(noise)
        total = loss(discriminator(real), discriminator(fake.detach() if detach else fake))
        if zero == "first":
            optimiser.zero_grad()
        (turn * total).backward()
        if zero == "last":
            optimiser.zero_grad()
        if step:
            optimiser.step()

    return played


def _both(real: Tensor, fake: Tensor) -> Tensor:
    return _asked(real, 1) + _asked(fake, 0) + _asked(fake, 1)


discriminator_step = Played(
    "5.3",
    _d_step(),
    lambda: [(1,), (2,)],
    (
        Mistake(
            _d_step(detach=False),
            "G's gradients changed: the drawn points were not detached. (Harmless only where G's "
            "gradients are zeroed before its own step, and wasted work even there.)",
        ),
        Mistake(
            _d_step(zero="never"),
            "Gradients of an earlier step were still there and were added: zero_grad comes first.",
        ),
        Mistake(
            _d_step(detach=False, zero="never"),
            "Two at once: no zero_grad before backward, and the drawn points were not detached.",
        ),
        Mistake(
            _d_step(loss=lambda real, fake: _asked(real, 0) + _asked(fake, 1)),
            "The labels are swapped: real is 1, drawn is 0.",
        ),
        Mistake(
            _d_step(detach=False, loss=_both),
            "Both players in one backward: G's wish, high scores for drawn points, reached D too. "
            "Each player has a loss and a step of its own.",
        ),
        Mistake(
            _d_step(loss=lambda r, f: _asked(r.sigmoid(), 1) + _asked(f.sigmoid(), 0)),
            "A sigmoid before a loss *with logits*: it is applied twice. Give it the raw scores.",
        ),
        Mistake(
            _d_step(loss=lambda r, f: _asked(torch.cat([r, f]), 1)),
            "Every point was labelled real: the drawn ones are 0.",
        ),
        Mistake(_d_step(loss=lambda r, f: _asked(r, 1)), "The drawn points are never shown to D."),
        Mistake(_d_step(loss=lambda r, f: _asked(f, 0)), "The real points are never shown to D."),
        Mistake(
            _d_step(loss=lambda r, f: (_asked(r, 1) + _asked(f, 0)) / 2),
            "It is half as large: here the loss is the *sum* of the mean over real points and the "
            "mean over drawn ones.",
        ),
        Mistake(
            _d_step(loss=lambda r, f: len(r) * (_asked(r, 1) + _asked(f, 0))),
            "A sum over the batch: take the mean, or the rate would depend on the batch's size.",
        ),
        Mistake(
            _d_step(loss=lambda r, f: F.softplus(f - r).mean()),
            "That is the relativistic loss. Here each point is asked for itself: real or drawn?",
        ),
        Mistake(
            _d_step(turn=-1),
            "D went uphill. V is maximised, so its *negative*, the cross-entropy, is minimised.",
        ),
        Mistake(
            _d_step(zero="last"),
            "D did not move: gradients were zeroed between backward and step. First zero_grad, "
            "then backward, then step.",
        ),
        Mistake(
            lambda d, g, real, noise, optimiser: optimiser.step(),
            "D stepped along the gradients of an earlier step: is there a backward before step?",
        ),
    ),
    EVERY_LOSS,
    "D learned, G is as it was, its gradients included.",
    outcome=after_discriminator_step,
    parts=(
        "D's weights after the step are not the right ones. One plain step: zero_grad, the two "
        "cross-entropies added, backward, step.",
        "G's weights changed: this is D's step, G holds still.",
        "The gradients that G holds were changed (perhaps zeroed): they are none of D's business.",
    ),
)


def _g_step(
    detach: bool = False, zero: bool = True, loss: Callable = lambda fake: _asked(fake, 1)
) -> Callable:
    def played(discriminator, generator, noise, optimiser) -> None:
        fake = generator(noise)
        total = loss(discriminator(fake.detach() if detach else fake))
        if zero:
            optimiser.zero_grad()
        total.backward()
        optimiser.step()

    return played


def _with_both(discriminator, generator, noise, optimiser) -> None:
    _g_step()(discriminator, generator, noise, optimiser)
    with torch.no_grad():
        for weight in discriminator.parameters():
            weight -= 0.5 * weight.grad


generator_step = Played(
    "5.4",
    _g_step(),
    lambda: [(3,), (4,)],
    (
        Mistake(
            _g_step(detach=True),
            "G did not move. Either the drawn points are detached, which cuts G off (detach is for "
            "D's step), or step() is missing.",
        ),
        Mistake(
            _g_step(zero=False),
            "G's gradients of an earlier step were added: zero_grad before backward.",
        ),
        Mistake(
            _g_step(detach=True, zero=False),
            "G moved along old gradients only: the drawn points are detached, and zero_grad is "
            "missing, which hides it.",
        ),
        Mistake(
            _g_step(loss=lambda f: _asked(f, 0)),
            "The label is swapped: G *wants* its points called real, so label 1.",
        ),
        Mistake(
            _g_step(loss=lambda f: -_asked(f, 0)),
            "That is the saturating loss, log(1 - D): hardly any slope where D is sure. Ask for "
            "label 1 instead of turning the sign.",
        ),
        Mistake(
            _g_step(loss=lambda f: -_asked(f, 1)),
            "The sign is turned: G runs to where D is surest that it sees drawn points.",
        ),
        Mistake(
            _g_step(loss=lambda f: _asked(f.sigmoid(), 1)),
            "A sigmoid before a loss *with logits*: it is applied twice. Give it the raw scores.",
        ),
        Mistake(
            _g_step(loss=lambda f: len(f) * _asked(f, 1)),
            "A sum over the batch: take the mean, or the rate would depend on the batch's size.",
        ),
        Mistake(_with_both, "D moved too: step G's optimiser only."),
    ),
    EVERY_LOSS,
    "G climbs D's score. D's weights held still; its gradients did not, so D zeroes them first.",
    outcome=after_generator_step,
    parts=(
        "G's weights after the step are not the right ones. One plain step: zero_grad, "
        "cross-entropy of D(G(noise)) with label 1, backward, step.",
        "D's weights changed: this is G's step, D holds still.",
    ),
)

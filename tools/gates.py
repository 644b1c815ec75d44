"""Gates: what unit tests alone cannot prove.

    python -m tools.gates                     three mutations, the marked tests, the smoke training
    python -m tools.gates mutations [NAME...] every mutation, or those named

A mutation breaks one line in a copy of the package and demands that the tests named beside it turn
red, and the chapter that teaches it too, while both are green on the unbroken copy: a test that
cannot fail is a defect, and so is a chapter that shows the same numbers whatever is computed. The
marked tests (slow, distributed, fault) are those that `make unit` leaves out. The smoke training
runs every stage once.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from dalle_edu.training.recipes import STAGES
from tools.mutations import MUTATIONS, Mutation

ROOT = Path(__file__).parent.parent
QUICK = 3  # how many mutations, the first of the table, every change has to pass
PATIENCE = 900  # seconds, after which a command counts as hanging
GREEN, RED, NONE_COLLECTED = 0, 1, 5  # pytest's exit codes; 2, 3 and 4 mean that it broke off
# How pytest runs a notebook: every cell in one kernel, every stored output compared.
NBVAL = ("-o", "addopts=", "--nbval", "--nbval-current-env", "--nbval-cell-timeout=300")
# The first cell of every copied notebook: red unless its kernel computes with the copy beside it.
PROOF = """import os
import dalle_edu
inside = os.path.dirname(os.path.dirname(os.path.abspath(dalle_edu.__file__)))
assert os.path.samefile(inside, os.pardir), f"the kernel imports {inside}"
"""

Pytest = Callable[[Path, tuple[str, ...]], int]


def run_pytest(folder: Path, selection: tuple[str, ...]) -> int:
    """Exit code of pytest in `folder`, on the code that stands there; its output when it broke off.

    No byte code is written: a mutation can leave size and time stamp of a file as they were.
    """
    drop = ("PYTHONPATH", "PYTEST_ADDOPTS")
    environment = {k: v for k, v in os.environ.items() if k not in drop}
    environment |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(folder)}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *selection]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE
    )
    if done.returncode not in (GREEN, RED):
        print(done.stdout[-2000:], done.stderr[-2000:], sep="\n")
    return done.returncode


def copy_project(root: Path, to: Path) -> None:
    """Copy what tests and chapters need: package, tests, tools, figures, settings, notebooks.

    The weights are only linked. Each notebook begins with a cell more, `PROOF`.
    """
    ignore = shutil.ignore_patterns("__pycache__", "weights", ".*_cache")
    for name in ("dalle_edu", "tests", "tools", "benchmarks"):
        if (root / name).is_dir():
            shutil.copytree(root / name, to / name, ignore=ignore)
    for path in [*root.glob("*.toml"), *root.glob("*.md"), *root.glob("*.yml")]:
        shutil.copy(path, to)
    weights = root / "dalle_edu" / "weights"
    if weights.is_dir():
        (to / "dalle_edu" / "weights").symlink_to(weights.resolve())
    for path in root.glob("notebooks/*.ipynb"):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        proof = {"cell_type": "code", "id": "proof", "metadata": {}, "source": PROOF}
        notebook["cells"].insert(0, proof | {"execution_count": None, "outputs": []})
        copied = to / "notebooks" / path.name
        copied.parent.mkdir(exist_ok=True)
        copied.write_text(json.dumps(notebook), encoding="utf-8")


def trials(mutation: Mutation, folder: Path) -> list[tuple[str, ...]]:
    """What must turn red, as pytest's arguments: its tests, and its chapter if that is there."""
    found = sorted(folder.glob(f"notebooks/{mutation.chapter}_*.ipynb")) if mutation.chapter else []
    return [mutation.tests, *((*NBVAL, f"notebooks/{path.name}") for path in found)]


def mutated(source: str, mutation: Mutation) -> str:
    """The source with the mutation applied.

    Raises:
        ValueError: if the text to replace does not occur exactly once, or nothing changes.
    """
    count = source.count(mutation.old)
    if count != 1:
        raise ValueError(
            f"mutation {mutation.name}: its old text occurs {count} times in {mutation.file}: "
            "bring tools/mutations.py up to date"
        )
    if mutation.old == mutation.new:
        raise ValueError(f"mutation {mutation.name} changes nothing: give another new text")
    return source.replace(mutation.old, mutation.new)


def try_mutations(
    mutations: Iterable[Mutation], root: Path = ROOT, pytest: Pytest = run_pytest
) -> list[str]:
    """Apply each mutation to a copy, run its tests and its chapter, print a line.

    Args:
        mutations: in the order in which they are tried.
        root: the project to copy; it is never written to.
        pytest: (folder, selection) to pytest's exit code.

    Returns:
        One sentence for each that is not caught.
    """
    failures = []
    green: dict[tuple[str, ...], int] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_project(root, folder)
        for mutation in mutations:
            start = time.perf_counter()
            tried = trials(mutation, folder)
            for trial in tried:
                if trial not in green:
                    green[trial] = pytest(folder, trial)
            path = folder / mutation.file
            whole = path.read_text(encoding="utf-8")
            try:
                path.write_text(mutated(whole, mutation), encoding="utf-8")
                codes = [pytest(folder, trial) for trial in tried]
            except ValueError as error:
                failures.append(str(error))
                print(f"gate {mutation.name}: NOT APPLIED", flush=True)
                continue
            finally:
                path.write_text(whole, encoding="utf-8")
            said = []
            for trial, code in zip(tried, codes, strict=True):
                verdict = {RED: "caught", GREEN: "SURVIVED"}.get(code, f"BROKE OFF (pytest {code})")
                if green[trial] != GREEN:
                    verdict = f"tests not green without it (pytest {green[trial]})"
                if verdict != "caught":
                    failures.append(f"mutation {mutation.name}: {verdict}; tests: {trial[-1]}")
                said.append(f"{verdict} by {Path(trial[-1]).name}")
            if mutation.chapter and len(tried) == 1:
                said.append(f"waits for chapter {mutation.chapter}")
            if mutation.why:
                said.append(f"by no chapter: {mutation.why}")
            seconds = time.perf_counter() - start
            print(f"gate {mutation.name}: {', '.join(said)}, {seconds:.1f} s", flush=True)
    return failures


def marked_tests() -> list[str]:
    """Run the tests that `make unit` leaves out; one sentence if they are not green."""
    command = [sys.executable, "-m", "pytest", "-q", "-m", "slow or distributed or fault"]
    code = subprocess.run(command, cwd=ROOT).returncode
    return [] if code == GREEN else [f"the slow, distributed and fault tests: pytest {code}"]


def smoke() -> list[str]:
    """Train every stage by the smoke recipe, then draw with it; one sentence if that fails."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        run, picture = Path(name) / "run", Path(name) / "picture.png"
        steps = (
            ("train", "all", "--recipe", "smoke", "--run", str(run), "--seed", "0"),
            ("draw", "a blue sky", "--model", str(run), "-o", str(picture)),
        )
        for step in steps:
            command = [sys.executable, "-m", "dalle_edu", *step]
            done = subprocess.run(
                command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE
            )
            if done.returncode:
                print(done.stdout[-4000:], done.stderr[-4000:], sep="\n")
                seconds = time.perf_counter() - start
                return [f"smoke: {step[0]} ended with {done.returncode} after {seconds:.0f} s"]
        unfinished = [stage for stage in STAGES if not (run / stage / "result.json").is_file()]
        if unfinished or not picture.is_file():
            return [f"smoke: no result of {', '.join(unfinished) or 'draw, no picture'}"]
    print(f"gate smoke: every stage trained, a picture drawn, {time.perf_counter() - start:.0f} s")
    return []


def main(arguments: list[str]) -> int:
    """Run the gates asked for and say which failed; 1 if one did."""
    if arguments[:1] == ["mutations"]:
        names = arguments[1:] or [mutation.name for mutation in MUTATIONS]
        by_name = {mutation.name: mutation for mutation in MUTATIONS}
        if unknown := [name for name in names if name not in by_name]:
            print(
                f"unknown mutation {unknown[0]}: choose from {', '.join(by_name)}", file=sys.stderr
            )
            return 2
        failures = try_mutations(by_name[name] for name in names)
    elif arguments:
        print(f"unknown gate {arguments[0]}: give `mutations` or nothing", file=sys.stderr)
        return 2
    else:
        failures = try_mutations(MUTATIONS[:QUICK]) + marked_tests() + smoke()
    for failure in failures:
        print("gate failed:", failure, file=sys.stderr)
    print(f"gates: {'green' if not failures else f'{len(failures)} failed'}")
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

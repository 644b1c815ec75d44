"""The rules for a published notebook, each a function over the notebook as a dictionary.

    python -m tools.notebook_rules [NOTEBOOK ...]

A rule takes the parsed `.ipynb` and gives one sentence for each breach, naming the cell; none when
the notebook is good. `RULES` lists them all. Strict nbval compares stored outputs, but a notebook
without stored outputs passes it too, and pictures are never compared: hence these rules.
"""

import ast
import io
import json
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
MAX_BYTES = 1_000_000
MAX_CELLS = 25  # code cells besides exercises
WIDTH = 88  # beyond this the book hides the end of a line
SHOWING = {"print", "display", "show"}
# What must stand in a cell whose output nbval ignores, or that is skipped.
REASON = re.compile(r"#\s*not (compared|run):\s*\S", re.IGNORECASE)
LOCAL = re.compile(
    r"(?<![\w./:~-])/(?:home|root|Users|tmp|usr|opt|var|mnt|private|srv)/[\w.-]"
    r"|\b[A-Za-z]:\\+(?:Users|Windows|Program)"
    r"|\bfile:///"
)


def text_of(value) -> str:
    """A multi-line field of a notebook (a string, or a list of lines) as one string."""
    return value if isinstance(value, str) else "".join(value)


def tags(cell: dict) -> set[str]:
    """A cell's tags."""
    return set(cell.get("metadata", {}).get("tags", []))


def code_cells(notebook: dict) -> Iterator[tuple[str, dict, str]]:
    """(name for messages, cell, source) of each code cell that is not empty."""
    for number, cell in enumerate(notebook["cells"]):
        source = text_of(cell["source"])
        if cell["cell_type"] == "code" and source.strip():
            yield f"cell {number} ({source.strip().splitlines()[0][:40]!r})", cell, source


def executed(notebook: dict) -> list[str]:
    """Every code cell was run, in one pass from the top."""
    found, last = [], 0
    for name, cell, source in code_cells(notebook):
        count = cell.get("execution_count")
        if "skip-execution" in tags(cell):
            if not REASON.search(_comments(source)):
                found.append(f"{name} is skipped and does not say why: write `# not run: ...`")
        elif count is None:
            found.append(f"{name} was never executed: run `make render`")
        elif count != last + 1:
            found.append(f"{name} was run out of order ([{count}] after [{last}]): `make render`")
        last = count or last
    return found


def has_outputs(notebook: dict) -> list[str]:
    """A cell that prints, shows or ends in a bare value keeps its output."""
    return [
        f"{name} shows something, but its output is not stored: run `make render`"
        for name, cell, source in code_cells(notebook)
        if not cell.get("outputs") and "skip-execution" not in tags(cell) and _shows(source)
    ]


def small(notebook: dict) -> list[str]:
    """The file stays below 1 MB."""
    size = len(json.dumps(notebook, ensure_ascii=False, indent=1).encode())
    return [f"{size:,} bytes: at most {MAX_BYTES:,}"] if size >= MAX_BYTES else []


def no_errors(notebook: dict) -> list[str]:
    """No error is allowed or stored, except where the cell is tagged `raises-exception`."""
    found = []
    for where, metadata in _metadata(notebook):
        if re.search(r'"(execution_)?allow_errors": true', json.dumps(metadata)):
            found.append(f"{where} allows errors: remove allow_errors from its metadata")
    for name, cell, _ in code_cells(notebook):
        stored = any(output["output_type"] == "error" for output in cell.get("outputs", []))
        if stored and "raises-exception" not in tags(cell):
            found.append(f"{name} stores an error: mend it, or tag it raises-exception and assert")
    return found


def short(notebook: dict) -> list[str]:
    """At most 25 code cells besides the exercises."""
    count = sum("exercise" not in tags(cell) for _, cell, _ in code_cells(notebook))
    return [f"{count} code cells besides exercises: at most {MAX_CELLS}"] * (count > MAX_CELLS)


def pictures_described(notebook: dict) -> list[str]:
    """Every picture has alt text, and an assert in its cell on a number it shows."""
    found = []
    for name, cell, source in code_cells(notebook):
        pictures = []
        for output in cell.get("outputs", []):
            # The same picture may be there in several forms: the first of these is shown.
            forms = sorted(kind for kind in output.get("data", {}) if kind.startswith("image/"))
            if forms:
                shown = "image/png" if "image/png" in forms else forms[0]
                pictures.append(output.get("metadata", {}).get(shown, {}).get("alt", ""))
        if any(not text_of(alt).strip() for alt in pictures):
            found.append(f"{name} has a picture without alt text (output metadata image/png.alt)")
        if pictures and not any(isinstance(n, ast.Assert) for n in ast.walk(_parse(source))):
            found.append(f"{name} shows a picture and asserts nothing: pictures are never compared")
    return found


def reasons_given(notebook: dict) -> list[str]:
    """A cell whose output is not compared says why, in a comment `# not compared: ...`."""
    return [
        f"{name} is tagged nbval-ignore-output: say why in a comment `# not compared: ...`"
        for name, cell, source in code_cells(notebook)
        if {"nbval-ignore-output", "nbval-skip"} & tags(cell)
        and not REASON.search(_comments(source))
    ]


def narrow(notebook: dict) -> list[str]:
    """Code, in cells and in fenced blocks of the prose, is at most 88 columns wide."""
    found = []
    for number, cell in enumerate(notebook["cells"]):
        fenced = cell["cell_type"] == "code"
        for n, line in enumerate(text_of(cell["source"]).splitlines(), 1):
            if cell["cell_type"] == "markdown" and line.lstrip().startswith(("```", "~~~")):
                fenced = not fenced
            elif fenced and len(line) > WIDTH:
                found.append(
                    f"cell {number}, line {n} is {len(line)} columns wide: at most {WIDTH}"
                )
    return found


def no_local_paths(notebook: dict) -> list[str]:
    """Neither source nor output names a place on the machine that ran it."""
    found = []
    for number, cell in enumerate(notebook["cells"]):
        for text in (text_of(cell["source"]), *_texts(cell)):
            if place := LOCAL.search(text) or re.search(re.escape(str(ROOT)) + r"\b", text):
                near = text[place.start() : place.start() + 40].splitlines()[0]
                found.append(f"cell {number} names a local path: {near!r}")
    return found


RULES = (
    executed,
    has_outputs,
    small,
    no_errors,
    short,
    pictures_described,
    reasons_given,
    narrow,
    no_local_paths,
)


def breaches(notebook: dict) -> list[str]:
    """Every breach of every rule."""
    return [f"{rule.__name__}: {found}" for rule in RULES for found in rule(notebook)]


def _parse(source: str) -> ast.Module:
    """A cell's syntax tree; magics (`%...`, `!...`, `...?`) are blanked out."""
    lines = [
        re.match(r"\s*", line)[0] + "pass" if re.match(r"\s*[%!]|.*\?$", line) else line
        for line in source.splitlines()
    ]
    return ast.parse("\n".join(lines))


def _comments(source: str) -> str:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    try:
        return "\n".join(token.string for token in tokens if token.type == tokenize.COMMENT)
    except (tokenize.TokenError, SyntaxError):  # magics
        return "\n".join(line for line in source.splitlines() if line.lstrip().startswith("#"))


def _shows(source: str) -> bool:
    """Whether running a cell certainly shows something.

    A last line that is a call may give None, and what stands in a function or under an `if` may
    never run: neither counts.
    """
    body = _parse(source).body
    if not body or source.rstrip().endswith(";"):
        return False
    if isinstance(body[-1], ast.Expr) and not isinstance(body[-1].value, ast.Call | ast.Constant):
        return True
    todo = list(body)
    while todo:
        statement = todo.pop()
        if isinstance(statement, ast.For | ast.With):
            todo += statement.body
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            called = statement.value.func
            if getattr(called, "id", getattr(called, "attr", None)) in SHOWING:
                return True
    return False


def _metadata(notebook: dict) -> Iterator[tuple[str, dict]]:
    yield "the notebook", notebook.get("metadata", {})
    for name, cell, _ in code_cells(notebook):
        yield name, cell.get("metadata", {})


def _texts(cell: dict) -> Iterator[str]:
    """All text in a cell's outputs: streams, tracebacks, every text/* form of a result."""
    for output in cell.get("outputs", []):
        yield text_of(output.get("text", ""))
        yield "\n".join(output.get("traceback", []))
        for kind, value in output.get("data", {}).items():
            if kind.startswith("text/") or kind == "image/svg+xml":
                yield text_of(value)


def main(paths: list[str]) -> int:
    """Print every breach in the notebooks named, or in all of them; 1 if there is one."""
    failed = 0
    for path in map(Path, paths or sorted((ROOT / "notebooks").glob("*.ipynb"))):
        for found in breaches(json.loads(path.read_text(encoding="utf-8"))):
            print(f"{path}: {found}")
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Runs the code that stands in the book's Markdown pages, so that a test can compare what it gives.

    ```python        runs, all of a page in one namespace; a ```text block right after it is what
                     it prints, and as the last line what it warns of or raises
    ```console       `$ dalle-edu ...` runs, the lines below are what it says

A {code-block} with a caption is only shown.
"""

import io
import re
import shlex
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from book.course import ROOT

FENCE = re.compile(
    r"^```(python|console)\n(.*?)^```$(?:\n+```text\n(.*?)^```$)?", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True)
class Block:
    """One block and what the page says that it gives."""

    kind: str
    code: str
    said: str


def blocks(page: str) -> list[Block]:
    """All blocks of a page that are run, in their order."""
    found = []
    for kind, code, said in FENCE.findall(page):
        if kind == "console":
            code, _, said = code.partition("\n")
        found.append(Block(kind, code.strip(), said.strip()))
    return found


def run(page: str, folder: Path) -> Iterator[tuple[Block, str]]:
    """Each block with what it gives when it is run in `folder`."""
    namespace: dict[str, Any] = {}
    for block in blocks(page):
        give = _python if block.kind == "python" else _console
        yield block, give(block.code, namespace, folder).strip()


def _python(code: str, namespace: dict[str, Any], folder: Path) -> str:
    out = io.StringIO()
    with warnings.catch_warnings(record=True) as warned, redirect_stdout(out):
        warnings.simplefilter("always")
        try:
            exec(code, namespace)
            end = ""
        except Exception as error:
            end = f"{type(error).__name__}: {error}\n"
    told = "".join(f"{each.category.__name__}: {each.message}\n" for each in warned)
    return out.getvalue() + told + end


def _console(code: str, namespace: dict[str, Any], folder: Path) -> str:
    words = shlex.split(code.removeprefix("$ "))
    if words[0] != "dalle-edu":
        raise ValueError(f"{code!r} is no command of ours: show it in a block of another kind")
    command = [sys.executable, "-m", "dalle_edu", *words[1:]]
    environment = {"PYTHONPATH": str(ROOT), "PATH": ""}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    return done.stdout + done.stderr

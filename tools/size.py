"""Print how large the counted library is, and fail once it is larger than promised.

    python -m tools.size [FOLDER]

Counted are lines of code: lines that hold something besides blanks, comments and docstrings. The
library stays readable in an afternoon because this number is a limit, not a wish.
"""

import ast
import io
import sys
import tokenize
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "dalle_edu"
# The limits, all of them. The aim: 2,700 lines once the chain draws, 3,000 with scaling, 3,200 with
# the book, 3,800 with DALL-E 1 and 2, and never beyond 4,000.
FILES = 50
LINES = 4000  # the last promise, far above the 2,700 aimed at by now
LONGEST = 300  # lines of one file, whatever they hold: "about 250", one idea a file
WIDTH = 100
# Not counted: what only chapters or the command line need.
OUTSIDE = ("course", "weights", "plan.py", "cli.py", "__main__.py")

NOT_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Size:
    """One file: its path inside the package, lines of code, lines in all, numbers of wide lines."""

    path: Path
    code: int
    lines: int
    wide: tuple[int, ...]


def code_lines(source: str) -> int:
    """How many lines of `source` hold code: no blank line, comment or docstring."""
    held = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in NOT_CODE:
            held.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            held.difference_update(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    text = source.splitlines()
    return sum(bool(text[n - 1].strip()) for n in held)


def measure(package: Path) -> list[Size]:
    """The size of every counted file of a package, in the order of their paths."""
    sizes = []
    for path in sorted(package.rglob("*.py")):
        inside = path.relative_to(package)
        if inside.parts[0] not in OUTSIDE:
            source = path.read_text(encoding="utf-8")
            text = source.splitlines()
            wide = tuple(n for n, line in enumerate(text, 1) if len(line) > WIDTH)
            sizes.append(Size(inside, code_lines(source), len(text), wide))
    return sizes


def over(sizes: list[Size]) -> list[str]:
    """One sentence for each limit that is exceeded."""
    found = []
    total = sum(size.code for size in sizes)
    if len(sizes) > FILES:
        found.append(f"{len(sizes)} files: at most {FILES}")
    if total > LINES:
        found.append(f"{total} lines of code: at most {LINES}")
    for size in sizes:
        if size.lines > LONGEST:
            found.append(f"{size.path} has {size.lines} lines: at most {LONGEST}, one idea a file")
        found += [f"{size.path}:{n} is wider than {WIDTH} columns" for n in size.wide]
    return found


def table(sizes: list[Size]) -> str:
    """Files and lines of code by folder, the total, the longest file."""
    folders: dict[str, list[Size]] = {}
    for size in sizes:
        folders.setdefault(size.path.parts[0] if len(size.path.parts) > 1 else ".", []).append(size)
    rows = [(name, len(held), sum(s.code for s in held)) for name, held in folders.items()]
    rows.append(("in all", len(sizes), sum(size.code for size in sizes)))
    lines = [f"{'folder':<14}{'files':>6}{'lines of code':>15}"]
    lines += [f"{name:<14}{files:>6}{code:>15,}" for name, files, code in rows]
    lines.append(f"{'limit':<14}{FILES:>6}{LINES:>15,}")
    if sizes:
        longest = max(sizes, key=lambda size: size.lines)
        lines.append(f"longest file: {longest.path}, {longest.lines} lines (limit {LONGEST})")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Print the table; 1 if a limit is exceeded, else 0."""
    sizes = measure(Path(arguments[0]) if arguments else PACKAGE)
    print(table(sizes))
    found = over(sizes)
    for sentence in found:
        print("size:", sentence, file=sys.stderr)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

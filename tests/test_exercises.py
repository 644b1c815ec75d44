"""Every exercise of every notebook: its stub is not done, its solution is right.

The solution that a learner unfolds is the one that is tried: its text stands in the notebook.
"""

import json
import re
from pathlib import Path

import pytest

from tools.notebook_rules import tags, text_of

ROOT = Path(__file__).parent.parent
CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)
MARK = "# check\n"


def exercises():
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        first = next(text_of(c["source"]) for c in cells if c["cell_type"] == "code")
        for cell, after in zip(cells, [*cells[1:], {}], strict=True):
            if "exercise" in tags(cell):
                source = text_of(cell["source"])
                name = source.rstrip().splitlines()[-1].partition("(")[0]
                yield pytest.param(first, source, after, id=f"{path.stem[:2]}-{name}")


@pytest.mark.parametrize(("first", "source", "after"), list(exercises()))
def test_the_stub_is_not_done_and_the_solution_is_right(first, source, after):
    assert source.count(MARK) == 1, "one line `# check` divides the stub from its check"
    stub, check = source.split(MARK)
    names = {}
    exec(first, names)
    exec(stub, names)
    assert eval(check.strip(), names).state == "not done yet"
    assert "solution" in tags(after), "the cell below an exercise holds its solution"
    folded = text_of(after["source"])
    assert folded.startswith("<details>") and folded.rstrip().endswith("</details>")
    (solution,) = CODE.findall(folded)
    exec(solution, names)
    verdict = eval(check.strip(), names)
    assert verdict, verdict


def test_chapters_have_at_least_five_exercises_and_questions():
    for path in sorted((ROOT / "notebooks").glob("0[1-9]*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        assert sum("exercise" in tags(cell) for cell in cells) >= 5, path.name
        answers = [text_of(c["source"]).count("<summary>Answer</summary>") for c in cells]
        assert sum(answers) >= 5, path.name

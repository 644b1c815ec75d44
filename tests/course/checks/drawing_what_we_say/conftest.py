"""What chapter 7 builds in the open, and words to try it on."""

import ast
import json
from pathlib import Path

import pytest
import torch

from tools.notebook_rules import text_of

NOTEBOOK = Path(__file__).parents[4] / "notebooks" / "07_drawing_what_we_say.ipynb"


@pytest.fixture(scope="session")
def built():
    """The chapter's functions by name, each compiled beside its first cell's imports."""
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    code = [text_of(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    found = {}
    exec(code[0], found)
    for source in code[1:]:
        functions = [n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef)]
        exec(compile(ast.Module(functions, []), "chapter 7", "exec"), found)
    return found


@pytest.fixture(params=range(3))
def words_of(request):
    """Makes words (3, 7, width) and a mask that leaves 7, 4 and 1 of them; seeds torch, too."""
    torch.manual_seed(request.param)
    mask = torch.arange(7) < torch.tensor([[7], [4], [1]])
    return lambda width: (torch.randn(3, 7, width), mask)

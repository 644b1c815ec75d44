"""The rules of the house that a machine can check: who imports whom, what stands where."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "dalle_edu"
# Imports point upward in this list only, and nothing else may stand in the package.
ORDER = ["world", "data", "evaluation", "contrastive", "alignment", "gan", "chain", "provenance"]
ORDER += ["dalle1", "diffusion", "dalle2", "zoo", "report", "export", "training", "plan"]
ORDER += ["course", "cli", "__main__"]
# Imported where they are used, since they are slow or may be missing; in course/ they are at home.
LATE = {"accelerate", "datasets", "IPython", "ipywidgets", "matplotlib", "pandas", "tensorboard"}
# Quick to import: `import dalle_edu` and `dalle-edu --help` must not wait for torch.
LIGHT = ["__init__.py", "__main__.py", "cli.py", "training/recipes.py"]
# Tests that mirror no module: they concern the whole project.
WHOLE = {"test_book", "test_environment_yml", "test_exercises", "test_house", "test_import"}
WHOLE |= {"test_computing", "test_drawing", "test_every_page"}
WHOLE |= {"test_notebooks", "test_processes", "test_project"}
FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def modules() -> dict[str, ast.Module]:
    """Path inside the package, with slashes, to syntax tree."""
    return {
        path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def imports(name: str, tree: ast.AST) -> Iterator[tuple[str, int]]:
    """(dotted module or name, line) of everything imported, relative imports resolved."""
    here = ["dalle_edu", *name.split("/")[:-1]]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = here[: len(here) + 1 - node.level] if node.level else []
            base = base + (node.module.split(".") if node.module else [])
            for alias in node.names:
                yield ".".join([*base, alias.name]), node.lineno


def at_import(tree: ast.Module) -> ast.Module:
    """What runs when the module is imported: no bodies of functions, no `if TYPE_CHECKING`."""

    class Shallow(ast.NodeTransformer):
        def visit_FunctionDef(self, node):
            return ast.Pass()

        visit_AsyncFunctionDef = visit_FunctionDef

        def visit_If(self, node):
            return ast.Pass() if "TYPE_CHECKING" in ast.unparse(node.test) else node

    return ast.fix_missing_locations(Shallow().visit(ast.parse(ast.unparse(tree))))


def wrong_way(name: str, tree: ast.AST) -> list[str]:
    """One sentence for each import that points downward."""
    own = name.split("/")[0].removesuffix(".py")
    found = []
    for target, line in imports(name, tree):
        parts = target.split(".")
        if parts[0] == "dalle_edu" and len(parts) > 1 and parts[1] in ORDER:
            # The package itself reaches the zoo, lazily, and opens its folders' names.
            if own == "__init__":
                wrong = ORDER.index(parts[1]) > ORDER.index("zoo")
            else:
                wrong = ORDER.index(parts[1]) > ORDER.index(own)
            if wrong:
                found.append(f"dalle_edu/{name}:{line} imports {target}, which stands below it")
    return found


def repeated(trees: dict[str, ast.Module]) -> list[str]:
    """Functions that are written twice: the same name, arguments and body.

    Methods of one statement are spared: `forward` may well be the same line in two networks.
    """
    seen: dict[str, str] = {}
    found = []
    for name, tree in trees.items():
        within = [
            (parent, node) for parent in ast.walk(tree) for node in ast.iter_child_nodes(parent)
        ]
        for parent, node in within:
            if isinstance(node, FUNCTION):
                body = node.body[ast.get_docstring(node) is not None :]
                if isinstance(parent, ast.ClassDef) and len(body) < 2:
                    continue
                text = ast.dump(ast.Module([ast.Expr(node.args), *body], []))
                where = f"{name}:{node.lineno} {node.name}"
                first = seen.setdefault(node.name + text, where)
                if first != where:
                    found.append(f"{where} is also defined in {first}: import it")
    return found


def undocumented(name: str, tree: ast.Module) -> list[str]:
    """Public functions, classes and methods of more than one statement that have no docstring."""
    found = [] if ast.get_docstring(tree) or not tree.body else [f"{name} has no docstring"]
    for parent in (tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))):
        if isinstance(parent, ast.ClassDef) and parent.name.startswith("_"):
            continue
        for node in parent.body:
            if not isinstance(node, FUNCTION | ast.ClassDef) or node.name.startswith("_"):
                continue
            # `forward` is described by its class.
            plain = parent is not tree and (node.name == "forward" or len(node.body) == 1)
            if not plain and not ast.get_docstring(node):
                found.append(f"{name}:{node.lineno} {node.name} has no docstring")
    return found


def test_nothing_else_stands_in_the_package():
    inside = {path.name for path in PACKAGE.iterdir() if path.name != "__pycache__"}
    extra = {name.removesuffix(".py") for name in inside} - {*ORDER, "__init__", "weights"}
    assert not extra, f"{extra}: give CONTRIBUTING.md the reason and ORDER the place"


@pytest.mark.parametrize("name", modules())
def test_imports_point_upward(name):
    found = wrong_way(name, modules()[name])
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", [name for name in modules() if not name.startswith("course/")])
def test_heavy_packages_are_imported_where_they_are_used(name):
    found = [
        f"dalle_edu/{name} imports {target} when it is imported"
        for target, _ in imports(name, at_import(modules()[name]))
        if LATE & set(target.split("."))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", LIGHT)
def test_light_modules_import_only_what_is_light(name):
    light = {"dalle_edu", *sys.stdlib_module_names}
    found = [
        t for t, _ in imports(name, at_import(modules()[name])) if t.split(".")[0] not in light
    ]
    assert not found, f"dalle_edu/{name} imports {found} when it is imported"


def test_importing_the_package_and_its_command_line_loads_nothing_heavy():
    heavy = sorted(LATE | {"torch", "numpy", "PIL", "safetensors", "tokenizers", "tqdm"})
    program = f"""
import sys
import dalle_edu, dalle_edu.cli, dalle_edu.training.recipes
print([name for name in {heavy} if name in sys.modules])
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_function_is_defined_once():
    found = repeated(modules())
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", modules())
def test_what_is_public_is_documented(name):
    found = undocumented(name, modules()[name])
    assert not found, "\n".join(found)


def test_the_library_never_prints():
    allowed = {"cli.py", "__main__.py"}
    found = [
        f"dalle_edu/{name}:{node.lineno}"
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print"
        if name not in allowed and not name.startswith("course/")
    ]
    assert not found, f"print in {found}: use logging"


def mirrored(name: str) -> set[str]:
    """Where the module that a test file mirrors may stand, from the project's root."""
    inside = name.replace("test_", "", 1)
    return {f"dalle_edu/{inside}", inside}


def test_every_test_file_mirrors_a_module():
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        name = path.relative_to(ROOT / "tests").as_posix()
        if path.stem not in WHOLE:
            folder = name.rpartition("/")[0] or "the top"
            assert any((ROOT / place).is_file() for place in mirrored(name)), (
                f"tests/{name} mirrors no module of {folder}"
            )


@pytest.mark.parametrize(
    "name", [n for n in modules() if not n.endswith(("__init__.py", "__main__.py"))]
)
def test_every_module_has_a_test_file(name):
    folder, _, file = name.rpartition("/")
    assert (ROOT / "tests" / folder / f"test_{file}").is_file(), f"dalle_edu/{name} has no tests"


# The checks themselves, seen red.


@pytest.mark.parametrize(
    ("name", "source", "wrong"),
    [
        ("evaluation/judge.py", "from dalle_edu.gan.losses import hinge_d", True),
        ("evaluation/judge.py", "from ..gan import losses", True),
        ("evaluation/judge.py", "from .. import chain", True),
        ("evaluation/judge.py", "def f():\n    import dalle_edu.training.run", True),
        ("evaluation/judge.py", "from . import distances\nfrom ..world.scene import Scene", False),
        ("gan/generator.py", "from ..contrastive.encoders import TextEncoder\nimport torch", False),
        ("zoo.py", "from .training import recipes", True),
        ("zoo.py", "from .chain import Chain", False),
        ("cli.py", "from .training import recipes", False),
        ("__init__.py", "from .zoo import load", False),
        ("__init__.py", "from .training import run", True),
    ],
)
def test_the_direction_is_seen(name, source, wrong):
    assert bool(wrong_way(name, ast.parse(source))) == wrong


def test_repetition_is_seen():
    body = "(x, y):\n    '''{}'''\n    z = x + y\n    return z\n"
    one, two = ast.parse("def f" + body.format("a")), ast.parse("def f" + body.format("b"))
    other = ast.parse("def f(x, y):\n    z = x - y\n    return z\n")
    assert len(repeated({"one.py": one, "two.py": two})) == 1
    assert repeated({"one.py": one, "other.py": other}) == []
    method = ast.parse("class A:\n    def forward(self, x):\n        return self.net(x)\n")
    assert repeated({"a.py": method, "b.py": method}) == []


METHOD = "'''Doc.'''\nclass A:\n    '''Doc.'''\n    def {}(self):\n        x = 1\n        return x"


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("x = 1", 1),
        ("'''Doc.'''\ndef f():\n    pass", 1),
        ("'''Doc.'''\ndef _f():\n    pass", 0),
        ("'''Doc.'''\nclass A:\n    x = 1", 1),
        (METHOD.format("go"), 1),
        (METHOD.format("_go"), 0),
        (METHOD.format("forward"), 0),
        ("", 0),
    ],
)
def test_missing_docstrings_are_seen(source, count):
    assert len(undocumented("a.py", ast.parse(source))) == count


def test_imports_in_functions_and_for_types_are_late():
    late = "def f():\n    import datasets\nif TYPE_CHECKING:\n    import pandas\n"
    tree = ast.parse(late + "import json\nif True:\n    import matplotlib.pyplot")
    assert {t for t, _ in imports("a.py", at_import(tree))} == {"json", "matplotlib.pyplot"}

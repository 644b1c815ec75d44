"""The counter counts what a reader would, and every limit really stops."""

import pytest

from tools import size

SOURCE = '''"""A docstring
of two lines."""

import math  # code, with a comment

# a comment alone
TEXT = """three

lines, one of them blank"""


def area(r):
    """Docstring."""
    return (
        math.pi  # inside a bracket

        * r**2
    )


class Empty:
    """Only a docstring."""


async def wait(): "docstring and header share a line"
'''


def test_counts_code_only():
    # import; TEXT and its last line; def; return ( , math.pi, * r**2, ); class
    assert size.code_lines(SOURCE) == 1 + 2 + 1 + 4 + 1


def test_a_string_that_is_not_a_docstring_counts():
    assert size.code_lines('x = 1\n"""not the first statement"""\n') == 2
    assert size.code_lines("def f():\n    3\n") == 2


@pytest.mark.parametrize("source", ["", "# only a comment\n", '"""Only a docstring."""\n', "\n\n"])
def test_nothing_is_nothing(source):
    assert size.code_lines(source) == 0


def test_comments_and_blank_lines_never_matter():
    plain = "a = 1\nb = [\n    2,\n]\n"
    padded = "# one\na = 1  # two\n\n\nb = [\n\n    # three\n    2,\n]\n"
    assert size.code_lines(plain) == size.code_lines(padded) == 4


def package(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_measures_the_counted_library_only(tmp_path):
    files = ["world/scene.py", "chain.py", "__init__.py", "cli.py", "__main__.py"]
    files += ["course/figures.py", "course/checks/one.py", "weights/odd.py"]
    found = size.measure(package(tmp_path, dict.fromkeys(files, "x = 1\n")))
    assert [s.path.as_posix() for s in found] == ["__init__.py", "chain.py", "world/scene.py"]
    assert [s.code for s in found] == [1, 1, 1]


@pytest.mark.parametrize(
    ("limit", "files", "said"),
    [
        ("FILES", {"a.py": "", "b.py": ""}, "2 files: at most 1"),
        ("LINES", {"a.py": "x = 1\ny = 2\n"}, "2 lines of code: at most 1"),
        ("LONGEST", {"world/a.py": "# 1\n# 2\n"}, "a.py has 2 lines: at most 1"),
        ("WIDTH", {"a.py": "\n# wide\n"}, "a.py:2 is wider than 1 columns"),
    ],
)
def test_every_limit_stops(tmp_path, monkeypatch, capsys, limit, files, said):
    package(tmp_path, files)
    assert size.main([str(tmp_path)]) == 0
    monkeypatch.setattr(size, limit, 1)
    assert size.main([str(tmp_path)]) == 1
    assert said in capsys.readouterr().err


def test_width_counts_characters_not_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(size, "WIDTH", 6)
    (tmp_path / "a.py").write_text("# 天空是蓝\n", encoding="utf-8")
    assert size.over(size.measure(tmp_path)) == []


def test_the_table_adds_up(tmp_path):
    files = {"world/a.py": "x = 1\n", "gan/a.py": "x = 1\ny = 2\n", "zoo.py": "x = 1\n"}
    table = size.table(size.measure(package(tmp_path, files)))
    rows = {row.split()[0]: row.split()[1:] for row in table.splitlines()}
    assert rows["gan"] == ["1", "2"] and rows["."] == ["1", "1"] and rows["in"][1:] == ["3", "4"]
    assert "longest file: gan/a.py, 2 lines" in table.replace("\\", "/")


def test_the_limits_are_the_promise():
    assert size.FILES <= 50 and size.LINES <= 4000 and size.WIDTH <= 100
    assert size.measure(size.PACKAGE), "the library itself is where the tool looks"

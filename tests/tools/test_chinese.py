"""README.zh-CN.md shows the numbers of README.md, and its commands exist."""

import re

import pytest

from tools import chinese

README, CHINESE = ((chinese.ROOT / n).read_text("utf-8") for n in ("README.md", "README.zh-CN.md"))
NUMBER = re.compile(r"\d+(?:\.\d+)?")
BLOCK = "<!-- a -->\n{}\n<!-- /a -->\n"


def blocks(page):
    return {name: text for _, name, text, _ in chinese.BLOCK.findall(page)}


def test_the_blocks_are_those_of_the_readme():
    assert chinese.translated(README, CHINESE) == CHINESE, "run `python -m tools.chinese`"
    assert set(blocks(CHINESE)) == set(blocks(README)) == {"timings", "figures"}


@pytest.mark.parametrize("name", ["timings", "figures"])
def test_number_for_number(name):
    assert len(NUMBER.findall(blocks(README)[name])) > 30
    assert NUMBER.findall(blocks(CHINESE)[name]) == NUMBER.findall(blocks(README)[name])


def test_words_are_replaced_and_numbers_are_not():
    row = "| one thing | 98.6 (97.1-99.3): colour | 25 + 12 | - | |"
    assert chinese.line(row) == "| 一个物体 | 98.6 (97.1-99.3)：颜色 | 25 + 12 | - |  |"
    page = chinese.translated(BLOCK.format("| real | 1.0 |"), BLOCK.format("| old | 2.0 |"))
    assert page == BLOCK.format("| 真实渲染 | 1.0 |")


def test_what_has_no_chinese_is_said():
    with pytest.raises(SystemExit, match="no Chinese for 'a new row': add it to WORDS"):
        chinese.translated(BLOCK.format("| a new row | 1 |"), BLOCK.format(""))
    with pytest.raises(SystemExit, match="has no block <!-- a -->"):
        chinese.translated("", BLOCK.format(""))


def test_it_writes_the_file_if_there_is_one(tmp_path):
    chinese.main(tmp_path)
    (tmp_path / "README.md").write_text(BLOCK.format("| real | 1.0 |"), "utf-8")
    (tmp_path / "README.zh-CN.md").write_text("x\n" + BLOCK.format("old"), "utf-8")
    chinese.main(tmp_path)
    written = (tmp_path / "README.zh-CN.md").read_text("utf-8")
    assert written == "x\n" + BLOCK.format("| 真实渲染 | 1.0 |")


def test_its_commands_are_those_of_the_readme():
    targets = set(re.findall(r"^([a-z]+):", (chinese.ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)", CHINESE)) <= targets
    fenced = CHINESE.split("```")[1::2]
    plain = [block for block in fenced if block.startswith("\n") and "PROMPT=" not in block]
    commands = [line.split("  #")[0] for block in plain for line in block.split("\n")]
    assert len(commands) > 10 and not [c for c in commands if c not in README]

"""Every example on a page of the book gives what stands below it."""

import pytest

from book import blocks
from book.course import ROOT

PAGES = sorted(path.name for path in (ROOT / "book").glob("*.md"))
RUN = [name for name in PAGES if blocks.blocks((ROOT / "book" / name).read_text("utf-8"))]
PAGE = "```python\nprint(1)\n```\n\n```text\n1\n```\n\n```console\n$ dalle-edu x\nno\n```\n"


def test_what_is_found_on_a_page():
    first, second = blocks.blocks(PAGE + "```{code-block} python\nshown\n```\n```sh\nshown\n```")
    assert first == blocks.Block("python", "print(1)", "1")
    assert second == blocks.Block("console", "$ dalle-edu x", "no")


def test_blocks_share_their_names_and_tell_what_they_raise(tmp_path):
    second = "print(x)\nimport warnings\nwarnings.warn('w')\n1 / 0"
    page = f"```python\nx = 2\n```\n```python\n{second}\n```"
    given = [given for _, given in blocks.run(page, tmp_path)]
    assert given == ["", "2\nUserWarning: w\nZeroDivisionError: division by zero"]


def test_other_commands_are_refused(tmp_path):
    with pytest.raises(ValueError, match="no command of ours"):
        list(blocks.run("```console\n$ rm -r x\n```", tmp_path))


def test_the_pages_that_promise_it_are_run():
    assert {"B_from_tensorflow.md", "errors.md", "index.md"} <= set(RUN)


@pytest.mark.slow
@pytest.mark.parametrize("name", RUN)
def test_every_example_gives_what_stands_below_it(name, tmp_path):
    for block, given in blocks.run((ROOT / "book" / name).read_text("utf-8"), tmp_path):
        assert given == block.said, block.code


@pytest.mark.parametrize(
    ("message", "place"),
    [
        ("is not Python 3.11 to 3.13: give one, as in make PYTHON=python3.12", "Makefile"),
        (
            "npm is missing, which brings the book's JavaScript: install Node.js 18+",
            "tools/vendor_js.py",
        ),
        (
            "not done yet. Fill in the cell above the line, then run it.",
            "notebooks/02_contrastive_loss.ipynb",
        ),
    ],
)
def test_messages_that_are_not_run_are_real(message, place):
    assert message in (ROOT / "book" / "errors.md").read_text("utf-8")
    assert message in (ROOT / place).read_text("utf-8")

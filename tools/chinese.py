"""The tables of figures in README.zh-CN.md, taken from README.md and told in Chinese.

    python -m tools.chinese

What stands between marks such as `<!-- figures -->` in README.md is written between the same marks
of README.zh-CN.md, its words replaced by those in `WORDS`, its numbers as they are. `make timings`
and `python -m tools.tables` do this too, and a test holds both files together.
"""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"(<!-- (\w+) -->\n)(.*?)(\n<!-- /\2 -->)", re.DOTALL)
NUMBERS = re.compile(r"-?|[\d.]+|[\d.]+ \([\d.]+-[\d.]+\)|\d+ \+ \d+|-+|\w\w?_\w+")  # need no words
WORDS = {
    "notebook": "笔记本",
    "cells + exercises": "单元格 + 练习",
    "seconds": "秒",
    "plain laptop, imitated": "普通笔记本电脑（模拟）",
    "memory, MiB": "内存（MiB）",
    "all": "合计",
    "what, in % (95 % interval)": "项目，单位 %（95 % 区间）",
    "English": "英文",
    "Chinese": "中文",
    "complete prompt entirely right: one thing, seen": "完整提示词全部正确：一个物体，见过的组合",
    "two things, seen": "两个物体，见过的组合",
    "one thing, held-out colour and shape": "一个物体，留出的颜色与形状组合",
    "two things, held-out colour and shape": "两个物体，留出的颜色与形状组合",
    "two things, held-out left-right order": "两个物体，留出的左右次序",
    "no thing: sky, ground, clouds, sun or moon": "没有物体：天空、地面、云、太阳或月亮",
    "terse prompt entirely right: one thing, seen": "简短提示词全部正确：一个物体，见过的组合",
    "terse: two things, seen": "简短：两个物体，见过的组合",
    "stage 1, R@1 by truth among unseen pairs, picture to caption": "阶段 1，未见过的图文对，按真值的 R@1：由图找文",
    "stage 1, R@1 by truth among unseen pairs, caption to picture": "阶段 1，未见过的图文对，按真值的 R@1：由文找图",
    "stage 1, true caption above its edit, lowest kind, by words": "阶段 1，真描述胜过其改动，最低的一类，按单词",
    "stage 1, true caption above its edit, lowest kind, by the sentence vector alone": (
        "阶段 1，真描述胜过其改动，最低的一类，仅按句子向量"
    ),
    "control, complete English prompts": "对照，完整的英文提示词",
    "one thing": "一个物体",
    "two things": "两个物体",
    "best of 16": "16 选一",
    "real": "真实渲染",
    "retrieval": "检索",
    "captions shuffled": "描述打乱",
    "untrained generator": "未训练的生成器",
    "squared error": "平方误差",
    "Frechet distance": "弗雷歇距离",
    "sharpness": "锐度",
    "drawn": "画出的图",
    "other renders": "另一批渲染",
    "renders": "渲染",
    "two pictures of one terse prompt agree in what it leaves open": "同一简短提示词的两张图，在未说明之处相同",
    "sky": "天空",
    "ground": "地面",
    "clouds": "云",
    "light": "日月",
    "number": "数目",
    "corner": "角落",
    "shape": "形状",
    "colour": "颜色",
    "size": "大小",
    "column": "左右位置",
    "place": "位置",
    "swap colours": "对调颜色",
    "swap shapes": "对调形状",
    "swap places": "对调位置",
    "the judge itself": "评判器自身",
    "share": "比例",
    "renders, all": "渲染，全部读对",
    "foils, edited, rejected": "干扰图（改一处），被拒绝",
    "foils, halved, rejected": "干扰图（换掉一半），被拒绝",
    "foils, blended, rejected": "干扰图（混合两个场景），被拒绝",
    "renders, pixels agree": "渲染，与像素分析一致",
    "drawn, pixels agree": "画出的图，与像素分析一致",
}
MACHINE = re.compile(r"Measured by `make timings` on: (.*), (\d+) cores, (torch .*)\.")


def cell(text: str) -> str:
    """One cell of a table in Chinese; what is a number stays as it is.

    Raises:
        SystemExit: if there is no Chinese for it.
    """
    if NUMBERS.fullmatch(text):
        return text
    number, colon, word = text.partition(": ")
    if colon and NUMBERS.fullmatch(number) and word in WORDS:
        return f"{number}：{WORDS[word]}"
    if text not in WORDS:
        raise SystemExit(f"no Chinese for {text!r}: add it to WORDS in tools/chinese.py")
    return WORDS[text]


def line(text: str) -> str:
    """One line of a block in Chinese: a row of a table, or what was measured on which machine."""
    if not text:
        return text
    if found := MACHINE.fullmatch(text):
        return f"由 `make timings` 测得，机器：{found[1]}，{found[2]} 个核心，{found[3]}。"
    return "| " + " | ".join(cell(each.strip()) for each in text.strip("|").split("|")) + " |"


def translated(readme: str, chinese: str) -> str:
    """README.zh-CN.md with its blocks as README.md has them now.

    Raises:
        SystemExit: if it has a block that README.md has not, or there is no Chinese for a word.
    """
    blocks = {name: text for _, name, text, _ in BLOCK.findall(readme)}

    def replaced(found: re.Match) -> str:
        if found[2] not in blocks:
            raise SystemExit(f"README.md has no block <!-- {found[2]} -->")
        lines = blocks[found[2]].split("\n")
        return found[1] + "\n".join(map(line, lines)) + found[4]

    return BLOCK.sub(replaced, chinese)


def main(root: Path = ROOT) -> None:
    """Writes the blocks of README.zh-CN.md, where there is one."""
    path = root / "README.zh-CN.md"
    if path.is_file():
        readme, chinese = (p.read_text("utf-8") for p in (root / "README.md", path))
        path.write_text(translated(readme, chinese), "utf-8")


if __name__ == "__main__":
    main()

"""Draw the sheet that the README opens with: twelve prompts, one picture each, seed 0.

python -m tools.front
"""

import torch

import dalle_edu
from dalle_edu.data.pictures import contact_sheet
from tools.ship import RESULTS

PROMPTS = (
    "A blue sky with white clouds and a sun in the corner.",
    "a large red circle on the left and a small blue square on the right, grass, a grey sky",
    "a small yellow star in the centre under a night sky with a moon in the top left corner, snow",
    "a large purple triangle to the right of a large white cross at sunset, sand",
    "a green square on the right under a blue sky with two white clouds over grass",
    "a small black diamond on the left, snow, a sunset sky, a sun in the top right corner",
    "夜晚的天空下，左边有一个大的黄色圆形，右边有一个小的红色正方形，草地",
    "a large orange star in the middle, a grey sky, a white cloud",
    "two white clouds, a moon in the top right corner, a night sky, sand",
    "a large blue diamond on the left and a large red cross on the right, a blue sky, snow",
    "蓝天，两朵白云，左上角有太阳，中间有一个大的紫色十字，草地",
    "a small white circle to the left of a small green triangle under a night sky over snow",
)


def main() -> None:
    """Writes `benchmarks/results/little-world/front.png`."""
    pictures = torch.cat([*dalle_edu.load("little-world")(PROMPTS, seed=0)])
    contact_sheet(pictures, columns=6, enlarge=2).save(RESULTS / "little-world" / "front.png")


if __name__ == "__main__":
    main()

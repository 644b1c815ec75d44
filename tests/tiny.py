"""An untrained chain of a few thousand weights, for tests of what stands around the networks."""

from pathlib import Path

import torch

from dalle_edu import zoo
from dalle_edu.alignment.maps import MapSettings, make_map
from dalle_edu.chain import Chain, hear
from dalle_edu.contrastive.clip import Clip, ClipSettings
from dalle_edu.contrastive.encoders import TextSettings
from dalle_edu.data.tokenizer import Tokenizer
from dalle_edu.evaluation.judge import Judge, JudgeSettings
from dalle_edu.gan.generator import Generator, GeneratorSettings

PROMPT = "A blue sky with white clouds and a sun in the corner."
MAP = MapSettings("flow", 32, 32)

TEXTS = [
    PROMPT,
    "a small red circle on the left and a large blue square on the right, grass, a grey sky",
    "a small yellow star in the centre, a night sky with a moon in the top left corner, snow",
    "a large white cross to the left of a green triangle and an orange diamond at sunset, no sand",
    "左边有一个红色的圆，右边有一个小的蓝色方块，草地，灰色的天空",
]


def tiny_tokenizer() -> Tokenizer:
    return Tokenizer.train(TEXTS, 400)


def tiny_parts(seed: int = 0, size: int = 64):
    """Tokenizer, contrastive model, alignment and generator; the map is no identity."""
    torch.manual_seed(seed)
    tokenizer = tiny_tokenizer()
    text = TextSettings(len(tokenizer), 32, 1)
    clip = Clip(ClipSettings(text, size, (16, 16, 32), 32, 32)).eval()
    mapping = make_map(MAP)
    torch.nn.init.normal_(mapping.outer.weight, std=0.2)
    words = hear(clip, tokenizer(["a"])).words.shape[-1]
    generator = Generator(GeneratorSettings(size, 8, words, 32, 32, 32, (16, 16, 8, 8)))
    return tokenizer, clip, mapping, generator


def tiny_chain(seed: int = 0, size: int = 64) -> Chain:
    return Chain("tiny", *tiny_parts(seed, size))


PIECES = ("clip", "align", "generator")


def tiny_judge():
    torch.manual_seed(0)
    return Judge(JudgeSettings(widths=(8, 8, 8)))


def settings_of(name, model):
    return MAP if name == "align" else model.settings


def save_run(folder, parts):
    """The folder of a training run, as the loops leave it."""
    tokenizer, *models = parts
    for name, model in zip(PIECES, models, strict=True):
        home = Path(folder, zoo.CHAIN[name])
        home.mkdir(parents=True, exist_ok=True)
        zoo.save_piece(home, name, model, settings_of(name, model))
    tokenizer.save(Path(folder, "clip", "tokenizer.json"))
    return str(folder)

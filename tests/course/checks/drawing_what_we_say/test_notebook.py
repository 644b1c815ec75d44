"""What the chapter builds in the open beside the library's, on random inputs."""

import ast
import json
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from dalle_edu.gan.discriminator import Discriminator, DiscriminatorSettings
from dalle_edu.gan.generator import Generator, GeneratorSettings, Listen
from tools.notebook_rules import text_of

NOTEBOOK = Path(__file__).parents[4] / "notebooks" / "07_drawing_what_we_say.ipynb"


@pytest.fixture(scope="module")
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


def words_of(seed, width):
    """Words (3, 7, width) and a mask that leaves 7, 4 and 1 of them."""
    mask = torch.arange(7) < torch.tensor([[7], [4], [1]])
    return torch.randn(3, 7, width, generator=torch.Generator().manual_seed(seed)), mask


@pytest.mark.parametrize("seed", range(3))
def test_its_scores_are_the_discriminators(built, seed):
    torch.manual_seed(seed)
    d = Discriminator(DiscriminatorSettings(size=32, widths=(8, 16), top=16))
    for layer in (d.reader.out, d.reader.mlp[2]):  # no longer the identity
        torch.nn.init.normal_(layer.weight, std=0.1)
    pictures, words = torch.randn(2, 3, 16, 16), words_of(seed, 128)
    realness, _, regions = d.look(pictures)
    wanted = realness[:, None] + d.match(regions, d.read(*words))
    assert torch.allclose(built["scores"](d, pictures, *words), wanted, atol=1e-4)


@pytest.mark.parametrize("seed", range(3))
def test_its_listening_is_the_layers(built, seed):
    torch.manual_seed(seed)
    layer, x, words = Listen(16, 4, 24), torch.randn(3, 16, 4, 4), words_of(seed, 24)
    assert torch.allclose(built["listen"](layer, x, *words), layer(x, *words), atol=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_its_pictures_are_the_generators(built, seed):
    torch.manual_seed(seed)
    settings = GeneratorSettings(16, 8, 24, 12, width=16, style=24, widths=(16, 16, 8), listening=2)
    generator, words = Generator(settings), words_of(seed, 24)
    given = *words, F.normalize(torch.randn(3, 12), dim=1), torch.randn(3, 8)
    assert torch.allclose(built["draw"](generator, *given), generator(*given), atol=1e-4)

"""Every file says where it comes from, and is whole or not there."""

import numpy as np
import pytest
from PIL import Image

from dalle_edu import provenance

PROMPT = 'A blue sky, "with" white clouds. 蓝天白云 ☁'


def image():
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    return Image.fromarray(pixels)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.jpeg", "a.webp", "A.PNG"])
def test_what_is_saved_is_read_back(tmp_path, name):
    provenance.save(image(), tmp_path / name, prompt=PROMPT, model="little-world", seed=2**40 + 7)
    told = provenance.read(tmp_path / name)
    assert told["prompt"] == PROMPT
    assert (told["model"], told["seed"]) == ("little-world", str(2**40 + 7))
    assert told["licence"] == provenance.LICENCE
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_png_keeps_every_pixel(tmp_path):
    provenance.save(image(), tmp_path / "a.png", prompt="p", model="m", seed=0)
    with Image.open(tmp_path / "a.png") as found:
        assert np.array_equal(np.asarray(found), np.asarray(image()))


@pytest.mark.parametrize("name", ["a.bmp", "a", "a.png.txt"])
def test_unknown_file_type_is_one_sentence(tmp_path, name):
    with pytest.raises(ValueError, match=r"file type .* is unknown: choose from \.png") as caught:
        provenance.save(image(), tmp_path / name, prompt="p", model="m", seed=0)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())
    with pytest.raises(ValueError, match="is unknown"):
        provenance.read(tmp_path / name)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"cannot write .*nowhere.*: No such file"):
        provenance.save(image(), tmp_path / "nowhere" / "a.png", prompt="p", model="m", seed=0)


def test_a_failed_save_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.png"
    provenance.save(image(), path, prompt="old", model="m", seed=0)

    class Broken(Image.Image):
        def save(self, aside, *_, **__):
            aside.write_bytes(b"half")
            raise OSError("disk full")

    with pytest.raises(ValueError, match="disk full"):
        provenance.save(Broken(), path, prompt="new", model="m", seed=0)
    assert provenance.read(path)["prompt"] == "old"
    assert [found.name for found in tmp_path.iterdir()] == ["a.png"]


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp"])
def test_a_file_of_others_tells_nothing(tmp_path, name):
    image().save(tmp_path / name)
    assert provenance.read(tmp_path / name) == {}
    exif = Image.Exif()
    exif[0x010E] = "a holiday"
    image().save(tmp_path / "b.jpg", exif=exif)
    assert provenance.read(tmp_path / "b.jpg") == {}

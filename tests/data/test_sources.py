import io

import numpy as np
import pytest
from PIL import Image

from dalle_edu.data.sources import PROBLEM, read_caption, read_picture


def encoded(image, kind="PNG", **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    ("image", "kind", "colour"),
    [
        (Image.new("L", (8, 8), 100), "PNG", (100, 100, 100)),
        (Image.new("I;16", (8, 8), 100 * 256), "PNG", (100, 100, 100)),
        (Image.new("RGBA", (8, 8), (255, 0, 0, 0)), "PNG", (255, 255, 255)),  # nothing over white
        (Image.new("RGB", (8, 8), (10, 200, 30)).quantize(4), "PNG", (10, 200, 30)),
        (Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "TIFF", (255, 0, 0)),
    ],
)
def test_every_mode_becomes_rgb_over_white(image, kind, colour):
    picture = read_picture(encoded(image, kind), 4)
    assert picture.shape == (3, 4, 4)
    assert np.abs(picture[:, 2, 2].numpy().astype(int) - colour).max() <= 2


def test_a_rotated_photograph_is_turned_upright():
    image = Image.new("RGB", (8, 8), "red")
    image.paste("blue", (0, 0, 8, 4))  # blue above red, as the camera stored it
    exif = Image.Exif()
    exif[0x0112] = 3  # it was held upside down
    picture = read_picture(encoded(image, exif=exif), 8)
    assert picture[:, 1, 4].tolist() == [255, 0, 0] and picture[:, 6, 4].tolist() == [0, 0, 255]


def test_the_central_square_is_kept():
    image = Image.new("RGB", (24, 8), "red")
    image.paste("blue", (8, 0, 16, 8))
    assert read_picture(encoded(image), 8)[2].float().mean() > 250


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"text": None}, "missing caption"),
        ({}, "missing caption"),
        ({"text": "  "}, "empty caption"),
        ({"text": 7}, "no text"),
        ({"text": b"\xff"}, "no text"),
        ({PROBLEM: "row is not a JSON object", "text": "fine"}, "JSON"),
    ],
)
def test_a_row_without_a_caption_says_why(row, reason):
    with pytest.raises(ValueError, match=reason):
        read_caption(row, "text")


def test_bytes_and_spaces_of_a_caption():
    assert read_caption({"text": " 红色的圆形 \n".encode()}, "text") == "红色的圆形"

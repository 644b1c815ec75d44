import pytest
import torch

from dalle_edu.data.pictures import contact_sheet, to_images, to_network, to_pictures


def test_network_and_back_is_exact_for_every_value():
    values = torch.arange(256, dtype=torch.uint8).view(1, 1, 16, 16).expand(2, 3, 16, 16)
    floats = to_network(values)
    assert floats.min() == -1 and floats.max() == 1
    assert floats.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(to_pictures(floats), values)


def test_what_lies_outside_is_clamped_not_wrapped():
    assert to_pictures(torch.tensor([-3.0, 3.0]).view(1, 2, 1, 1)).flatten().tolist() == [0, 255]


def test_sheet_puts_pictures_row_by_row():
    pictures = torch.arange(5, dtype=torch.uint8).view(5, 1, 1, 1).expand(5, 3, 4, 4) * 10
    sheet = contact_sheet(pictures, columns=3, enlarge=2)
    assert sheet.size == (24, 16)
    assert sheet.getpixel((8, 0)) == (10, 10, 10) and sheet.getpixel((0, 8)) == (30, 30, 30)
    assert sheet.getpixel((23, 15)) == (255, 255, 255)


def test_images_keep_their_pixels():
    picture = torch.randint(0, 256, (1, 3, 5, 7), dtype=torch.uint8)
    image = to_images(picture)[0]
    assert image.size == (7, 5)
    assert image.getpixel((6, 4)) == pytest.approx(tuple(picture[0, :, 4, 6].tolist()))

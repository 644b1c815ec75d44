"""Pictures between their two forms, and many of them on one sheet."""

import torch
from PIL import Image
from torch import Tensor


def to_network(pictures: Tensor) -> Tensor:
    """uint8 (B, 3, H, W) to float in [-1, 1], channels last."""
    return (pictures.float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)


def to_pictures(drawn: Tensor) -> Tensor:
    """Float (B, 3, H, W) in [-1, 1] to uint8."""
    return ((drawn.float() + 1) * 127.5).round().clamp(0, 255).byte().contiguous()


def to_images(pictures: Tensor) -> list[Image.Image]:
    """uint8 (B, 3, H, W) to PIL images."""
    return [Image.fromarray(picture.permute(1, 2, 0).numpy()) for picture in pictures]


def contact_sheet(pictures: Tensor, columns: int, enlarge: int = 1) -> Image.Image:
    """uint8 (B, 3, H, W) row by row on one image; empty places are white."""
    batch, _, height, width = pictures.shape
    rows = -(-batch // columns)
    sheet = Image.new("RGB", (columns * width, rows * height), "white")
    for i, image in enumerate(to_images(pictures)):
        sheet.paste(image, (i % columns * width, i // columns * height))
    return sheet.resize((enlarge * sheet.width, enlarge * sheet.height), Image.Resampling.NEAREST)

"""Images for tests, drawn with Pillow's own font, so that they look the same on every machine."""

import io
from typing import Any

from PIL import Image, ImageDraw, ImageFont

LINES = ("Annual report 2023", "Revenue grew by 12.5 % to 1,204 million", "Operating costs fell in all regions")


def draw_page(width: int = 1240, height: int = 1600, *, print_size: int = 26) -> Image.Image:
    """A white page full of black text lines."""
    image = Image.new("RGB", (width, height), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(print_size)
    for row, top in enumerate(range(print_size, height - 2 * print_size, 2 * print_size)):
        draw.text((width // 12, top), f"{row + 1}. {LINES[row % len(LINES)]}", fill="black", font=font)
    return image


def draw_chart(width: int = 640, height: int = 480) -> Image.Image:
    """A bar chart with tick labels and category names."""
    image = Image.new("RGB", (width, height), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(max(8, height // 32))
    left, bottom = width // 10, height - height // 8
    for tick in range(6):
        y = bottom - tick * (bottom - height // 10) // 5
        draw.line((left, y, width - left // 2, y), fill="#dddddd")
        draw.text((4, y - height // 64), str(tick * 20), fill="black", font=font)
    step = (width - 2 * left) // 5
    for index, value in enumerate((30, 75, 50, 90, 62)):
        x = left + index * step
        top = bottom - value * (bottom - height // 10) // 100
        draw.rectangle((x + step // 8, top, x + step - step // 8, bottom), fill=("#1f77b4", "#ff7f0e")[index % 2])
        draw.text((x + step // 4, bottom + 4), f"Q{index + 1}", fill="black", font=font)
    return image


def save_as(image: Image.Image, image_format: str, **options: Any) -> bytes:
    """The image's bytes in one of Pillow's formats."""
    buffer = io.BytesIO()
    image.save(buffer, image_format, **options)
    return buffer.getvalue()

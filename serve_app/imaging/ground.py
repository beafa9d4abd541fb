"""Lays transparent images on a ground from which their print stands out."""

from collections.abc import Iterator

import numpy as np
from PIL import Image

Box = tuple[int, int, int, int]

STRIP_PIXELS = 1_000_000
"""Pixels of the strips in which an image is converted, so that no second whole copy is needed."""

VISIBLE = 64
"""Alpha from which a pixel counts as visible; the smooth rim of a letter has all values."""

LIGHT = 160
"""Luminance from which print cannot be read on white: its contrast there is under 2.7 to 1 (WCAG 2.2)."""

MOSTLY = 0.9
"""Share of the visible pixels next to transparent ones that are light, from which on the ground is black. A white panel
with dark labels outside it has fewer."""


def list_strips(image: Image.Image) -> Iterator[Box]:
    """Boxes of whole rows that cover an image."""
    rows = max(1, STRIP_PIXELS // image.width)
    for top in range(0, image.height, rows):
        yield 0, top, image.width, min(top + rows, image.height)


def lay_on_ground(image: Image.Image) -> Image.Image:
    """Lay an image that has transparency on white, or on black where what is visible beside the transparency is light.

    An image whose every pixel is transparent shows its colours: some programs never fill the alpha channel.
    """
    ground = _choose_ground(image)
    flat = Image.new("RGB", image.size, ground or "white")
    for box in list_strips(image):
        strip = _to_rgba(image.crop(box))
        flat.paste(strip, box[:2], strip if ground else None)
    return flat


def _choose_ground(image: Image.Image) -> str | None:
    """The colour, or None where nothing is visible."""
    light = total = highest = 0
    for box in list_strips(image):
        strip = _to_rgba(image.crop(box))
        alpha = np.asarray(strip.getchannel("A"))
        highest = max(highest, int(alpha.max()))
        visible, luminance = alpha >= VISIBLE, np.asarray(strip.convert("L"))
        left, right = visible[:, :-1], visible[:, 1:]
        for rim in (luminance[:, 1:][right & ~left], luminance[:, :-1][left & ~right]):
            light += int((rim >= LIGHT).sum())
            total += rim.size
    if highest == 0:
        return None
    return "black" if total and light >= MOSTLY * total else "white"


def _to_rgba(image: Image.Image) -> Image.Image:
    return (image.convert("LA") if image.mode == "La" else image).convert("RGBA")

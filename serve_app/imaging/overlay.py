"""Draws what was found on the image that it was found in."""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw

from serve_app.domain import Polygon

_COLOUR = (255, 64, 32)
_QUALITY = 85


def draw_outlines(image: Image.Image, polygons: Sequence[Polygon]) -> tuple[bytes, bytes]:
    """Two JPEGs of an RGB image: with the outlines, which are in its pixels, and without."""
    drawn = image.copy()
    pen = ImageDraw.Draw(drawn)
    width = max(1, max(image.size) // 600)
    for polygon in polygons:
        pen.polygon(polygon, outline=_COLOUR, width=width)
    return _to_jpeg(drawn), _to_jpeg(image)


def _to_jpeg(image: Image.Image) -> bytes:
    target = BytesIO()
    image.save(target, "JPEG", quality=_QUALITY)
    return target.getvalue()

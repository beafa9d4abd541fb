"""Draws what was found on the image that it was found in."""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw

from serve_app.domain import Polygon
from serve_app.imaging.decode import decode
from serve_app.imaging.header import Header

_COLOUR = (255, 64, 32)
_QUALITY = 85


def draw_outlines(data: bytes, header: Header, polygons: Sequence[Polygon]) -> tuple[bytes, bytes]:
    """Two JPEGs of an upload, as it is seen: with the outlines, which are in its pixels, and without.

    Raises:
        UnreadableImage: for truncated or corrupt data.
    """
    image = decode(data, header)
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

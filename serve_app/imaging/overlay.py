"""Draws what was found on the image that it was found in."""

from collections.abc import Sequence
from io import BytesIO
from typing import NamedTuple

from PIL import Image, ImageDraw

from serve_app.domain import Polygon
from serve_app.imaging.encode import TURNS
from serve_app.imaging.resize import bound

_COLOUR = (255, 64, 32)
_QUALITY = 85

_HALF_SIDE = 1000
"""Pixels of the longer side of each of two images that are shown side by side: PaddleX bounds its pictures to 2000."""


class Drawn(NamedTuple):
    """JPEGs: the image with the outlines, the image as it was sent, and both ways up where it was turned."""

    outlines: bytes
    sent: bytes
    both: bytes | None


def draw_outlines(image: Image.Image, polygons: Sequence[Polygon], angle: int | None = None) -> Drawn:
    """Draw outlines on an RGB image.

    Args:
        image: as it was sent.
        polygons: the outlines, in pixels of the turned image.
        angle: degrees (0, 90, 180, 270) by which the image was turned counter-clockwise; None shows no turn.
    """
    turned = image.transpose(TURNS[angle]) if angle else image
    drawn = turned.copy()
    pen = ImageDraw.Draw(drawn)
    width = max(1, max(image.size) // 600)
    for polygon in polygons:
        pen.polygon(polygon, outline=_COLOUR, width=width)
    both = None if angle is None else _to_jpeg(_lay_side_by_side(image, turned))
    return Drawn(_to_jpeg(drawn), _to_jpeg(image), both)


def _lay_side_by_side(left: Image.Image, right: Image.Image) -> Image.Image:
    left, right = bound(left, _HALF_SIDE), bound(right, _HALF_SIDE)
    both = Image.new("RGB", (left.width + right.width, max(left.height, right.height)), "white")
    both.paste(left, (0, 0))
    both.paste(right, (left.width, 0))
    return both


def _to_jpeg(image: Image.Image) -> bytes:
    target = BytesIO()
    image.save(target, "JPEG", quality=_QUALITY)
    return target.getvalue()

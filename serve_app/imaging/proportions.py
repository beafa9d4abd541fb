"""Keeps the shape of an image within what a model takes."""

from math import ceil

from PIL import Image

from serve_app.domain import Size
from serve_app.imaging.resize import rescale


def bound_proportions(image: Image.Image, *, min_edge: int, max_aspect: float) -> Image.Image:
    """Pad an image that is longer than `max_aspect` times its width, or the reverse, and enlarge a small one.

    Vision-language models refuse extreme shapes. As mineru-vl-utils 2.0.7 does it (`resize_by_need`): white on both
    sides, then scaled until no edge is under `min_edge` pixels. Other images are returned as they are.
    """
    width, height = image.size
    short = ceil(max(width, height) / max_aspect)
    padded = Size(max(width, short), max(height, short))
    if (padded.width, padded.height) != image.size:
        canvas = Image.new(image.mode, (padded.width, padded.height), "white")
        canvas.paste(image, ((padded.width - width) // 2, (padded.height - height) // 2))
        image = canvas
    scale = min_edge / min(image.size)
    if scale <= 1:
        return image
    return rescale(image, Size(round(image.width * scale), round(image.height * scale)))

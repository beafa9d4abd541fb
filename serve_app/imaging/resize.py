"""Scales images to what a model takes."""

from math import sqrt

from PIL import Image

from serve_app.domain import Size

REDUCING_GAP = 3.0
"""Box-average first down to this multiple of the target, then LANCZOS. Pillow's documentation: "greater or equal to
3.0, the result is indistinguishable from fair resampling in most cases"."""


def fit(size: Size, long_side: int) -> Size:
    """The size with the same shape whose longer side is at most `long_side` pixels. Never larger than `size`."""
    longest = max(size.width, size.height)
    if longest <= long_side:
        return size
    scale = long_side / longest
    return Size(max(1, round(size.width * scale)), max(1, round(size.height * scale)))


def bound(image: Image.Image, long_side: int) -> Image.Image:
    """Scale an image down to a long side of at most `long_side` pixels; a smaller one is returned as it is."""
    return rescale(image, fit(Size(*image.size), long_side))


def rescale(image: Image.Image, size: Size) -> Image.Image:
    """Scale to an exact size in pixels: LANCZOS down, bicubic up, since LANCZOS rings around enlarged print."""
    if (size.width, size.height) == image.size:
        return image
    smaller = size.width <= image.width and size.height <= image.height
    return image.resize(
        (size.width, size.height),
        Image.Resampling.LANCZOS if smaller else Image.Resampling.BICUBIC,
        reducing_gap=REDUCING_GAP,
    )


def bound_pixels(image: Image.Image, pixels: int) -> Image.Image:
    """Scale an image down to at most `pixels` (width times height); a smaller one is returned as it is."""
    scale = sqrt(pixels / (image.width * image.height))
    if scale >= 1:
        return image
    return rescale(image, Size(max(1, int(image.width * scale)), max(1, int(image.height * scale))))

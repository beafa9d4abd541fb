"""Scales images down to what a model takes, and small print up to what it can read."""

from math import sqrt

from PIL import Image

from serve_app.domain import Size

REDUCING_GAP = 3.0
"""Box-average first down to this multiple of the target, then LANCZOS. Pillow's documentation: "greater or equal to
3.0, the result is indistinguishable from fair resampling in most cases"."""

READABLE_SIDE = 768
"""Pixels. On a chart whose long side is shorter, the tick labels are often under the ten pixels of height at which
text recognition begins to fail."""

MAX_ZOOM = 3.0
"""Beyond, enlarging adds pixels but no detail."""


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


def zoom_factor(size: Size, minimum: int = READABLE_SIDE, limit: float = MAX_ZOOM) -> float:
    """By how much to enlarge an image so that its long side has `minimum` pixels: from 1 to `limit`."""
    return min(limit, max(1.0, minimum / max(size.width, size.height)))


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


def enlarge(image: Image.Image, factor: float) -> Image.Image:
    """Enlarge by a factor of at least 1, as `zoom_factor` gives it."""
    return rescale(image, Size(round(image.width * factor), round(image.height * factor)))


def bound_pixels(image: Image.Image, pixels: int) -> Image.Image:
    """Scale an image down to at most `pixels` (width times height); a smaller one is returned as it is."""
    scale = sqrt(pixels / (image.width * image.height))
    if scale >= 1:
        return image
    return rescale(image, Size(max(1, int(image.width * scale)), max(1, int(image.height * scale))))

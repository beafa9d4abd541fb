"""Which images are too long to be scaled down, and at which size they are cut into strips instead."""

from math import sqrt

from serve_app.domain import Size

LEAST_PROPORTION = 3.0
"""Longer side over the shorter one of an image that is cut: receipts, banners, screenshots of whole sites. Pages are
scaled down instead, which leaves their print legible."""

OVERLAP = 1 / 8
"""Share of a strip's length that neighbours have in common: several lines of text, or several words of one line."""


WIDE_STRIP = 1600
"""Pixels of the length of a strip of a banner, at least twice its height. Longer lines would be illegible: PaddleX
recognises a line at a height of 48 pixels and squeezes it to a width of 3200 (`OCRReisizeNormImg`)."""


def find_length(size: Size, long_side: int) -> int:
    """The length of the strips into which an image of `size` is cut, at most `long_side` pixels."""
    if size.height >= size.width:
        return long_side
    return min(long_side, max(WIDE_STRIP, 2 * size.height))


def fit_strips(size: Size, long_side: int) -> Size | None:
    """The size to which an image is scaled before it is cut into strips of at most `long_side` pixels.

    Its pixels are bounded to the square of `long_side`, so that it costs no more than the largest image that is read
    whole. None for an image that is read whole.
    """
    longest, shortest = max(size.width, size.height), min(size.width, size.height)
    if longest <= long_side or longest < LEAST_PROPORTION * shortest:
        return None
    scale = min(1.0, long_side / sqrt(size.width * size.height))
    fitted = Size(max(1, round(size.width * scale)), max(1, round(size.height * scale)))
    return fitted if max(fitted.width, fitted.height) > long_side else None

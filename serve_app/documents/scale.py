"""How large a page is rendered."""

from math import sqrt

from serve_app.documents.limits import DocumentLimits
from serve_app.domain import Size

POINTS_PER_INCH = 72.0


def choose_scale(points: tuple[float, float], dpi: float, limits: DocumentLimits) -> float:
    """Pixels for a point: `dpi` as far as the limits on pixels allow. Pages of no size count as a point wide."""
    width, height = (max(1.0, side) for side in points)
    return min(
        dpi / POINTS_PER_INCH,
        sqrt(limits.max_pixels / (width * height)),
        limits.max_side / max(width, height),
    )


def scale_size(points: tuple[float, float], scale: float) -> Size:
    """Whole pixels of a page, at least one each way."""
    width, height = (max(1, round(side * scale)) for side in points)
    return Size(width, height)

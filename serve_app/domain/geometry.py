"""Places in an image, in pixels."""

from collections.abc import Sequence
from dataclasses import dataclass

Point = tuple[float, float]
"""x to the right and y down, in pixels."""

Polygon = tuple[Point, Point, Point, Point]
"""Four corners, clockwise from the top left of the text as it is read."""


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Turn:
    """An image of `size` that was turned counter-clockwise by `degrees` (90, 180 or 270), and the places in both."""

    degrees: int
    size: Size

    def apply(self, point: Point) -> Point:
        """Map a point of the image to the turned one."""
        (x, y), width, height = point, float(self.size.width), float(self.size.height)
        if self.degrees == 90:
            return y, width - x
        return (width - x, height - y) if self.degrees == 180 else (height - y, x)

    def undo(self, point: Point) -> Point:
        """Map a point of the turned image to the one before."""
        (x, y), width, height = point, float(self.size.width), float(self.size.height)
        if self.degrees == 90:
            return width - y, x
        return (width - x, height - y) if self.degrees == 180 else (y, height - x)


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle, in pixels: `right` and `bottom` lie outside it."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Pixels from left to right; 0 for an empty box."""
        return max(0.0, self.right - self.left)

    @property
    def height(self) -> float:
        """Pixels from top to bottom; 0 for an empty box."""
        return max(0.0, self.bottom - self.top)

    @property
    def area(self) -> float:
        """Square pixels."""
        return self.width * self.height

    def intersect(self, other: "Box") -> "Box":
        """The part that both share; its area is 0 where they share none."""
        return Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    @classmethod
    def around(cls, boxes: Sequence["Box"]) -> "Box":
        """The smallest box round some boxes, of which there is at least one."""
        return cls(
            min(box.left for box in boxes),
            min(box.top for box in boxes),
            max(box.right for box in boxes),
            max(box.bottom for box in boxes),
        )

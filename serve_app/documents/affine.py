"""Affine maps of the plane, as PDF writes them: x' = a x + c y + e, y' = b x + d y + f."""

from typing import NamedTuple

from serve_app.domain import Box, Point


class Affine(NamedTuple):
    """The six numbers of a PDF matrix (ISO 32000-1, 8.3.4)."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    def apply(self, x: float, y: float) -> Point:
        """Map a point."""
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def then(self, outer: "Affine") -> "Affine":
        """The map that applies this one first, and `outer` to its result."""
        return Affine(
            outer.a * self.a + outer.c * self.b,
            outer.b * self.a + outer.d * self.b,
            outer.a * self.c + outer.c * self.d,
            outer.b * self.c + outer.d * self.d,
            outer.a * self.e + outer.c * self.f + outer.e,
            outer.b * self.e + outer.d * self.f + outer.f,
        )

    def map_sides(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the upright rectangle round the image of one, given by opposite corners."""
        a, b, c, d, e, f = self
        if b == 0 == c:  # most pages
            left, right, top, bottom = a * x0 + e, a * x1 + e, d * y0 + f, d * y1 + f
            return min(left, right), min(top, bottom), max(left, right), max(top, bottom)
        xs = (a * x0 + c * y0, a * x1 + c * y0, a * x0 + c * y1, a * x1 + c * y1)
        ys = (b * x0 + d * y0, b * x1 + d * y0, b * x0 + d * y1, b * x1 + d * y1)
        return min(xs) + e, min(ys) + f, max(xs) + e, max(ys) + f

    def map_box(self, x0: float, y0: float, x1: float, y1: float) -> Box:
        """The upright rectangle round the image of a rectangle, given by two opposite corners."""
        return Box(*self.map_sides(x0, y0, x1, y1))

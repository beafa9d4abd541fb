"""The geometry of a pie or donut."""

import math
from dataclasses import dataclass

from serve_app.domain import Point

SLICE_AT = 0.6
"""Where a slice's mark lies in a pie, as a share of the radius; in a donut it lies in the middle of the ring."""


@dataclass(frozen=True, slots=True)
class Pie:
    """Centre and radius in pixels; the borders' angles in degrees, clockwise from the right, in the order drawn."""

    centre: Point
    radius: float
    hole: float
    borders: tuple[float, ...]

    def at(self, angle: float, share: float) -> Point:
        """The point at an angle and a share of the radius."""
        radians = math.radians(angle)
        x, y = self.centre
        return x + share * self.radius * math.cos(radians), y + share * self.radius * math.sin(radians)

    def middle(self, index: int) -> float:
        """The angle of a slice's middle."""
        return (self.borders[index] + self.borders[index + 1]) / 2

    @property
    def mark_share(self) -> float:
        """Where a slice's mark lies, as a share of the radius."""
        return (1 + self.hole) / 2 if self.hole else SLICE_AT

    def arc(self, index: int) -> float:
        """Length of a slice's arc through its mark, in pixels."""
        return math.radians(abs(self.borders[index + 1] - self.borders[index])) * self.mark_share * self.radius

"""The part of the picture that is still free while a chart is laid out."""

from dataclasses import dataclass

from serve_app.chartgraph.training.renderer.canvas import Box


@dataclass(slots=True)
class Room:
    """Left, top, right and bottom in pixels; `cut` takes strips off."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """In pixels."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """In pixels."""
        return self.bottom - self.top

    @property
    def box(self) -> Box:
        """The corners."""
        return self.left, self.top, self.right, self.bottom

    def cut(self, side: str, extent: float) -> Box:
        """Take a strip of `extent` pixels off a side, and give it."""
        left, top, right, bottom = self.box
        if side == "left":
            self.left += extent
            return left, top, left + extent, bottom
        if side == "right":
            self.right -= extent
            return right - extent, top, right, bottom
        if side == "top":
            self.top += extent
            return left, top, right, top + extent
        self.bottom -= extent
        return left, bottom - extent, right, bottom

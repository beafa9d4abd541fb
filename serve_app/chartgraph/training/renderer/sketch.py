"""What the drawings of pictures that are no charts share."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from serve_app.chartgraph.roles import Role
from serve_app.chartgraph.training.renderer.canvas import Canvas, Colour, luminance
from serve_app.chartgraph.training.renderer.fonts import Face, Font, load_font
from serve_app.chartgraph.training.renderer.palettes import Theme
from serve_app.domain import Point


@dataclass(frozen=True, slots=True)
class Sketch:
    """A canvas with what chooses and sets; `em` is the size of the texts' font in pixels."""

    canvas: Canvas
    rng: random.Random
    em: float
    face: Face
    theme: Theme
    palette: Sequence[Colour]

    def font(self, size: float = 1.0, bold: bool = False) -> Font:
        """A font of `size` em (rounded to half pixels)."""
        return load_font(self.face.bold if bold else self.face.regular, max(7.0, round(size * self.em * 2) / 2))

    def label(self, place: Point, text: str, behind: Colour, *, anchor: str = "mm") -> float:
        """Sets a text that is legible on the colour behind it, and gives its width in pixels."""
        ink = (255, 255, 255) if luminance(behind) < 0.5 else (20, 20, 20)
        self.canvas.text(place, text, self.font(), ink, Role.OTHER, anchor=anchor)
        return self.font().width(text)

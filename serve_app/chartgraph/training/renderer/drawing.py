"""What the parts of a drawing share: the canvas, the chart's content and style, fonts, and the marks so far."""

import random
from dataclasses import dataclass, field

from serve_app.chartgraph.roles import MarkKind
from serve_app.chartgraph.training.renderer.canvas import Canvas, Colour
from serve_app.chartgraph.training.renderer.chart import Chart
from serve_app.chartgraph.training.renderer.fonts import Font, load_font
from serve_app.chartgraph.training.renderer.style import Style
from serve_app.chartgraph.training.scene import Mark


class Crowded(Exception):
    """The chart does not fit its picture legibly; draw another one."""


@dataclass(slots=True)
class _PendingMark:
    kind: MarkKind
    x: float
    y: float
    category: int | None
    series: int | None
    label: int | None


@dataclass(slots=True)
class Drawing:
    """A drawing in progress. `em` is the size of the labels' font in pixels."""

    canvas: Canvas
    chart: Chart
    style: Style
    rng: random.Random
    em: float
    category_words: dict[int, int] = field(default_factory=dict)
    """The word of each category whose label is drawn."""
    series_words: dict[int, int] = field(default_factory=dict)
    """The word of each series whose name is drawn."""
    _marks: list[_PendingMark] = field(default_factory=list)

    def font(self, size: float = 1.0, bold: bool = False) -> Font:
        """A font of `size` em (rounded to half pixels)."""
        face = self.style.face
        return load_font(face.bold if bold else face.regular, max(7.0, round(size * self.em * 2) / 2))

    def colour(self, series: int) -> Colour:
        """The colour of a series, or of a pie's slice."""
        return self.style.palette[series % len(self.style.palette)]

    def mark(
        self,
        kind: MarkKind,
        x: float,
        y: float,
        *,
        category: int | None = None,
        series: int | None = None,
        label: int | None = None,
    ) -> None:
        """Add a mark; `category` and `series` are indices of the chart, `label` is the index of a word."""
        self._marks.append(_PendingMark(kind, x, y, category, series, label))

    def marks(self) -> tuple[Mark, ...]:
        """All marks, linked to the words of their category and series."""
        return tuple(
            Mark(
                mark.kind,
                mark.x,
                mark.y,
                None if mark.category is None else self.category_words.get(mark.category),
                None if mark.series is None else self.series_words.get(mark.series),
                mark.label,
            )
            for mark in self._marks
        )

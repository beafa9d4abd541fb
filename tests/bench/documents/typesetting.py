"""Sets text in columns on ReportLab's canvas and notes what it set."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.pdfbase.pdfmetrics import stringWidth

from tests.bench.documents.prose import HEADINGS, write_paragraph
from tests.bench.documents.truth import TruePage

WIDTH, HEIGHT = 595.0, 842.0
"""A4 in points."""

FONTS = (("Times-Roman", "Times-Bold"), ("Helvetica", "Helvetica-Bold"))


@dataclass(slots=True)
class Column:
    """A column that is filled from the top; `y` is what is left, in points from the bottom of the page."""

    left: float
    width: float
    y: float
    bottom: float

    @property
    def room(self) -> float:
        """Points that are left."""
        return self.y - self.bottom


class Typesetter:
    """Sets one page in one pair of fonts."""

    def __init__(self, canvas: Any, page: TruePage, rng: random.Random, size: float = 10.0) -> None:
        self.canvas, self.page, self.rng, self.size = canvas, page, rng, size
        self.font, self.bold = rng.choice(FONTS)

    def write(self, text: str, column: Column, *, font: str | None = None, size: float | None = None) -> None:
        """Set a text in lines of the body."""
        size = size or self.size
        for line in wrap(text, font or self.font, size, column.width):
            self._draw(line, column, font or self.font, size)
            self.page.lines.append(line)
            self.page.words += line.split()

    def annotate(self, text: str, column: Column) -> None:
        """Set a text outside the body: a caption."""
        for line in wrap(text, self.font, self.size - 1.5, column.width):
            self._draw(line, column, self.font, self.size - 1.5)
            self.page.read(line)

    def fill(self, column: Column) -> None:
        """Fill a column with headings and paragraphs."""
        while column.room > 3 * self.size:
            if self.rng.random() < 0.2 and column.room > 6 * self.size:
                column.y -= 0.6 * self.size
                self.write(self.rng.choice(HEADINGS), column, font=self.bold, size=1.3 * self.size)
                column.y -= 0.2 * self.size
            for line in wrap(write_paragraph(self.rng, self.rng.randint(2, 4)), self.font, self.size, column.width):
                if column.room < 1.3 * self.size:
                    return
                self._draw(line, column, self.font, self.size)
                self.page.lines.append(line)
                self.page.words += line.split()
            column.y -= 0.7 * self.size

    def make_columns(self, count: int, top: float, bottom: float = 60.0, gutter: float = 18.0) -> list[Column]:
        """Equal columns between the margins of the page."""
        width = (WIDTH - 2 * 54 - (count - 1) * gutter) / count
        return [Column(54 + i * (width + gutter), width, top, bottom) for i in range(count)]

    def set_running_heads(self, title: str, number: int) -> None:
        """A header and the page's number."""
        self.canvas.setFont(self.font, 8)
        self.canvas.drawString(54, HEIGHT - 34, title)
        self.canvas.drawCentredString(WIDTH / 2, 30, str(number))
        self.page.read(f"{title} {number}")

    def _draw(self, line: str, column: Column, font: str, size: float) -> None:
        column.y -= 1.2 * size
        self.canvas.setFont(font, size)
        self.canvas.drawString(column.left, column.y, line)


def wrap(text: str, font: str, size: float, width: float) -> Sequence[str]:
    """The lines of a text that is `width` points wide."""
    lines: list[str] = []
    for word in text.split():
        if lines and stringWidth(f"{lines[-1]} {word}", font, size) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines

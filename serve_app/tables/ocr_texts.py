"""What OCR found printed in an image, as the texts that a table's cell can be compared with."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from math import dist

from serve_app.domain import Number, Point, Polygon, TextLine
from serve_app.tables.numbers import parse_number

MAX_TEXTS = 8_000
"""A page's texts that are looked at: all lines first, then parts of lines. A chart has well under a thousand."""
MAX_PART = 3
"""Words of the longest part of a line that is taken for a text of its own: "New York City", "1 200 kg"."""


@dataclass(frozen=True, slots=True)
class PrintedText:
    """A line, or some neighbouring words of it: characters [start, end) of line `line`, and where they are (pixels)."""

    text: str
    line: int
    start: int
    end: int
    number: Number | None
    centre: Point
    width: float
    height: float


def list_texts(lines: Sequence[TextLine]) -> list[PrintedText]:
    """All lines, then the parts of lines, in reading order; at most `MAX_TEXTS`."""
    whole = (_place(line, index, 0, len(line.text)) for index, line in enumerate(lines) if line.text.strip())
    parts = (part for index, line in enumerate(lines) for part in _list_parts(line, index))
    return [text for text, _ in zip(chain(whole, parts), range(MAX_TEXTS), strict=False)]


def _list_parts(line: TextLine, index: int) -> Iterator[PrintedText]:
    spans = []
    end = 0
    for word in line.text.split():
        start = line.text.index(word, end)
        end = start + len(word)
        spans.append((start, end))
    for count in range(1, min(MAX_PART, len(spans) - 1) + 1):
        for first, last in zip(spans, spans[count - 1 :], strict=False):
            yield _place(line, index, first[0], last[1])


def _place(line: TextLine, index: int, start: int, end: int) -> PrintedText:
    """Characters are taken to be equally wide, along the middle of the line's outline."""
    text = line.text[start:end]
    left, right = _middle(line.polygon[0], line.polygon[3]), _middle(line.polygon[1], line.polygon[2])
    share = (start + end) / 2 / len(line.text)
    centre = (left[0] + (right[0] - left[0]) * share, left[1] + (right[1] - left[1]) * share)
    width = dist(left, right) * (end - start) / len(line.text)
    height = dist(line.polygon[0], line.polygon[3])
    return PrintedText(text, index, start, end, parse_number(text), centre, width, height)


def find_centre(place: Point | Polygon) -> Point:
    """The point itself, or the middle of an outline."""
    corners = [corner for corner in place if isinstance(corner, tuple)]
    if not corners:
        return place  # type: ignore[return-value]  # a Point holds numbers, a Polygon tuples
    return sum(x for x, _ in corners) / len(corners), sum(y for _, y in corners) / len(corners)


def _middle(a: Point, b: Point) -> Point:
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2

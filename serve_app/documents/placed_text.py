"""Texts with upright boxes: what figures and tables are looked at by."""

from collections.abc import Iterable
from dataclasses import dataclass

from serve_app.domain import Box, Polygon, TextLine


@dataclass(frozen=True, slots=True)
class PlacedText:
    """A word or a line, and its box in pixels."""

    text: str
    box: Box


def place_words(lines: Iterable[TextLine]) -> list[PlacedText]:
    """The words of lines that have them; other lines are cut at spaces, as if all characters were equally wide."""
    placed = []
    for line in lines:
        if line.words:
            placed += [PlacedText(word.text, find_box(word.polygon)) for word in line.words if word.text.strip()]
            continue
        box, end = find_box(line.polygon), 0
        for word in line.text.split():
            start = line.text.index(word, end)
            end = start + len(word)
            step = box.width / len(line.text)
            placed.append(PlacedText(word, Box(box.left + start * step, box.top, box.left + end * step, box.bottom)))
    return placed


def find_box(polygon: Polygon) -> Box:
    """The upright box round an outline."""
    xs, ys = zip(*polygon, strict=True)
    return Box(min(xs), min(ys), max(xs), max(ys))

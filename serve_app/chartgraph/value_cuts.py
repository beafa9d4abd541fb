"""Cuts what OCR joined to a printed value: the values of neighbouring marks, or the name at the end of a line."""

import re

import numpy as np

from serve_app.chartgraph.graph import Graph
from serve_app.chartgraph.roles import MarkKind
from serve_app.chartgraph.words import PlacedWord
from serve_app.tables.numbers import MAGNITUDES

_DIGITS = re.compile(r"\d{4,}")
"""Numbers without a space between them."""

_YEAR = re.compile(r"(1[89]|20)\d\d")

_YEARS = 3
"""Years without a space between them, at least, that are the labels of an axis."""

_LONGEST = 4
"""Digits of one of them, at most: a year."""

_AT_PLACE = 0.35
"""Share of the distance between marks by which a number's middle may be beside its mark."""

_AWAY = 3.0
"""Text heights from a number to its mark, at most; a category may be farther below."""

_LATE = 0.8
"""Share of the points that are left of a name at a line's end."""

_LEVEL = 20.0
"""Degrees by which joined values may slope, as their line does."""

_NAMED = re.compile(r"(?P<value>[$€£¥]?\d[\d.,]*\s?%?)\s*(?P<name>[^\W\d_][^\W\d_].+)")
"""A value and the name of its series, "61 Women"."""

_UNITS = {unit.lower() for unit in MAGNITUDES} | {"percent", "per cent", "points", "years", "people", "dollars"}
"""What stands behind a value and names no series."""


def find_cuts(graph: Graph, placed: PlacedWord) -> list[int]:
    """Where to cut a line's text, by its characters; empty for one that is a single label."""
    text = placed.text
    if years := _cut_years(text):
        return years
    if _DIGITS.fullmatch(text) and abs(placed.angle) < _LEVEL and not _is_year(graph, text):
        return _cut_run(graph, placed)
    named = _NAMED.fullmatch(text)
    if named and named["name"].lower() not in _UNITS and _is_line_end(graph, placed):
        return [named.start("name")]
    return []


def _cut_years(text: str) -> list[int]:
    """Where to cut several years in equal steps, whether or not there are spaces between some of them."""
    starts = [match.start() for match in re.finditer(r"\d{4}(?=(?:\s*\d{4})*$)", text)]
    years = [int(text[start : start + _LONGEST]) for start in starts]
    if len(years) < _YEARS or re.sub(r"\s", "", text) != "".join(map(str, years)):
        return []
    steps = np.diff(years)
    return starts[1:] if steps[0] and (steps == steps[0]).all() and _YEAR.fullmatch(str(years[0])) else []


def _is_year(graph: Graph, text: str) -> bool:
    """Whether a number is one of several years."""
    return sum(bool(_YEAR.fullmatch(word.text)) for word in graph.words) > 1 and bool(_YEAR.fullmatch(text))


def _cut_run(graph: Graph, placed: PlacedWord) -> list[int]:
    """Numbers of as many digits each, if each of them is at a mark."""
    left, right = placed.x - placed.width / 2, placed.x + placed.width / 2
    points = graph.points[graph.find_marks(MarkKind.COLUMN, MarkKind.POINT, MarkKind.AREA)]
    inside = points[(points[:, 0] > left) & (points[:, 0] < right)]
    near = (
        np.abs(inside[:, 1] - placed.y) < _AWAY * placed.height + abs(np.sin(np.radians(placed.angle))) * placed.width
    )
    for xs in (inside[near, 0], inside[:, 0]):
        places = _merge(np.sort(xs), placed.height / 3)
        count = len(places)
        if count < 2 or len(placed.text) % count or len(placed.text) // count > _LONGEST:
            continue
        middles = left + (np.arange(count) + 0.5) * placed.width / count
        if np.abs(middles - places).max() < _AT_PLACE * float(np.diff(places).min()):
            each = len(placed.text) // count
            return list(range(each, len(placed.text), each))
    return []


def _merge(xs: np.ndarray, within: float) -> np.ndarray:
    """Places that are not at one another, in order."""
    return xs[np.concatenate(([True], np.diff(xs) > within))] if len(xs) else xs


def _is_line_end(graph: Graph, placed: PlacedWord) -> bool:
    """Whether a text begins right of one of the last points, level with it, or under another text that does."""
    if _follows_point(graph, placed):
        return True
    left = placed.x - placed.width / 2
    return any(
        abs(word.x - word.width / 2 - left) < placed.height / 2
        and bool(_NAMED.fullmatch(word.text))
        and _follows_point(graph, word)
        for word in graph.words
    )


def _follows_point(graph: Graph, placed: PlacedWord) -> bool:
    points = graph.points[graph.find_marks(MarkKind.POINT, MarkKind.AREA)]
    if not len(points):
        return False
    left = placed.x - placed.width / 2
    gaps = left - points[:, 0]
    level = np.abs(points[:, 1] - placed.y) < 2 * placed.height
    late = left > np.quantile(points[:, 0], _LATE)
    return bool(late and (level & (gaps > -placed.height) & (gaps < _AWAY * placed.height)).any())

"""Cuts lines that OCR joined, by what the model found in them: the keys of a legend, or several marks' places.

`label_separation` cuts before the model has looked, by the space between words alone.
"""

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from serve_app.chartgraph.graph import Floats, Graph
from serve_app.chartgraph.roles import MarkKind, Role
from serve_app.chartgraph.value_cuts import find_cuts
from serve_app.chartgraph.words import PlacedWord, cut_outline, place_word
from serve_app.domain import Polygon, TextLine

_DASH = r"[-\u2013\u2014_=~\u4e00]"
_DOT = r"[oO0\u25cb\u25cf\u25ef\u25a0\u25a1\u25b2\u25b3\u25c6\u25c7]"
_KEY_WITHIN = re.compile(
    rf"\s*{_DASH}+\s?{_DOT}\s?{_DASH}*\s*|\s+{_DOT}\s?{_DASH}+\s*|\s+{_DOT}\s+|\s+{_DASH}+\s+|\s*{_DASH}{{2,}}\s*"
)
_KEY_BEFORE = re.compile(rf"^\s*(?:{_DASH}+\s?{_DOT}?\s?{_DASH}*|{_DOT}\s?{_DASH}+|{_DOT}\s)\s*(?=[^\W\d_])")
"""A legend's key that OCR read as text: a line, a dot, or both."""

_SIGN = re.compile(
    rf"{_DASH}*[oO0QDCGae96+x\u25cb\u25cf\u25ef\u25b3\u25b2\u25c7\u25c6\u25a1\u25a0\u0394\u00f3]{_DASH}*|{_DASH}+"
)
"""What OCR reads where a point's marker or a legend's key is drawn."""

_MARKER_BEFORE = re.compile(rf"{_DASH}?[0oO\u00b0\u25cb\u25cf]{_DASH}?(?=[$\u20ac\u00a3]?\d{{1,3}}(?:\.\d)?%?$)")
"""A value with the marker of its point before it, which OCR read as a digit: "052"."""

_DISC = r"[\u25cf\u25cb\u2022\u26ab]"
_DOT_BESIDE = re.compile(rf"{_DISC}\s*(?=[$\u20ac\u00a3]?\d)|(?<=[\d%])\s*{_DISC}$")
"""A dot that OCR read before or behind the value that is printed beside it."""

_TOKEN = re.compile(r"\s+|(?<=[a-z])(?=[A-Z])|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[A-Z])")
"""Where one label may end and the next begin."""

_AT_PLACE = 0.35
"""Share of the distance between marks by which a label's middle may be beside its mark."""

_LEVEL = 10.0
"""Degrees. A line that slopes more is left whole."""


def cut_at_marks(graph: Graph, lines: Sequence[TextLine]) -> list[TextLine] | None:
    """The lines, those that hold several labels cut; None if there is nothing to cut.

    Args:
        graph: what the model found with these lines.
        lines: in pixels of the image.
    """
    keys = graph.points[graph.find_marks(MarkKind.SWATCH)]
    signs = graph.points[graph.find_marks(MarkKind.SWATCH, MarkKind.POINT)]
    places = _find_places(graph)
    cut: list[TextLine] = []
    for line in lines:
        placed = place_word(line.text, line.score, line.polygon)
        parts = [line]
        if _SIGN.fullmatch(line.text.strip()) and _is_at(placed, signs):
            continue
        if len(line.text.strip()) == 1 and _is_at(placed, keys):  # a key read as a letter, whichever
            continue
        if abs(placed.angle) < _LEVEL and line.text.strip():
            parts = _cut_at_keys(line, placed, keys)
            if len(parts) == 1 and line.polygon in places:
                parts = _cut_at_places(line, placed, places[line.polygon])
        if dot := _DOT_BESIDE.search(line.text):
            parts = [_take(line, *((dot.end(), len(line.text)) if dot.start() == 0 else (0, dot.start())))]
        if (marker := _MARKER_BEFORE.match(line.text)) and _begins_at(placed, marker.end(), signs):
            parts = [_take(line, marker.end(), len(line.text))]
        if len(parts) == 1 and (cuts := find_cuts(graph, placed)):
            edges = [0, *cuts, len(line.text)]
            parts = [_take(line, a, b) for a, b in itertools.pairwise(edges)]
        cut += parts
    return cut if cut != list(lines) else None


def _is_at(placed: PlacedWord, points: Floats) -> bool:
    """Whether one of the points lies in the middle of a word."""
    reach = max(0.6 * placed.height, placed.width / 2 if "-" in placed.text else 0.0)
    return any(abs(x - placed.x) < reach and abs(y - placed.y) < 0.6 * placed.height for x, y in points)


def _begins_at(placed: PlacedWord, count: int, points: Floats) -> bool:
    """Whether one of the points lies where the first characters of a word are."""
    left, width = placed.x - placed.width / 2, placed.width * count / len(placed.text)
    return any(
        left - placed.height / 2 < x < left + width + placed.height / 4 and abs(y - placed.y) < placed.height / 2
        for x, y in points
    )


def _find_places(graph: Graph) -> dict[Polygon, list[float]]:
    """For each label with more marks than most labels have, where these stand, x in pixels; by the label's outline.

    Several bars over one label are a group; only a label with twice as many is two.
    """
    marks = graph.find_marks(MarkKind.COLUMN, MarkKind.POINT, MarkKind.AREA)
    words = graph.find_words(Role.CATEGORY)
    if len(words) < 2 or not marks:
        return {}
    nearest = [min(words, key=lambda word: _measure_gap(graph, word, x)) for x in graph.points[marks, 0]]
    counts = [nearest.count(word) for word in words]
    each = max(1, int(np.median([count for count in counts if count] or [1])))
    found = {}
    for word, count in zip(words, counts, strict=True):
        if round(count / each) > 1 and count % each == 0:
            xs = sorted(float(graph.points[mark, 0]) for mark, near in zip(marks, nearest, strict=True) if near == word)
            found[graph.words[word].polygon] = [float(np.mean(xs[i : i + each])) for i in range(0, count, each)]
    return found


def _measure_gap(graph: Graph, word: int, x: float) -> float:
    """Pixels from an x to the nearest end of a word; 0 above it."""
    return max(0.0, abs(graph.words[word].x - float(x)) - graph.words[word].width / 2)


def _cut_at_keys(line: TextLine, placed: PlacedWord, keys: Floats) -> list[TextLine]:
    """The names of a legend's row, each without its key."""
    left, width, height = placed.x - placed.width / 2, placed.width, placed.height
    on_line = [float(x) for x, y in keys if abs(y - placed.y) < 0.6 * height and left - 2 * height < x < left + width]
    if not on_line:
        return [line]
    within = [x for x in on_line if x > left + height]
    before = _KEY_BEFORE.match(line.text)
    found = [
        match.span() for match in _KEY_WITHIN.finditer(line.text) if match.start() > (before.end() if before else 0)
    ]
    if not found:
        found = [span for x in within if (span := _find_break(line.text, (x - left) / width))]
    edges = [before.end() if before else 0, *(i for span in sorted(set(found)) for i in span), len(line.text)]
    pieces = [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if line.text[a:b].strip()]
    if len(pieces) == 1 and not before:
        return [line]
    return [_take(line, a, b) for a, b in pieces]


def _find_break(text: str, share: float) -> tuple[int, int] | None:
    """The end of a label nearest to a share of the text's length."""
    breaks = [match.span() for match in _TOKEN.finditer(text) if 0 < match.start() < len(text)]
    return min(breaks, key=lambda span: abs(sum(span) / 2 / len(text) - share), default=None)


def _cut_at_places(line: TextLine, placed: PlacedWord, places: Sequence[float]) -> list[TextLine]:
    """Labels that stand under neighbouring marks, if there are as many as marks and each is under its own."""
    left, width = placed.x - placed.width / 2, placed.width
    inside = [x for x in places if left < x < left + width]
    spans = [(0, 0), *(match.span() for match in _TOKEN.finditer(line.text)), (len(line.text), len(line.text))]
    pieces = [(a[1], b[0]) for a, b in itertools.pairwise(spans) if b[0] > a[1]]
    if len(inside) < 2 or len(pieces) % len(inside):
        return [line]
    each = len(pieces) // len(inside)
    joined = [(pieces[i][0], pieces[i + each - 1][1]) for i in range(0, len(pieces), each)]
    pitch = min(np.diff(inside))
    middles = [left + (a + b) / 2 / len(line.text) * width for a, b in joined]
    if max(abs(middle - x) for middle, x in zip(middles, inside, strict=True)) > _AT_PLACE * pitch:
        return [line]
    return [_take(line, a, b) for a, b in joined]


def _take(line: TextLine, start: int, end: int) -> TextLine:
    """A part of a line by its characters, all taken to be of one width."""
    outline = cut_outline(line.polygon, start / len(line.text), end / len(line.text))
    return replace(line, text=line.text[start:end].strip(), polygon=outline, words=())

"""How much of what is known of a page its answer has: words, order, characters, tables, charts and figures."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from serve_app.domain import Box
from tests.bench.documents.truth import TrueChart, TruePage, TrueTable

BODY = ("heading", "paragraph", "list", "formula")
"""Kinds of blocks that the lines of the body are looked for in."""

FOUND = 0.5
"""Overlap (intersection over union) from which a figure counts as found."""

RIGHT = 0.05
"""Share by which a value of a chart may be wrong."""

SEAM = 24
"""Letters and digits on both sides of a line's end that show whether the next line follows it."""

ALIKE = 80.0
"""Similarity in percent from which the seam of two lines is in the answer; one of its halves alone is less."""

_SIGNS = re.compile(r"[^\w]+")


@dataclass(slots=True)
class Count:
    """So many of so many."""

    hits: float = 0.0
    total: float = 0.0

    def add(self, hits: float, total: float) -> None:
        """Count some more."""
        self.hits += hits
        self.total += total

    @property
    def share(self) -> float | None:
        """Hits of the total; None where there was nothing to count."""
        return self.hits / self.total if self.total else None


@dataclass(slots=True)
class Scores:
    """The counts of pages, by measure.

    `words`: of those on the page. `order`: pairs of neighbouring lines whose second follows the first. `characters`:
    edits, of the characters of the body. `cells`: of tables, in their place. `values`: of charts. `figures`: found.
    `charts`: published as such. `others`: figures without data that were given data.
    """

    counts: dict[str, Count] = field(default_factory=dict)

    def add(self, measure: str, hits: float, total: float) -> None:
        """Count some more of a measure."""
        self.counts.setdefault(measure, Count()).add(hits, total)

    def merge(self, other: "Scores") -> None:
        """Take in the counts of another page."""
        for measure, count in other.counts.items():
            self.add(measure, count.hits, count.total)


def score_page(page: dict[str, Any], truth: TruePage) -> Scores:
    """Score one page of the JSON of `/v1/document`."""
    scores, blocks = Scores(), page.get("blocks") or []
    read = " ".join(_list_texts(blocks))
    scores.add("words", count_words(read, truth.words), len(truth.words))
    body = "\n".join(block["text"] for block in blocks if block["kind"] in BODY)
    score_text(scores, body, truth)
    tables = [_lay_out(block["table"]) for block in blocks if block.get("table")]
    for table in truth.tables:
        cells = sum(map(len, table.rows))
        scores.add("cells", max((_count_cells(read, table) for read in tables), default=0), cells)
    found = [block for block in blocks if block["kind"] in ("figure", "chart")]
    across = page.get("turned", 0) in (90, 270)  # the points are those of the page as it was sent
    scale = page["width"] / page["points"][across] if page.get("points") else 1.0
    boxes = [_scale(block["box"], scale) for block in found]
    scores.add(
        "figures", sum(any(_iou(box, figure) > FOUND for box in boxes) for figure in truth.figures), len(truth.figures)
    )
    scores.add(
        "false figures", sum(not any(_overlap(box, figure) for figure in truth.figures) for box in boxes), len(boxes)
    )
    _score_charts(scores, found, boxes, truth)
    return scores


def score_text(scores: Scores, body: str, truth: TruePage) -> None:
    """Score the order and the characters of a body, also where a peer gives nothing but text."""
    if not truth.lines:
        return
    pairs = len(truth.lines) - 1
    scores.add("order", count_in_order(body, truth.lines), pairs)
    expected, read = " ".join(truth.lines), " ".join(body.split())
    scores.add("characters", Levenshtein.distance(read, expected), len(expected))


def count_words(read: str, words: Sequence[str]) -> int:
    """The words that were read, each as often as it is printed; signs at their ends do not count."""
    have = Counter(filter(None, (_strip(word) for word in read.split())))
    want = Counter(filter(None, (_strip(word) for word in words)))
    unprinted = sum(not _strip(word) for word in words)
    return (have & want).total() + unprinted


def count_in_order(read: str, lines: Sequence[str]) -> int:
    """The pairs of neighbouring lines of which the second goes on where the first one ends."""
    text = _fold(read)
    return sum(_holds(text, _fold(first)[-SEAM:] + _fold(second)[:SEAM]) for first, second in pairwise(lines))


def _holds(text: str, seam: str) -> bool:
    return seam in text or fuzz.partial_ratio(seam, text) >= ALIKE


def _list_texts(blocks: Iterable[dict[str, Any]]) -> Iterable[str]:
    for block in blocks:
        yield block["text"]
        # Words of a table are in its text too; a chart that was read by OCR has its lines alone.
        if not block["text"] and block.get("chart"):
            yield from (line["text"] for line in block["chart"].get("lines", ()))


def _lay_out(table: dict[str, Any]) -> dict[tuple[int, int], str]:
    return {(cell["row"], cell["column"]): _fold(cell["text"]) for cell in table["cells"]}


def _count_cells(read: dict[tuple[int, int], str], table: TrueTable) -> int:
    return sum(
        read.get((row, column)) == _fold(text)
        for row, texts in enumerate(table.rows)
        for column, text in enumerate(texts)
    )


def _score_charts(scores: Scores, found: Sequence[dict[str, Any]], boxes: Sequence[Box], truth: TruePage) -> None:
    for chart in truth.charts:
        best = max(zip(boxes, found, strict=True), key=lambda each: _iou(each[0], chart.box), default=None)
        data = best[1].get("chart") if best and _overlap(best[0], chart.box) else None
        scores.add("charts", bool(data), 1)
        scores.add("values", _count_values(data, chart) if data else 0, len(chart.values))
    others = [box for box in truth.figures if not any(_overlap(box, chart.box) for chart in truth.charts)]
    let_through = sum(
        any(block.get("chart") and _overlap(place, box) for place, block in zip(boxes, found, strict=True))
        for box in others
    )
    scores.add("others", let_through, len(others))


def _count_values(data: dict[str, Any], chart: TrueChart) -> int:
    read: dict[str, float] = {}
    for row in data["rows"]:
        numbers = [cell["number"]["value"] for cell in row[1:] if cell.get("number")]
        if numbers:
            read[_fold(row[0]["text"])] = numbers[0]
    return sum(
        abs(read.get(_fold(name), float("inf")) - value) <= RIGHT * abs(value) for name, value in chart.values.items()
    )


def _strip(word: str) -> str:
    return word.strip(".,;:!?()[]\"'").lower()


def _fold(text: str) -> str:
    return _SIGNS.sub("", text).lower()


def _scale(box: dict[str, float], scale: float) -> Box:
    return Box(box["left"] / scale, box["top"] / scale, box["right"] / scale, box["bottom"] / scale)


def _iou(a: Box, b: Box) -> float:
    shared = a.intersect(b).area
    return shared / (a.area + b.area - shared) if shared else 0.0


def _overlap(a: Box, b: Box) -> bool:
    return a.intersect(b).area > 0.1 * min(a.area, b.area)

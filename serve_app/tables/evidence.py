"""Which printed text confirms a table's cell: each cell is looked for among the lines that OCR found.

A label is confirmed by a text that is spelled almost alike, a number by one with the same value ("1,200" and "1200").
Texts whose digits differ are different texts, however alike: "2019" says nothing for "2018", nor "Q1" for "Q2".
A cell takes a text that no other cell has taken, the nearest one where the cell knows its place, whole lines before
parts of lines. A label that is printed once may confirm several equal labels; a printed number confirms one cell.
For a value without a place, a number of the axis counts as well as one that is printed at the mark.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import dist
from typing import TypeVar

from rapidfuzz.distance import Levenshtein

from serve_app.domain import Cell, ChartTable, Evidence, Number, TextLine
from serve_app.tables.ocr_texts import PrintedText, find_centre, list_texts

LEAST_SIMILARITY = 0.6
"""Of a label and the text that confirms it, by edit distance."""
MAX_CORRECTION = 0.2
"""The share of a label's letters that a corrected spelling may change; one letter is always allowed."""
REACH = 2.0
"""Heights of the text; no further from a value's place can the number stand that is printed for it. A number of the
axis far from the end of a bar is no evidence for the bar's value."""
MAX_COMPARED = 400_000
"""Characters compared by edit distance for one table; equal texts and equal numbers are found without it."""
MIN_COST = 25
"""Characters that a comparison counts as at least."""
MAX_LABEL = 200
"""Characters of a label that are compared by edit distance; a longer one is confirmed only by an equal text."""
MAX_PAIRS = 10_000
"""Distances measured among equal cells and equal texts; more of them are paired in reading order."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class TableEvidence:
    """Evidence in the shape of a ChartTable."""

    title: Evidence = field(default_factory=Evidence)
    columns: tuple[Evidence, ...] = ()
    rows: tuple[tuple[Evidence, ...], ...] = ()


def find_evidence(table: ChartTable, lines: Sequence[TextLine]) -> TableEvidence:
    """Look for each cell of a table among the lines of its image; polygons and places are in the same pixels.

    Similarity ignores case and spaces; it is 1 for equal numbers. A cell that nothing confirms gets `Evidence()`.
    `corrected` is the OCR's spelling of a label that differs from it in few letters.
    """
    headings = [cell for cell in (table.title, *table.columns) if cell is not None]
    sought = [_Sought(cell, is_label=True) for cell in headings]
    sought += [_Sought(cell, is_label=column == 0) for row in table.rows for column, cell in enumerate(row)]
    matching = _Matching(sought, list_texts(lines))
    found = iter([_weigh(seek.cell, text) for seek, text in zip(sought, matching.run(), strict=True)])
    return TableEvidence(
        title=next(found) if table.title is not None else Evidence(),
        columns=tuple(next(found) for _ in table.columns),
        rows=tuple(tuple(next(found) for _ in row) for row in table.rows),
    )


@dataclass(frozen=True, slots=True)
class _Sought:
    """A cell to confirm; the title, the headers and the first cell of each row are labels."""

    cell: Cell
    is_label: bool

    def distance(self, text: PrintedText) -> float:
        """Pixels between the middles; 0 where the cell does not know its place."""
        return dist(find_centre(self.cell.place), text.centre) if self.cell.place else 0.0

    def accepts(self, text: PrintedText) -> bool:
        """Whether the text can be the one printed for the cell, if it reads the same."""
        if self.cell.number and text.number and not _same_number(self.cell.number, text.number):
            return False
        return self.is_label or self.distance(text) <= REACH * text.height + text.width / 2


class _Matching:
    """Pairs cells with texts, the surest pairs first."""

    def __init__(self, sought: Sequence[_Sought], texts: Sequence[PrintedText]) -> None:
        self._sought = sought
        self._texts = texts
        self._matches: list[PrintedText | None] = [None] * len(sought)
        self._taken: dict[int, list[PrintedText]] = defaultdict(list)

    def run(self) -> list[PrintedText | None]:
        self._match_equal(lambda cell: _squeeze(cell.text) or None, lambda text: _squeeze(text.text))
        self._match_equal(
            lambda cell: cell.number and cell.number.value, lambda text: text.number and text.number.value
        )
        self._match_similar()
        self._share_labels()
        return self._matches

    def _match_equal(
        self, key_of_cell: Callable[[Cell], Hashable], key_of_text: Callable[[PrintedText], Hashable]
    ) -> None:
        cells = _group((key_of_cell(self._sought[index].cell), index) for index in self._unmatched())
        texts = _group((key_of_text(text), text) for text in self._texts)
        # Long texts first: a title takes its line before a cell that is one of the title's words.
        for key in sorted(cells.keys() & texts.keys(), key=lambda key: -len(str(key))):
            if len(cells[key]) * len(texts[key]) <= MAX_PAIRS:
                pairs = sorted(product(cells[key], texts[key]), key=self._rank)
            else:
                pairs = list(zip(cells[key], texts[key], strict=False))
            for index, text in pairs:
                self._match(index, text)

    def _match_similar(self) -> None:
        texts = _group((_digits(text.text), (_squeeze(text.text), text)) for text in self._texts)
        proposals = []
        budget = MAX_COMPARED
        for index in self._unmatched():
            spelling = _squeeze(self._sought[index].cell.text)
            near = texts.get(_digits(spelling), []) if 0 < len(spelling) <= MAX_LABEL else []
            for other, text in near:
                if budget < 0:
                    break
                budget -= max(MIN_COST, min(len(spelling), len(other)))
                alike = Levenshtein.normalized_similarity(spelling, other) if len(other) <= MAX_LABEL else 0.0
                if alike >= LEAST_SIMILARITY:
                    proposals.append((-alike, self._rank((index, text)), index, text))
        for *_, index, text in sorted(proposals, key=lambda proposal: proposal[:2]):
            self._match(index, text)

    def _share_labels(self) -> None:
        texts = _group((_squeeze(text.text), text) for text in self._texts)
        labels = [index for index in self._unmatched() if self._sought[index].is_label]
        for index in labels:
            seek = self._sought[index]
            if equal := texts.get(_squeeze(seek.cell.text)):
                self._matches[index] = min(equal[: 1 + MAX_PAIRS // len(labels)], key=seek.distance)

    def _match(self, index: int, text: PrintedText) -> None:
        taken = self._taken[text.line]
        free = all(text.end <= other.start or other.end <= text.start for other in taken)
        if self._matches[index] is None and free and self._sought[index].accepts(text):
            self._matches[index] = text
            taken.append(text)

    def _unmatched(self) -> list[int]:
        return [index for index, match in enumerate(self._matches) if match is None]

    def _rank(self, pair: tuple[int, PrintedText]) -> float:
        index, text = pair
        return self._sought[index].distance(text)


def _weigh(cell: Cell, text: PrintedText | None) -> Evidence:
    if text is None:
        return Evidence()
    if cell.number and text.number:
        return Evidence(text.line, 1.0)
    alike = Levenshtein.normalized_similarity(_squeeze(cell.text), _squeeze(text.text))
    edits = Levenshtein.distance(cell.text, text.text) if alike < 1 and cell.number is None else 0
    corrected = text.text if 0 < edits <= max(1, MAX_CORRECTION * len(cell.text)) else None
    return Evidence(text.line, alike, corrected)


def _same_number(a: Number, b: Number) -> bool:
    """Equal values; a unit that only one of them shows may stand in an axis title."""
    units = {"%" if number.percent else number.unit for number in (a, b)} - {None}
    return a.value == b.value and len(units) <= 1


def _squeeze(text: str) -> str:
    """Without case and spaces, which OCR often drops."""
    return "".join(text.split()).casefold()


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _group(pairs: Iterable[tuple[Hashable, _T]]) -> dict[Hashable, list[_T]]:
    """Values by key; those without a key are left out."""
    groups: dict[Hashable, list[_T]] = defaultdict(list)
    for key, value in pairs:
        if key is not None:
            groups[key].append(value)
    return groups

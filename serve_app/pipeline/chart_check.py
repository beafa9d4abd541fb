"""A chart's values, checked against what is printed in its image.

A model that writes its answer token by token may write a number that is nowhere. Where the image prints its values,
such a number stands out: OCR found the others and not this one. Where values are read off an axis, OCR finds none of
them, and nothing is told.
"""

from collections.abc import Sequence
from dataclasses import replace

from serve_app.documents.axis import find_ticks
from serve_app.documents.placed_text import place_words
from serve_app.domain import Cell, ChartReading, ChartTable, Evidence, ReadingWarning, TextLine
from serve_app.tables.evidence import TableEvidence, find_evidence
from serve_app.tables.numbers import expand
from serve_app.tables.ocr_texts import MAX_TEXTS, list_texts

LEAST_PRINTED = 3
"""Values of a table that are found in print, at least, for the image to print its values."""

MOST = 0.7
"""Share of a table's values that are found in print, at least, for the image to print its values."""

MIN_TICKS = 3
"""Numbers of the shortest axis. An axis's numbers are no print of values: a value may equal one by chance."""

LEAST_DIGITS = 3
"""Digits of a number that may be looked for inside of other words, as where OCR joined the values of two bars."""


def check_values(reading: ChartReading, lines: Sequence[TextLine]) -> tuple[ChartReading, TableEvidence]:
    """Find for each cell the text that confirms it, and mark the numbers that no text holds as suspect.

    Args:
        reading: what a model read; places are in the pixels of `lines`.
        lines: what OCR read in the same image.

    Returns:
        The reading with its suspect cells, and a warning that counts them; and what confirms each cell.
    """
    evidence = find_evidence(reading.table, lines)
    table = _mark_suspects(reading.table, evidence, lines)
    count = sum(cell.suspect for row in table.rows for cell in row)
    if not count:
        return reading, evidence
    values = "value is" if count == 1 else "values are"
    message = f"{count} {values} not found in the text of the image, which prints the others"
    warnings = (*reading.warnings, ReadingWarning("values_unsupported", message))
    return replace(reading, table=table, warnings=warnings), evidence


def _mark_suspects(table: ChartTable, evidence: TableEvidence, lines: Sequence[TextLine]) -> ChartTable:
    found = [pair for row in zip(table.rows, evidence.rows, strict=True) for pair in list(zip(*row, strict=True))[1:]]
    numbers = [(cell, each) for cell, each in found if cell.number]
    if all(each.line is not None for _, each in numbers):
        return table
    ticks = _find_axis_lines(lines)
    printed = sum(each.line is not None and each.line not in ticks for _, each in numbers)
    if printed < max(LEAST_PRINTED, MOST * len(numbers)):
        return table
    print_ = _Print(lines)

    def mark(cell: Cell, each: Evidence) -> Cell:
        held = cell.number is None or each.line is not None or print_.holds(cell)
        return cell if held else replace(cell, suspect=True)

    rows = tuple(
        (row[0], *(mark(cell, each) for cell, each in zip(row[1:], row_found[1:], strict=True)))
        for row, row_found in zip(table.rows, evidence.rows, strict=True)
        if row
    )
    return replace(table, rows=rows)


def _find_axis_lines(lines: Sequence[TextLine]) -> set[int]:
    """The lines that hold numbers of an axis."""
    words = [(index, word) for index, line in enumerate(lines) for word in place_words([line])]
    return {words[tick][0] for tick in find_ticks([word for _, word in words], MIN_TICKS)}


class _Print:
    """All that is printed in an image, to look for a number in it wherever it stands."""

    def __init__(self, lines: Sequence[TextLine]) -> None:
        texts = list_texts(lines)
        self._whole = len(texts) < MAX_TEXTS  # else not all of the image's text was looked at
        self._values = {expand(text.number).value for text in texts if text.number}
        self._lines = [_squeeze(line.text) for line in lines]

    def holds(self, cell: Cell) -> bool:
        """Whether a text has the cell's number, or a word holds its digits; also where that is not known."""
        if not self._whole or cell.number is None or expand(cell.number).value in self._values:
            return True
        digits = _squeeze(cell.text).strip("%$€£¥+")
        return sum(map(str.isdigit, digits)) >= LEAST_DIGITS and any(digits in line for line in self._lines)


def _squeeze(text: str) -> str:
    return "".join(text.split())

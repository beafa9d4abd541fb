"""Which of two readings of a table is taken, and how far they agree."""

import re
from collections.abc import Sequence
from dataclasses import replace

from serve_app.domain import GridCell, TableGrid
from serve_app.tables.numbers import parse_number

EMPTY = 0.5
"""How much an empty cell counts against a grid, in cells of the wrong kind."""

MERGED = 0.1
"""How much purer the model's columns must be where it sees fewer: it joins names with the numbers beside them."""

DISAGREEMENT = 0.1
"""Agreement under which two readings have nothing in common."""

PROSE_WORDS = 6
"""Words of a mean cell, from which two readings without anything in common are of columns of text, not of a table."""

PROSE_LINES, LINE_WORDS, PROSE_SHARE = 12, 4, 0.85
"""Lines at least, words of a line of prose, and the share of the letters that stand in such lines, of columns of text
that seem a table."""

PARAGRAPH_WORDS = 10
"""Words of a line of a paragraph, of which few are enough: no cell is so long."""

_MARGIN = re.compile(r"±\s*\S+")


def choose_table(
    by_geometry: TableGrid | None, by_structure: TableGrid | None, lines: Sequence[str] = ()
) -> TableGrid | None:
    """One of two readings, with their agreement as its confidence; None where both are of columns of text.

    The two ways fail on different tables, so their agreement tells that both are right. Of two grids of one size the
    geometry's is taken, since the model's headings are often a column off, but where the model sees cells that span
    rows, which the geometry never does. Else the one whose columns are purer is taken. `lines` are those of its text,
    cut at wide gaps.
    """
    if by_geometry is None or by_structure is None:
        return by_geometry or by_structure
    if (by_geometry.rows, by_geometry.columns) == (by_structure.rows, by_structure.columns):
        trusted = by_structure if any(cell.row_span > 1 for cell in by_structure.cells) else by_geometry
    else:
        merged = MERGED * (by_structure.columns < by_geometry.columns)
        better = measure_purity(by_structure) - merged > measure_purity(by_geometry)
        trusted = by_structure if better else by_geometry
    agreement = measure_agreement(by_geometry, by_structure)
    if agreement < DISAGREEMENT and (count_words(trusted) >= PROSE_WORDS or are_prose(lines)):
        return None
    return replace(trusted, confidence=agreement)


def count_words(grid: TableGrid) -> float:
    """Words of the mean cell that has any."""
    texts = [cell.text for cell in grid.cells if cell.text]
    return sum(len(text.split()) for text in texts) / max(len(texts), 1)


def are_prose(lines: Sequence[str]) -> bool:
    """Whether lines, cut where they have wide gaps, are those of columns of text rather than of a table's cells."""
    letters = sum(map(len, lines))
    prose = sum(len(line) for line in lines if len(line.split()) >= LINE_WORDS)
    long = sum(len(line) for line in lines if len(line.split()) >= PARAGRAPH_WORDS)
    return long >= PROSE_SHARE * letters > 0 or (len(lines) >= PROSE_LINES and prose >= PROSE_SHARE * letters)


def measure_agreement(a: TableGrid, b: TableGrid) -> float:
    """Share of the cells with text that have the same text at the same place in both grids."""
    first, second = ({(cell.row, cell.column, cell.text) for cell in grid.cells if cell.text} for grid in (a, b))
    return len(first & second) / max(len(first), len(second), 1)


def measure_purity(grid: TableGrid) -> float:
    """Share of the cells with text that hold one number in a column of numbers, or words in a column of words.

    Empty cells count against a grid: they are what a row leaves that is but the second line of another.
    """
    columns: dict[int, list[GridCell]] = {}
    for cell in grid.cells:
        if cell.text and cell.column_span == 1:
            columns.setdefault(cell.column, []).append(cell)
    pure = sum(_count_pure(cells) for cells in columns.values())
    empty = sum(not cell.text for cell in grid.cells) / max(len(grid.cells), 1)
    return pure / max(sum(map(len, columns.values())), 1) - EMPTY * empty


def _count_pure(cells: list[GridCell]) -> float:
    """The cells of a column that are of its kind; the one over them is its heading."""
    numbers = sum(cell.number is not None for cell in cells)
    mixed = sum(_holds_several_numbers(cell.text) for cell in cells)
    words = len(cells) - numbers - mixed
    heading = int(numbers > words and cells[0].number is None and not _holds_several_numbers(cells[0].text))
    return max(numbers + heading, words)


def _holds_several_numbers(text: str) -> bool:
    """Whether a text holds the numbers of two columns or rows; what follows a plus-minus sign is no second number."""
    numbers = sum(parse_number(part) is not None for part in _MARGIN.sub("", text).split())
    return numbers > 1 and parse_number(text) is None

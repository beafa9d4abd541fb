"""Builds the grid of a table, whichever way its cells were found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from serve_app.documents.placed_text import PlacedText
from serve_app.domain import GridCell, TableGrid
from serve_app.tables.numbers import parse_number

SAME_ROW = 0.5
"""Median heights of the words by which the middles of two words of one row may differ."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A cell's place in the grid, and the words in it."""

    row: int
    column: int
    row_span: int
    column_span: int
    words: tuple[PlacedText, ...]


def build_grid(slots: Iterable[Slot]) -> TableGrid | None:
    """Make a rectangle of cells; places that no slot covers become empty cells. None where there is no text.

    Rows and columns without any text are left out, and spans shortened by them. A slot whose place is taken already
    gives its words to the cell there.
    """
    filled = [slot for slot in slots if slot.words]
    if not filled:
        return None
    rows = sorted({slot.row for slot in filled})
    columns = sorted({slot.column for slot in filled})
    taken: dict[tuple[int, int], int] = {}
    placed: list[Slot] = []
    for slot in filled:
        row, column = rows.index(slot.row), columns.index(slot.column)
        if (row, column) in taken:
            owner = taken[row, column]
            placed[owner] = replace(placed[owner], words=placed[owner].words + slot.words)
            continue
        high = sum(slot.row <= each < slot.row + slot.row_span for each in rows)
        wanted = sum(slot.column <= each < slot.column + slot.column_span for each in columns)
        right = next((free for free in range(1, wanted) if (row, column + free) in taken), wanted)
        blocked = (below for below in range(1, high) if any((row + below, column + j) in taken for j in range(right)))
        down = next(blocked, high)
        taken |= {(row + i, column + j): len(placed) for i in range(down) for j in range(right)}
        placed.append(Slot(row, column, down, right, slot.words))
    empty = [
        Slot(row, column, 1, 1, ())
        for row in range(len(rows))
        for column in range(len(columns))
        if (row, column) not in taken
    ]
    ordered = sorted([*placed, *empty], key=lambda slot: (slot.row, slot.column))
    return TableGrid(len(rows), len(columns), tuple(_make_cell(slot) for slot in ordered))


def _make_cell(slot: Slot) -> GridCell:
    text = join_words(slot.words)
    return GridCell(text, slot.row, slot.column, slot.row_span, slot.column_span, parse_number(text))


def group_rows(words: Sequence[PlacedText]) -> list[list[PlacedText]]:
    """The words by rows of print from top to bottom, each row from left to right."""
    ordered = sorted(words, key=_middle)
    heights = sorted(word.box.height for word in words)
    tolerance = SAME_ROW * heights[len(heights) // 2] if heights else 0.0
    rows: list[list[PlacedText]] = []
    for word in ordered:
        if rows and _middle(word) - sum(map(_middle, rows[-1])) / len(rows[-1]) <= tolerance:
            rows[-1].append(word)
        else:
            rows.append([word])
    return [sorted(row, key=lambda word: word.box.left) for row in rows]


def join_words(words: Sequence[PlacedText]) -> str:
    """The words' text in reading order, with a space between two of them."""
    return " ".join(" ".join(word.text for row in group_rows(words) for word in row).split())


def _middle(word: PlacedText) -> float:
    return (word.box.top + word.box.bottom) / 2

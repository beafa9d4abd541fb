"""From the cells that a parser cut out of a model's text to a ChartTable."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from serve_app.domain import Cell, ChartKind, ChartTable
from serve_app.tables.numbers import parse_number

MAX_CELLS = 10_000
MAX_COLUMNS = 250
MAX_TEXT = 1_000
"""Bounds on a table's cells and columns, and on one cell's characters. No chart comes near them; a model that
repeats itself does, and one long cell with a large colspan would otherwise become gigabytes of JSON."""

SPECIAL_TOKEN = re.compile(r"<\|[^|<>]{1,32}\|>")
"""`<|im_end|>` and its like, which stay in a text that is decoded with its special tokens."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A cell's text, and the characters [start, end) of the model's text that it was read from."""

    text: str
    start: int = 0
    end: int = 0


def cut_piece(source: str, start: int, end: int) -> Piece:
    """The text between two delimiters without the spaces around it; an empty cell keeps its closing delimiter's place.

    That place is where the model decided to leave the cell empty, so its probability is the cell's confidence.
    """
    text = source[start:end]
    stripped = text.strip()
    if not stripped:
        return Piece("", end, end + 1)
    start += text.index(stripped)
    return Piece(stripped, start, start + len(stripped))


def build_table(
    rows: Iterable[Sequence[Piece]],
    confidence: Sequence[float] | None = None,
    title: Piece | None = None,
    kind: ChartKind = ChartKind.UNKNOWN,
) -> ChartTable:
    """Make a rectangular table of rows of cells; the first row is the header, rows without cells are dropped.

    `confidence[i]` is the probability of the token that wrote character i. A cell's confidence is the least of those
    of its characters: a number is wrong if one digit is, and the least does not depend on how the text was cut into
    tokens. Without `confidence` it is 1. Cells that a short row lacks are empty, with confidence 0.
    """
    cells: dict[Piece, Cell] = {}

    def cell_of(piece: Piece) -> Cell:
        if piece not in cells:
            cells[piece] = _build_cell(piece, confidence)
        return cells[piece]

    bounded = [row[:MAX_COLUMNS] for row in rows if row]
    width = max(map(len, bounded), default=0)
    grid = [
        tuple(map(cell_of, row)) + (Cell("", confidence=0.0),) * (width - len(row))
        for row in bounded[: MAX_CELLS // max(width, 1)]
    ]
    heading = _build_cell(title, confidence) if title else None
    if heading is not None and not heading.text:
        heading = None
    return ChartTable(columns=grid[0] if grid else (), rows=tuple(grid[1:]), title=heading, kind=kind)


def _build_cell(piece: Piece, confidence: Sequence[float] | None) -> Cell:
    text = " ".join(SPECIAL_TOKEN.sub(" ", piece.text).split())[:MAX_TEXT].rstrip()
    if confidence is None:
        return Cell(text, number=parse_number(text))
    least = min(confidence[piece.start : piece.end], default=1.0)
    return Cell(text, min(max(float(least), 0.0), 1.0), parse_number(text))

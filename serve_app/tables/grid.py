"""From the cells that a parser cut out of a model's text to a ChartTable."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import wraps

from serve_app.domain import Cell, ChartKind, ChartTable
from serve_app.tables.numbers import parse_number

MAX_CELLS = 10_000
MAX_COLUMNS = 250
MAX_TEXT = 1_000
"""Bounds on a table's cells and columns, and on one cell's characters. No chart comes near them; a model that
repeats itself does, and one long cell with a large colspan would otherwise become gigabytes of JSON."""

MAX_LENGTH = 40_000
"""Characters of a model's text that are parsed: more than the profiles let their models write for any real table."""

Parser = Callable[[str, Sequence[float] | None], ChartTable]

SPECIAL_TOKEN = re.compile(r"<\|[^|<>]{1,32}\|>")
"""`<|im_end|>` and its like, which stay in a text that is decoded with its special tokens."""


def bounded(parse: Parser) -> Parser:
    """The parser for the first `MAX_LENGTH` characters; a table of a longer text is marked as cut."""

    @wraps(parse)
    def parse_bounded(text: str, confidence: Sequence[float] | None = None) -> ChartTable:
        if len(text) <= MAX_LENGTH:
            return parse(text, confidence)
        return replace(parse(text[:MAX_LENGTH], confidence and confidence[:MAX_LENGTH]), cut=True)

    return parse_bounded


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

    filled = [row for row in rows if row]
    width = min(max(map(len, filled), default=0), MAX_COLUMNS)
    kept = [row[:width] for row in filled[: MAX_CELLS // max(width, 1)]]
    grid = [tuple(map(cell_of, row)) + (Cell("", confidence=0.0),) * (width - len(row)) for row in kept]
    cut = len(kept) < len(filled) or any(
        len(row) > width or any(len(piece.text) > MAX_TEXT for piece in row[:width]) for row in filled[: len(kept)]
    )
    heading = _build_cell(title, confidence) if title else None
    if heading is not None and not heading.text:
        heading = None
    return ChartTable(columns=grid[0] if grid else (), rows=tuple(grid[1:]), title=heading, kind=kind, cut=cut)


def _build_cell(piece: Piece, confidence: Sequence[float] | None) -> Cell:
    text = " ".join(SPECIAL_TOKEN.sub(" ", piece.text[: 4 * MAX_TEXT]).split())[:MAX_TEXT].rstrip()
    if confidence is None:
        return Cell(text, number=parse_number(text))
    least = 1.0
    for probability in confidence[piece.start : piece.end]:
        if not probability >= least:  # less, or not a number
            least = probability if probability > 0 else 0.0
    return Cell(text, float(least), parse_number(text))

"""A table of a document."""

from dataclasses import dataclass

from serve_app.domain.number import Number


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell of a table in a document: its place in the grid from 0, its spans, text, and the number that it prints."""

    text: str
    row: int
    column: int
    row_span: int = 1
    column_span: int = 1
    number: Number | None = None


@dataclass(frozen=True, slots=True)
class TableGrid:
    """A table of a document: every place of its rows x columns is in one cell; cells go by rows.

    `confidence` in [0, 1] is how far two ways of reading the table agree.
    """

    rows: int
    columns: int
    cells: tuple[GridCell, ...]
    confidence: float = 1.0

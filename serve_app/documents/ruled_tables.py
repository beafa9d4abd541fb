"""Tables that a page draws with straight lines, found without a model."""

from collections.abc import Sequence

from serve_app.documents.grouping import covers
from serve_app.documents.page import Drawing, DrawingRole
from serve_app.documents.placed_text import PlacedText
from serve_app.documents.table_geometry import read_by_geometry
from serve_app.domain import Box

MIN_LINES = 4
"""Straight lines of a table whose text covers little of it."""

MAX_BOXES = 2
"""Filled boxes of a table: those behind its headings. The bars of a chart are more."""

MIN_ROWS, MIN_COLUMNS = 2, 2

MIN_FILLED = 0.5
"""Share of the cells that hold text."""


def find_ruled_tables(drawings: Sequence[Drawing], words: Sequence[PlacedText]) -> list[Box]:
    """The boxes of drawings that are the lines of a table: straight, with words in rows and columns between them."""
    return [
        drawing.box
        for drawing in drawings
        if _is_straight(drawing) and _is_grid([word for word in words if covers(drawing.box, word.box)])
    ]


def _is_straight(drawing: Drawing) -> bool:
    if drawing.images or drawing.shadings or drawing.curves:
        return False
    framed = drawing.role is DrawingRole.FRAME and drawing.lines + drawing.boxes > 1
    return framed or (drawing.lines >= MIN_LINES and drawing.boxes <= MAX_BOXES)


def _is_grid(words: Sequence[PlacedText]) -> bool:
    grid = read_by_geometry(words)
    if grid is None or grid.rows < MIN_ROWS or grid.columns < MIN_COLUMNS:
        return False
    return sum(bool(cell.text) for cell in grid.cells) >= MIN_FILLED * len(grid.cells)

"""Tables by the cells that a model sees, with the words put into them."""

from collections.abc import Sequence

from serve_app.documents.placed_text import PlacedText
from serve_app.documents.table_grid import Slot, build_grid
from serve_app.domain import Box, TableGrid, TableStructure


def read_by_structure(structure: TableStructure, words: Sequence[PlacedText]) -> TableGrid | None:
    """Put each word into the cell that it lies in, or the nearest one; None where there are no words or no cells."""
    if not structure.cells:
        return None
    contents: list[list[PlacedText]] = [[] for _ in structure.cells]
    for word in words:
        distances = [_measure_distance(word.box, cell.box) for cell in structure.cells]
        contents[distances.index(min(distances))].append(word)
    return build_grid(
        Slot(cell.row, cell.column, cell.row_span, cell.column_span, tuple(inside))
        for cell, inside in zip(structure.cells, contents, strict=True)
    )


def _measure_distance(word: Box, cell: Box) -> tuple[float, float]:
    """How far a word's middle is from a cell, then from the middle of that cell."""
    x, y = (word.left + word.right) / 2, (word.top + word.bottom) / 2
    outside = max(cell.left - x, x - cell.right, 0.0) + max(cell.top - y, y - cell.bottom, 0.0)
    return outside, abs(x - (cell.left + cell.right) / 2) + abs(y - (cell.top + cell.bottom) / 2)

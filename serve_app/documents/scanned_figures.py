"""Figures of a page whose drawing is one picture: there the layout model alone sees them, and OCR's words check it."""

from collections.abc import Sequence

from serve_app.documents.figures import MAX_TEXT, Figure, measure_text
from serve_app.documents.grouping import covers
from serve_app.documents.placed_text import PlacedText
from serve_app.documents.table_geometry import read_by_geometry
from serve_app.domain import Box, Region, RegionKind

MIN_ROWS, MIN_COLUMNS = 3, 2
"""Of a table without lines."""

FULL = 0.85
"""Share of a table's cells that hold text. The labels of a chart fill two thirds of a grid at most."""


def check_figures_of_scan(
    regions: Sequence[Region], lines: Sequence[Box], words: Sequence[PlacedText]
) -> tuple[list[Figure], list[Region]]:
    """The layout model's figures from top to bottom, and the tables that it takes for figures.

    The model also takes whole pages of narrow columns for a figure; such text is neither.

    Args:
        regions: what the model found.
        lines: the boxes of the lines of text.
        words: the words in them.
    """
    figures: list[Figure] = []
    tables: list[Region] = []
    for region in sorted(regions, key=lambda region: (region.box.top, region.box.left)):
        if region.kind is not RegionKind.FIGURE or measure_text(region.box, lines) > MAX_TEXT:
            continue
        if _is_full_grid([word for word in words if covers(region.box, word.box)]):
            tables.append(Region(RegionKind.TABLE, region.box, region.score))
        else:
            figures.append(Figure(region.box, region.score))
    return figures, tables


def _is_full_grid(words: Sequence[PlacedText]) -> bool:
    grid = read_by_geometry(words)
    if grid is None or grid.rows < MIN_ROWS or grid.columns < MIN_COLUMNS:
        return False
    return sum(bool(cell.text) for cell in grid.cells) >= FULL * grid.rows * grid.columns

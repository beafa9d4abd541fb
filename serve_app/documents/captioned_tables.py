"""Tables without lines that the layout model misses: rows of short texts under the caption of a table."""

from collections.abc import Sequence

from serve_app.documents.caption_lines import names_table
from serve_app.documents.paragraphs import Printed
from serve_app.documents.placed_text import PlacedText
from serve_app.documents.table_grid import group_rows
from serve_app.domain import Box
from serve_app.tables.numbers import parse_number

REACH = 3.0
"""Heights of a line between a caption and the first row of its table."""

PROSE = 15.0
"""Heights of a line that a text in a cell is wide at most."""

MIN_ROWS = 3

MIN_NUMBERS = 0.2
"""Share of the texts that are numbers."""

STEP = 1.6
"""Distances of the first two rows within which each following row stands."""


def find_captioned_tables(lines: Sequence[Printed], captions: Sequence[Printed], taken: Sequence[Box]) -> list[Box]:
    """The boxes of tables that stand under their captions.

    Args:
        lines: the page's lines, parted where cells are.
        captions: as `find_captions` gave them.
        taken: boxes of the tables and figures that are known.
    """
    texts = [PlacedText(line.text, line.box) for line in lines]
    found = (_follow(caption, texts) for caption in captions if names_table(caption.text))
    return [box for box in found if box is not None and not any(box.intersect(other).area for other in taken)]


def _follow(caption: Printed, texts: Sequence[PlacedText]) -> Box | None:
    below = [text for text in texts if text.box.top >= caption.box.bottom and text.box.bottom > caption.box.bottom]
    rows: list[list[PlacedText]] = []
    step = 0.0
    for row in group_rows(below):
        cells = _take_cells(row, caption)
        if not cells:
            continue
        top = min(cell.box.top for cell in cells)
        previous = min(cell.box.top for cell in rows[-1]) if rows else caption.box.bottom
        if top - previous > (STEP * step if step else REACH * max(cell.box.height for cell in cells)):
            break
        if len(cells) < 2 or any(cell.box.width > PROSE * cell.box.height for cell in cells):
            break
        if len(rows) == 1:
            step = top - previous
        rows.append(cells)
    cells = [cell for row in rows for cell in row]
    numbers = sum(parse_number(cell.text) is not None for cell in cells)
    if len(rows) < MIN_ROWS or numbers < MIN_NUMBERS * len(cells):
        return None
    return Box.around([cell.box for cell in cells])


def _take_cells(row: Sequence[PlacedText], caption: Printed) -> list[PlacedText]:
    """The texts of a row from the caption's left on, up to the prose of another column."""
    cells: list[PlacedText] = []
    for text in row:
        height = text.box.height
        if text.box.right <= caption.box.left or text.box.left < caption.box.left - 2 * height:
            continue
        if text.box.width > PROSE * height and (cells or text.box.left > caption.box.right):
            break
        cells.append(text)
    return cells

"""OTSL, the table language of MinerU2.5 (Lysak et al. 2023, https://arxiv.org/abs/2305.03393).

Each cell is a tag, then its text: `<fcel>` a cell, `<ecel>` an empty one, `<lcel>`, `<ucel>` and `<xcel>` the
continuation of the cell to the left, above, and both; `<nl>` ends a row. Docling's `<ched>`, `<rhed>` and `<srow>`
(headers and section rows) are read as cells.
"""

import re
from collections.abc import Sequence

from serve_app.domain import ChartTable
from serve_app.tables.grid import MAX_CELLS, MAX_COLUMNS, Piece, bounded, build_table, cut_piece

TAG = re.compile(r"<(fcel|ecel|lcel|ucel|xcel|nl|ched|rhed|srow)>")


@bounded
def parse(text: str, confidence: Sequence[float] | None = None) -> ChartTable:
    """Read OTSL; a cell that spans several is repeated in each. Text before the first tag is ignored. Never raises.

    `confidence[i]` is the probability of the token that wrote character i.
    """
    rows: list[list[Piece]] = [[]]
    cells = 0
    tags = list(TAG.finditer(text))
    ends = [tag.start() for tag in tags[1:]] + [len(text)]
    for tag, end in zip(tags, ends, strict=False):
        if cells >= MAX_CELLS:
            break
        row = rows[-1]
        if tag[1] == "nl":
            rows.append([])
        elif len(row) < MAX_COLUMNS:
            row.append(_read_cell(text, tag, end, rows))
            cells += 1
    return build_table(rows, confidence)


def _read_cell(text: str, tag: re.Match[str], end: int, rows: list[list[Piece]]) -> Piece:
    row = rows[-1]
    above = rows[-2] if len(rows) > 1 else []
    if tag[1] == "lcel" and row:
        return row[-1]
    if tag[1] in ("ucel", "xcel") and len(row) < len(above):
        return above[len(row)]
    piece = cut_piece(text, tag.end(), end)
    return piece if piece.text else Piece("", tag.start(), tag.end())

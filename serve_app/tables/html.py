"""Tables written as HTML: spans filled, entities decoded, unclosed and foreign tags tolerated.

The tags are found by one regular expression, in linear time: the standard library's HTMLParser takes minutes for some
malformed texts (CVE-2025-6069), and a model that repeats itself writes such texts.
"""

import re
from collections.abc import Iterator, Sequence
from html import unescape as unescape_html

from serve_app.domain import ChartTable
from serve_app.tables.grid import MAX_CELLS, MAX_COLUMNS, Piece, bounded, build_table

_TAG = re.compile(r"<(?P<close>/?)(?P<name>[a-z][a-z0-9]*)\b(?P<attributes>[^<>]*)>|<!--[^<>]*>", re.IGNORECASE)
_SPAN = re.compile(r"\b(row|col)span\s*=\s*[\"']?\s*(\d{1,4})\b", re.IGNORECASE)
_LONG_REFERENCE = re.compile(r"&#(?:[xX][0-9a-fA-F]{9,}|[0-9]{9,});?")
"""Of no character: `html.unescape` reads its digits as one number, which Python refuses from 4,300 digits on."""
_BORDERS = ("table", "tr", "td", "th", "caption")

SourceCell = tuple[Piece, int, int]
"""A cell with its rowspan and colspan."""

_Carried = dict[int, tuple[Piece, int]]
"""By column: a cell from above, and over how many rows it still reaches."""


@bounded
def parse(text: str, confidence: Sequence[float] | None = None) -> ChartTable:
    """Read the first table of a text; a cell that spans several is repeated in each. Never raises.

    `confidence[i]` is the probability of the token that wrote character i.
    """
    rows: list[list[SourceCell]] = []
    caption = None
    for tag, attributes, piece in _find_cells(text):
        if tag == "caption":
            caption = piece
        elif tag == "tr" or (tag in ("td", "th") and not rows):
            rows.append([])
        if tag in ("td", "th"):
            spans = {name.lower(): max(1, int(count)) for name, count in _SPAN.findall(attributes)}
            rows[-1].append((piece, spans.get("row", 1), spans.get("col", 1)))
    return build_table(_lay_out(rows), confidence, caption)


def _find_cells(text: str) -> Iterator[tuple[str, str, Piece]]:
    """The name and attributes of each opening tag of the first table, and what stands until the next border.

    A table inside a cell is part of the cell's text.
    """
    nested = 0
    filled = False
    opening: re.Match[str] | None = None
    for tag in _TAG.finditer(text):
        name = (tag["name"] or "").lower()
        if name not in _BORDERS:
            continue
        is_cell = opening is not None and opening["name"].lower() in ("td", "th")
        if nested or (name == "table" and is_cell and not tag["close"]):
            nested += (-1 if tag["close"] else 1) * (name == "table")
            continue
        if opening is not None:
            yield _read_cell(text, opening, tag.start())
            filled = filled or is_cell
        if name == "table" and tag["close"] and filled:
            return
        opening = None if tag["close"] else tag
    if opening is not None:
        yield _read_cell(text, opening, len(text))


def _read_cell(text: str, opening: re.Match[str], end: int) -> tuple[str, str, Piece]:
    content = unescape(_TAG.sub(_replace_tag, text[opening.end() : end]))
    return opening["name"].lower(), opening["attributes"], Piece(content, opening.end(), max(end, opening.end() + 1))


def unescape(text: str) -> str:
    """Decode entities and character references; those beyond Unicode become the replacement character. Never raises."""
    return unescape_html(_LONG_REFERENCE.sub("\N{REPLACEMENT CHARACTER}", text))


def _replace_tag(tag: re.Match[str]) -> str:
    """Line and paragraph breaks separate words, bold and the like do not."""
    return " " if (tag["name"] or "").lower() in ("br", "p", "div", "li", *_BORDERS) else ""


def _lay_out(rows: Sequence[Sequence[SourceCell]]) -> list[list[Piece]]:
    """Repeat each cell over the columns and rows that it spans; rowspans end with the last row."""
    grid: list[list[Piece]] = []
    carried: _Carried = {}
    cells = 0
    for source in rows:
        row: list[Piece] = []
        below: _Carried = {}
        for piece, rowspan, colspan in source:
            _fill(row, carried, below)
            for _ in range(min(colspan, MAX_COLUMNS - len(row))):
                _append(row, below, piece, rowspan)
        _fill(row, carried, below)
        carried = below
        grid.append(row)
        cells += len(row)
        if cells > MAX_CELLS:
            break
    return grid


def _fill(row: list[Piece], carried: _Carried, below: _Carried) -> None:
    """Append the cells that reach into this row from above, up to the next free column."""
    while len(row) in carried:
        _append(row, below, *carried[len(row)])


def _append(row: list[Piece], below: _Carried, piece: Piece, rowspan: int) -> None:
    if rowspan > 1:
        below[len(row)] = (piece, rowspan - 1)
    row.append(piece)

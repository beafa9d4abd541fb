"""Tables written as HTML: spans filled, entities decoded, unclosed and foreign tags tolerated."""

import re
from collections.abc import Sequence
from contextlib import suppress
from html.parser import HTMLParser
from itertools import accumulate

from serve_app.domain import ChartTable
from serve_app.tables.grid import MAX_CELLS, MAX_COLUMNS, Piece, build_table

MAX_LENGTH = 200_000
"""Characters that are looked at; the longest answer of a chart model is a tenth of that."""

_BREAKING = {"br", "p", "div", "li"}
_SPAN = re.compile(r"\s*(\d{1,4})\s*")

SourceCell = tuple[Piece, int, int]
"""A cell with its rowspan and colspan."""

_Carried = dict[int, tuple[Piece, int]]
"""By column: a cell from above, and over how many rows it still reaches."""


def parse(text: str, confidence: Sequence[float] | None = None) -> ChartTable:
    """Read the first table of a text; a cell that spans several is repeated in each. Never raises.

    `confidence[i]` is the probability of the token that wrote character i; a cell counts from its opening tag's end.
    """
    reader = _TableReader()
    reader.read(text[:MAX_LENGTH])
    return build_table(_lay_out(reader.rows), confidence, reader.caption)


class _TableReader(HTMLParser):
    """Collects the rows and the caption of the first table, also where the `<table>` tag itself is missing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[SourceCell]] = []
        self.caption: Piece | None = None
        self._line_starts = [0]
        self._open: str | None = None
        self._start = 0
        self._spans = (1, 1)
        self._texts: list[str] = []
        self._nested = 0
        self._done = False

    def read(self, text: str) -> None:
        self._line_starts = list(accumulate((len(line) + 1 for line in text.split("\n")), initial=0))
        with suppress(AssertionError):  # the standard library's answer to a malformed "<!["
            self.feed(text)
            self.close()
        self._close_cell(len(text))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._done:
            return
        if tag == "table" and self._open in ("td", "th"):
            self._nested += 1
        if self._nested or tag in _BREAKING:
            self._texts.append(" ")
        elif tag in ("td", "th", "caption"):
            self._close_cell(self._offset())
            self._open, self._start = tag, self._offset() + len(self.get_starttag_text() or "")
            values = dict(attrs)
            self._spans = (_read_span(values.get("rowspan")), _read_span(values.get("colspan")))
        elif tag == "tr":
            self._close_cell(self._offset())
            self.rows.append([])

    def handle_endtag(self, tag: str) -> None:
        if tag == "table" and self._nested:
            self._nested -= 1
        elif tag == "table":
            self._close_cell(self._offset())
            self._done = self._done or bool(self.rows)
        elif tag in ("td", "th", "tr", "caption") and not self._nested:
            self._close_cell(self._offset())

    def handle_data(self, data: str) -> None:
        if self._open:
            self._texts.append(data)

    def _close_cell(self, end: int) -> None:
        text, tag = "".join(self._texts), self._open
        self._texts, self._open = [], None
        if tag is None or self._done:
            return
        piece = Piece(text, self._start, max(end, self._start + 1))
        if tag == "caption":
            self.caption = piece
            return
        if not self.rows:
            self.rows.append([])
        self.rows[-1].append((piece, *self._spans))

    def _offset(self) -> int:
        """The current tag's first character, counted from the start of the text."""
        line, column = self.getpos()
        return self._line_starts[line - 1] + column


def _read_span(value: str | None) -> int:
    match = _SPAN.fullmatch(value or "")
    return max(1, int(match[1])) if match else 1


def _lay_out(rows: Sequence[Sequence[SourceCell]]) -> list[list[Piece]]:
    """Repeat each cell over the columns and rows that it spans; rowspans end with the last row."""
    grid: list[list[Piece]] = []
    carried: _Carried = {}
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
        if sum(map(len, grid)) > MAX_CELLS:
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

r"""Tables drawn with pipes: Markdown, and the plainer rows of PP-Chart2Table, PaddleOCR-VL and DePlot.

Markdown has outer pipes and a row of dashes under the header:

    | Year | A |
    | --- | --- |
    | 2018 | 104.22 |

PP-Chart2Table and PaddleOCR-VL write neither (`Year | A\n2018 | 104.22`); DePlot ends its rows with the text
`<0x0A>` and begins with `TITLE | …` (Liu et al. 2023, https://arxiv.org/abs/2212.10505).
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from serve_app.domain import ChartTable
from serve_app.tables.grid import SPECIAL_TOKEN, Piece, bounded, build_table, cut_piece

_LINE_BREAK = re.compile(r"\r\n?|\n|(?<!\\)<0x0A>")
_PIPE = re.compile(rf"\\.|{SPECIAL_TOKEN.pattern}|(\|)", re.DOTALL)
_RULE = re.compile(r":?-{2,}:?|:-+:?|-+:")
_ESCAPE = re.compile(r"\\([\\|*`<\[\]_#&%$~])")  # Markdown's, and those that models escape as in LaTeX ("12\%")
_EMPHASIS = re.compile(r"(\*\*|`)(?=\S)(.+?)(?<=\S)\1")
_TITLE_LINE = re.compile(r"\*\*(.+)\*\*|#{1,6}\s(.+)", re.DOTALL)


class Line(NamedTuple):
    """Characters [start, end) of the text, and where its pipes are."""

    start: int
    end: int
    pipes: list[int]


@bounded
def parse(text: str, confidence: Sequence[float] | None = None) -> ChartTable:
    """Read the longest table of pipe rows in a text; a bold line or heading above it is its title. Never raises.

    `confidence[i]` is the probability of the token that wrote character i.
    """
    before, lines = _find_table(text)
    title = _read_title(text, before)
    outer = [_find_outer(text, line) for line in lines]
    framed = 2 * sum(left for left, _ in outer) > len(lines)
    rows = [
        _split(text, line, ends, framed) for line, ends in zip(lines, outer, strict=True) if any(ends) or not framed
    ]
    ruled = [all(_RULE.fullmatch(piece.text) for piece in row) for row in rows]
    if not any(ruled[:2]) and rows and len(rows[0]) == 2 and rows[0][0].text == "TITLE":
        title = rows.pop(0)[1]
        ruled.pop(0)
    kept = [row for row, is_rule in zip(rows, ruled, strict=True) if not is_rule]
    return build_table([[_unmark(piece) for piece in row] for row in kept], confidence, title)


def _find_table(text: str) -> tuple[Line | None, list[Line]]:
    """The line before the longest run of lines with pipes, and the run. Empty lines do not end a run."""
    breaks = [(match.start(), match.end()) for match in _LINE_BREAK.finditer(text)]
    edges = [(0, 0), *breaks, (len(text), len(text))]
    best: tuple[Line | None, list[Line]] = (None, [])
    before: Line | None = None
    run: list[Line] = []
    for (_, start), (end, _) in pairwise(edges):
        if not text[start:end].strip():
            continue
        line = Line(start, end, _find_pipes(text, start, end))
        if line.pipes:
            run.append(line)
        else:
            before, run = line, []
        if len(run) > len(best[1]):
            best = (before, run)
    return best


def _find_pipes(text: str, start: int, end: int) -> list[int]:
    return [match.start() for match in _PIPE.finditer(text, start, end) if match[1]]


def _find_outer(text: str, line: Line) -> tuple[bool, bool]:
    """Whether the first pipe of a line has nothing before it, and the last nothing behind it."""
    before, behind = text[line.start : line.pipes[0]], text[line.pipes[-1] + 1 : line.end]
    return not before.strip(), not SPECIAL_TOKEN.sub("", behind).strip()


def _split(text: str, line: Line, outer: tuple[bool, bool], framed: bool) -> list[Piece]:
    """Cut a row at its pipes. An outer pipe frames the table where most rows have one, else it ends an empty cell."""
    borders = [line.start - 1, *line.pipes, line.end]
    if framed and outer[0]:
        borders.pop(0)
    if framed and outer[1] and len(borders) > 2:
        borders.pop()
    return [cut_piece(text, left + 1, right) for left, right in pairwise(borders)]


def _read_title(text: str, line: Line | None) -> Piece | None:
    if line is None:
        return None
    piece = cut_piece(text, line.start, line.end)
    match = _TITLE_LINE.fullmatch(text, piece.start, piece.end)
    return _unmark(cut_piece(text, *match.span(match.lastindex or 0))) if match else None


def _unmark(piece: Piece) -> Piece:
    """Without Markdown's bold or code marks round the whole cell, and without its backslashes."""
    emphasis = _EMPHASIS.fullmatch(piece.text)
    text = emphasis[2] if emphasis else piece.text
    return Piece(_ESCAPE.sub(r"\1", text), piece.start, piece.end)

"""The order in which a page is read."""

from collections.abc import Iterable

from serve_app.domain import TextLine

ROW = 10.0
"""Pixels within which two lines count as standing on the same row."""


def sort_lines(lines: Iterable[TextLine]) -> list[TextLine]:
    """Sort from top to bottom, and from left to right within a row, by each line's first corner.

    The rule of PaddleOCR (`SortQuadBoxes` of PaddleX), so that a page read in tiles has the order of one read whole.
    """
    ordered = sorted(lines, key=lambda line: (line.polygon[0][1], line.polygon[0][0]))
    for last in range(1, len(ordered)):
        for index in range(last, 0, -1):
            (above_x, above_y), (x, y) = ordered[index - 1].polygon[0], ordered[index].polygon[0]
            if abs(y - above_y) >= ROW or x >= above_x:
                break
            ordered[index - 1], ordered[index] = ordered[index], ordered[index - 1]
    return ordered

"""The order in which a page is read."""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable

from serve_app.domain import TextLine

ROW = 10.0
"""Pixels within which two lines count as standing on the same row."""


def sort_lines(lines: Iterable[TextLine]) -> list[TextLine]:
    """Sort from top to bottom, and from left to right within a row, by each line's first corner.

    The rule of PaddleOCR (`SortQuadBoxes` of PaddleX), so that a page read in tiles has the order of one read whole:
    from the top down, each line moves before those at the end of the order that stand on its row and right of it.

    That end is kept sorted from left to right. A line that stands higher than the row is never passed again, nor is
    what comes before it; the highest lines reach that state first, so that each is looked at once.
    """
    ordered: list[TextLine] = []
    row: list[tuple[float, int]] = []  # x, and the line's number from the top
    by_height = sorted(lines, key=lambda line: (line.polygon[0][1], line.polygon[0][0]))
    highest: deque[int] = deque()
    passed: set[int] = set()
    for number, line in enumerate(by_height):
        x, y = line.polygon[0]
        while highest and y - by_height[highest[0]].polygon[0][1] >= ROW:
            barrier = highest.popleft()
            if barrier in passed:
                continue
            end = bisect_left(row, (by_height[barrier].polygon[0][0], barrier)) + 1
            ordered += [by_height[index] for _, index in row[:end]]
            passed.update(index for _, index in row[:end])
            del row[:end]
        insort(row, (x, number))
        highest.append(number)
    return ordered + [by_height[index] for _, index in row]

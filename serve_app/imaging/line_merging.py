"""Lines of a page that was read in overlapping tiles: which are the same, and which are halves of one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

from serve_app.domain import Point, TextLine, Word
from serve_app.imaging.coordinates import Box, find_bounds

SAME_SHARE = 0.5
"""Two outlines are of the same print if they share this part of the smaller one."""

ROW_SHARE = 0.6
"""Two halves stand on one row if they share this part of the lower one's height."""

AGREEMENT = 0.4
"""Two halves are of one line if they agree on this part of the characters that both of them should have seen."""

SLACK = 4
"""Characters looked at beyond those that both halves should have seen: widths differ from letter to letter."""


CELL_WIDTH, CELL_HEIGHT = 96, 48
"""Pixels of the grid's cells: about a word of enlarged print, and two lines."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A line as one tile saw it, in pixels of the page, and which borders of the tile it reaches."""

    line: TextLine
    tile: int
    cut_left: bool = False
    cut_right: bool = False
    cut_across: bool = False
    box: Box = field(init=False)
    area: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "box", find_bounds(self.line.polygon))
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = self.line.polygon
        object.__setattr__(self, "area", abs((cx - ax) * (dy - by) - (dx - bx) * (cy - ay)) / 2)

    @property
    def whole(self) -> bool:
        """Whether the tile saw all of the line."""
        return not (self.cut_left or self.cut_right or self.cut_across)


def drop_duplicates(fragments: Iterable[Fragment]) -> list[Fragment]:
    """Keep one of each group of fragments that are the same print: the whole ones first, then the largest.

    Fragments of one tile are never compared: they are what OCR told apart.
    """
    kept = Neighbourhood()
    for fragment in sorted(fragments, key=lambda f: (not f.whole, -f.area, -f.line.score)):
        if not any(_are_same(other, fragment) for other in kept.find(fragment)):
            kept.add(fragment)
    return kept.fragments


def join_halves(fragments: Iterable[Fragment]) -> list[Fragment]:
    """Join lines that were cut at a border between a left and a right tile, from left to right."""
    ordered = sorted(fragments, key=lambda f: f.box[0])
    right_halves = Neighbourhood()
    for fragment in ordered:
        if fragment.cut_left:
            right_halves.add(fragment)
    used: set[int] = set()
    joined = []
    for fragment in ordered:
        if id(fragment) in used:
            continue
        used.add(id(fragment))
        left = fragment
        while left.cut_right:
            halves = [
                (right, text)
                for right in right_halves.find(left)
                if id(right) not in used and _are_halves(left, right) and (text := _join_texts(left, right))
            ]
            if not halves:
                break
            right, text = max(halves, key=lambda half: _share_row(left, half[0]))
            used.add(id(right))
            left = _join(left, right, text)
        joined.append(left)
    return joined


class Neighbourhood:
    """Fragments by the cells of a grid that their boxes touch, so that each is compared with those near it only."""

    def __init__(self) -> None:
        self.fragments: list[Fragment] = []
        self._cells: dict[tuple[int, int], list[Fragment]] = {}

    def add(self, fragment: Fragment) -> None:
        """Remember a fragment."""
        self.fragments.append(fragment)
        for cell in _list_cells(fragment.box):
            self._cells.setdefault(cell, []).append(fragment)

    def find(self, fragment: Fragment) -> Iterable[Fragment]:
        """Those whose boxes may overlap that of this fragment, each once, in the order in which they were added."""
        found = [other for cell in _list_cells(fragment.box) for other in self._cells.get(cell, ())]
        return {id(other): other for other in found}.values()


def _list_cells(box: Box) -> list[tuple[int, int]]:
    left, top, right, bottom = box
    return [
        (column, row)
        for row in range(int(top) // CELL_HEIGHT, int(bottom) // CELL_HEIGHT + 1)
        for column in range(int(left) // CELL_WIDTH, int(right) // CELL_WIDTH + 1)
    ]


def find_area(polygon: Sequence[Point]) -> float:
    """Area of a polygon in square pixels, by the shoelace formula."""
    return abs(
        sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(polygon, [*polygon[1:], *polygon[:1]], strict=True)) / 2
    )


def intersect(subject: Sequence[Point], clip: Sequence[Point]) -> list[Point]:
    """The common part of two convex polygons, clockwise with y down, by Sutherland and Hodgman (1974).

    `clip` must have an area.
    """
    result = list(subject)
    for (ax, ay), (bx, by) in zip(clip, [*clip[1:], *clip[:1]], strict=True):
        corners, result = result, []
        sides = [(bx - ax) * (y - ay) - (by - ay) * (x - ax) for x, y in corners]
        for index, ((x, y), side) in enumerate(zip(corners, sides, strict=True)):
            (px, py), previous = corners[index - 1], sides[index - 1]
            if (side < 0) != (previous < 0):
                part = previous / (previous - side)
                result.append((px + part * (x - px), py + part * (y - py)))
            if side >= 0:
                result.append((x, y))
    return result


def _are_same(a: Fragment, b: Fragment) -> bool:
    if a.tile == b.tile or _overlap(a.box, b.box, 0) <= 0 or _overlap(a.box, b.box, 1) <= 0:
        return False
    if _are_halves(a, b) or _are_halves(b, a):
        return False
    smaller = min(a.area, b.area)
    return smaller > 0 and find_area(intersect(a.line.polygon, b.line.polygon)) >= SAME_SHARE * smaller


def _are_halves(left: Fragment, right: Fragment) -> bool:
    """Whether the right one goes on where the left one is cut."""
    return (
        left.tile != right.tile
        and left.cut_right
        and right.cut_left
        and left.box[0] < right.box[0] <= left.box[2] < right.box[2]
        and _share_row(left, right) >= ROW_SHARE
    )


def _share_row(a: Fragment, b: Fragment) -> float:
    lower = min(a.box[3] - a.box[1], b.box[3] - b.box[1])
    return _overlap(a.box, b.box, 1) / lower if lower > 0 else 0.0


def _overlap(a: Sequence[float], b: Sequence[float], axis: int) -> float:
    return min(a[axis + 2], b[axis + 2]) - max(a[axis], b[axis])


def _join_texts(left: Fragment, right: Fragment) -> str | None:
    """The text of both halves, joined at the longest run of characters that they share in the overlap.

    What stands beside that run is dropped from the half whose border is near: there OCR saw letters cut in two.
    """
    start, end = left.line.text, right.line.text
    shared = _overlap(left.box, right.box, 0) / (left.box[2] - left.box[0]) * len(start)
    reach = round(shared) + SLACK
    tail, head = start[-reach:], end[:reach]
    match = SequenceMatcher(None, tail, head, autojunk=False).find_longest_match()
    if match.size < max(1, AGREEMENT * shared):
        return None
    return start[: len(start) - len(tail) + match.a + match.size] + end[match.b + match.size :]


def _join(left: Fragment, right: Fragment, text: str) -> Fragment:
    (top_left, _, _, bottom_left), (_, top_right, bottom_right, _) = left.line.polygon, right.line.polygon
    line = replace(
        left.line,
        text=text,
        score=min(left.line.score, right.line.score),
        polygon=(top_left, top_right, bottom_right, bottom_left),
        words=_join_words(left.line.words, right.line.words),
    )
    return Fragment(line, right.tile, left.cut_left, right.cut_right, left.cut_across or right.cut_across)


def _join_words(left: Sequence[Word], right: Sequence[Word]) -> tuple[Word, ...]:
    """The left half's words but the last, which the border cuts, and the right half's words beyond them."""
    if not left or not right:
        return ()
    reach = max((x for word in left[:-1] for x, _ in word.polygon), default=float("-inf"))
    return *left[:-1], *(word for word in right if sum(x for x, _ in word.polygon) / 4 > reach)

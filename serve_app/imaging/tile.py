"""Cuts a page into overlapping tiles, and puts the lines that were read in them together again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from serve_app.domain import Polygon, Size, TextLine
from serve_app.imaging.coordinates import find_bounds
from serve_app.imaging.line_merging import Fragment, drop_duplicates, join_halves
from serve_app.imaging.line_order import sort_lines

CUT_MARGIN = 2.0
"""Pixels. A line that ends this close to a tile's inner border goes on beyond it."""

CUT_GAP = 0.5
"""Of the line's height: a line can also be cut in the space between two words, which leaves this much to the border."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A rectangle of a page, in pixels."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column that lies outside."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """The first row that lies outside."""
        return self.top + self.height


def tile(size: Size, tile_side: int, overlap: int) -> tuple[Tile, ...]:
    """Cover a page with tiles of equal size, row by row.

    Args:
        size: the page, in pixels.
        tile_side: bound on a tile's width and height.
        overlap: what neighbours share at least, less than `tile_side`.

    Raises:
        ValueError: for an overlap that leaves no progress from tile to tile.
    """
    if not 0 <= overlap < tile_side:
        raise ValueError(f"The overlap must be from 0 to {tile_side - 1} pixels, not {overlap}")
    columns = _split(size.width, tile_side, overlap)
    return tuple(
        Tile(left, top, width, height)
        for top, height in _split(size.height, tile_side, overlap)
        for left, width in columns
    )


def merge(lines_per_tile: Sequence[tuple[Tile, Iterable[TextLine]]]) -> list[TextLine]:
    """Bring the lines of all tiles to the page, each once, in reading order.

    What two tiles saw alike is kept once: a line that one of them cut loses to the whole one of the other, and a line
    too long for either is joined from its halves, where the texts of the halves agree in the overlap.

    Args:
        lines_per_tile: the tiles of one page, each with its lines in pixels of the tile.

    Returns:
        The lines in pixels of the page.
    """
    tiles = [part for part, _ in lines_per_tile]
    page = Tile(0, 0, max((t.right for t in tiles), default=0), max((t.bottom for t in tiles), default=0))
    fragments = [
        _place(line, part, index, page) for index, (part, lines) in enumerate(lines_per_tile) for line in lines
    ]
    return sort_lines([fragment.line for fragment in join_halves(drop_duplicates(fragments))])


def _split(length: int, tile_side: int, overlap: int) -> list[tuple[int, int]]:
    """Start and length of the fewest equal pieces that cover `length` with the overlap."""
    count = max(1, -((overlap - length) // (tile_side - overlap)))  # rounded up
    piece = -(-(length + (count - 1) * overlap) // count)
    return [(index * (length - piece) // max(1, count - 1), piece) for index in range(count)]


def _place(line: TextLine, part: Tile, index: int, page: Tile) -> Fragment:
    moved = replace(
        line,
        polygon=_shift(line.polygon, part),
        words=tuple(replace(word, polygon=_shift(word.polygon, part)) for word in line.words),
    )
    left, top, right, bottom = find_bounds(moved.polygon)
    flat = right - left >= bottom - top
    gap = max(CUT_MARGIN, CUT_GAP * min(right - left, bottom - top))
    along, across = (gap, CUT_MARGIN) if flat else (CUT_MARGIN, gap)
    return Fragment(
        line=moved,
        tile=index,
        cut_left=part.left > page.left and left <= part.left + along,
        cut_right=part.right < page.right and right >= part.right - along,
        cut_across=(part.top > page.top and top <= part.top + across)
        or (part.bottom < page.bottom and bottom >= part.bottom - across),
    )


def _shift(polygon: Polygon, part: Tile) -> Polygon:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = polygon
    x, y = part.left, part.top
    return (ax + x, ay + y), (bx + x, by + y), (cx + x, cy + y), (dx + x, dy + y)

"""Maps what was found in a prepared image back to the pixels of the upload."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from serve_app.domain import Box as Rectangle
from serve_app.domain import Cell, ChartTable, Page, Point, Polygon, Size, TextLine

Box = tuple[float, float, float, float]
"""Left, top, right and bottom, in pixels."""

PADDLEX_PLACES = ("dt_polys", "rec_polys", "rec_boxes", "text_word_boxes", "text_word_region")
"""The parts of PaddleX's result that are in pixels: nested lists, the innermost x, y, x, y and so on."""


def find_bounds(polygon: Polygon) -> Box:
    """The upright box round an outline."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = polygon
    return min(ax, bx, cx, dx), min(ay, by, cy, dy), max(ax, bx, cx, dx), max(ay, by, cy, dy)


def scale_point(point: Point, source: Size, target: Size) -> Point:
    """Map a point from an image of one size to the same image in another size, clamped to the image."""
    x, y = point
    return (
        min(max(x * target.width / source.width, 0.0), float(target.width)),
        min(max(y * target.height / source.height, 0.0), float(target.height)),
    )


def map_polygon(polygon: Polygon, to: Callable[[Point], Point]) -> Polygon:
    """Map each of the four corners."""
    a, b, c, d = polygon
    return to(a), to(b), to(c), to(d)


def map_lines(lines: Sequence[TextLine], to: Callable[[Point], Point]) -> tuple[TextLine, ...]:
    """Map text lines with their words."""
    return tuple(
        replace(
            line,
            polygon=map_polygon(line.polygon, to),
            words=tuple(replace(word, polygon=map_polygon(word.polygon, to)) for word in line.words),
        )
        for line in lines
    )


def map_table(table: ChartTable, to: Callable[[Point], Point]) -> ChartTable:
    """Map the places of a table's cells."""

    def move(cell: Cell) -> Cell:
        if cell.place is None:
            return cell
        return replace(cell, place=to(cell.place) if len(cell.place) == 2 else map_polygon(cell.place, to))

    return replace(
        table,
        columns=tuple(map(move, table.columns)),
        rows=tuple(tuple(map(move, row)) for row in table.rows),
        title=move(table.title) if table.title else None,
    )


def rescale_lines(lines: Sequence[TextLine], source: Size, target: Size) -> tuple[TextLine, ...]:
    """Map text lines, with their words, from pixels of `source` to pixels of `target`."""
    if source == target:
        return tuple(lines)
    return map_lines(lines, lambda point: scale_point(point, source, target))


def rescale_page(page: Page, target: Size) -> Page:
    """Map a page, with PaddleX's own result, to pixels of `target`."""
    if page.size == target:
        return page
    places = {
        key: _rescale_nested(page.paddlex[key], page.size, target) for key in PADDLEX_PLACES if key in page.paddlex
    }
    return replace(page, size=target, lines=rescale_lines(page.lines, page.size, target), paddlex=page.paddlex | places)


def rescale_table(table: ChartTable, source: Size, target: Size) -> ChartTable:
    """Map the places of a table's cells from pixels of `source` to pixels of `target`."""
    if source == target:
        return table
    return map_table(table, lambda point: scale_point(point, source, target))


def rescale_box(box: Rectangle, scale: float) -> Rectangle:
    """Map a box from an image to the same image `scale` times as large."""
    return Rectangle(box.left * scale, box.top * scale, box.right * scale, box.bottom * scale)


def move_polygon(polygon: Polygon, x: float, y: float, scale: float) -> Polygon:
    """Move an outline by some pixels, then scale it."""
    return map_polygon(polygon, lambda point: ((point[0] + x) * scale, (point[1] + y) * scale))


def move_table(table: ChartTable, left: float, top: float, scale: float) -> ChartTable:
    """Map the places of a table's cells from a part of an image, scaled by 1 / `scale`, to the image.

    Args:
        table: its places are in pixels of the part.
        left: of the part, in pixels of the image.
        top: of the part, in pixels of the image.
        scale: pixels of the image for one of the part.
    """
    return map_table(table, lambda point: (left + point[0] * scale, top + point[1] * scale))


def _rescale_nested(value: Any, source: Size, target: Size) -> Any:
    """Scale nested lists whose innermost lists alternate x and y; whole numbers stay whole, as PaddleX has them."""
    if value and not isinstance(value[0], Sequence):
        scales = (target.width / source.width, target.height / source.height)
        bounds = (target.width, target.height)
        scaled = [min(max(number * scales[i % 2], 0), bounds[i % 2]) for i, number in enumerate(value)]
        return [round(new) if isinstance(old, int) else new for old, new in zip(value, scaled, strict=True)]
    return [_rescale_nested(part, source, target) for part in value]

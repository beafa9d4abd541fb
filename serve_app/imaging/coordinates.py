"""Maps what was found in a prepared image back to the pixels of the upload."""

from collections.abc import Sequence
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


def scale_polygon(polygon: Polygon, source: Size, target: Size) -> Polygon:
    """Map the four corners as `scale_point` does."""
    a, b, c, d = polygon
    return (
        scale_point(a, source, target),
        scale_point(b, source, target),
        scale_point(c, source, target),
        scale_point(d, source, target),
    )


def rescale_lines(lines: Sequence[TextLine], source: Size, target: Size) -> tuple[TextLine, ...]:
    """Map text lines, with their words, from pixels of `source` to pixels of `target`."""
    if source == target:
        return tuple(lines)
    return tuple(
        replace(
            line,
            polygon=scale_polygon(line.polygon, source, target),
            words=tuple(replace(word, polygon=scale_polygon(word.polygon, source, target)) for word in line.words),
        )
        for line in lines
    )


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

    def move(cells: Sequence[Cell]) -> tuple[Cell, ...]:
        return tuple(_rescale_cell(cell, source, target) for cell in cells)

    return replace(
        table,
        columns=move(table.columns),
        rows=tuple(move(row) for row in table.rows),
        title=_rescale_cell(table.title, source, target) if table.title else None,
    )


def rescale_box(box: Rectangle, scale: float) -> Rectangle:
    """Map a box from an image to the same image `scale` times as large."""
    return Rectangle(box.left * scale, box.top * scale, box.right * scale, box.bottom * scale)


def move_polygon(polygon: Polygon, x: float, y: float, scale: float) -> Polygon:
    """Move an outline by some pixels, then scale it."""
    a, b, c, d = (((px + x) * scale, (py + y) * scale) for px, py in polygon)
    return a, b, c, d


def turn_back(polygon: Polygon, degrees: int, size: Size) -> Polygon:
    """Map an outline from an image that was turned counter-clockwise by 90, 180 or 270 degrees to the image before.

    `size` is that of the image before.
    """
    width, height = float(size.width), float(size.height)

    def turn(x: float, y: float) -> Point:
        if degrees == 90:
            return width - y, x
        return (width - x, height - y) if degrees == 180 else (y, height - x)

    a, b, c, d = (turn(x, y) for x, y in polygon)
    return a, b, c, d


def turn_forth(polygon: Polygon, degrees: int, size: Size) -> Polygon:
    """The reverse of `turn_back`: map an outline from the image before to the turned one."""
    width, height = float(size.width), float(size.height)

    def turn(x: float, y: float) -> Point:
        if degrees == 90:
            return y, width - x
        return (width - x, height - y) if degrees == 180 else (height - y, x)

    a, b, c, d = (turn(x, y) for x, y in polygon)
    return a, b, c, d


def move_table(table: ChartTable, left: float, top: float, scale: float) -> ChartTable:
    """Map the places of a table's cells from a part of an image, scaled by 1 / `scale`, to the image.

    Args:
        table: its places are in pixels of the part.
        left: of the part, in pixels of the image.
        top: of the part, in pixels of the image.
        scale: pixels of the image for one of the part.
    """

    def move(cell: Cell) -> Cell:
        if cell.place is None:
            return cell
        if len(cell.place) == 2:
            x, y = cell.place
            return replace(cell, place=(left + x * scale, top + y * scale))
        return replace(cell, place=move_polygon(cell.place, left / scale, top / scale, scale))

    return replace(
        table,
        columns=tuple(map(move, table.columns)),
        rows=tuple(tuple(map(move, row)) for row in table.rows),
        title=move(table.title) if table.title else None,
    )


def _rescale_cell(cell: Cell, source: Size, target: Size) -> Cell:
    if cell.place is None:
        return cell
    if len(cell.place) == 2:
        return replace(cell, place=scale_point(cell.place, source, target))
    return replace(cell, place=scale_polygon(cell.place, source, target))


def _rescale_nested(value: Any, source: Size, target: Size) -> Any:
    """Scale nested lists whose innermost lists alternate x and y; whole numbers stay whole, as PaddleX has them."""
    if value and not isinstance(value[0], Sequence):
        scales = (target.width / source.width, target.height / source.height)
        bounds = (target.width, target.height)
        scaled = [min(max(number * scales[i % 2], 0), bounds[i % 2]) for i, number in enumerate(value)]
        return [round(new) if isinstance(old, int) else new for old, new in zip(value, scaled, strict=True)]
    return [_rescale_nested(part, source, target) for part in value]

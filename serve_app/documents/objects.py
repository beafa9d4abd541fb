"""What a PDF page draws besides text: images, shadings and paths, also those inside forms, with their places."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

import pypdfium2.raw as pdfium

from serve_app.documents.affine import Affine
from serve_app.documents.page import PlacedImage
from serve_app.domain import Box, Size

MAX_DEPTH = 15
"""Forms inside forms that are followed."""

MAX_SEGMENTS = 200
"""Of a path that is looked at piece by piece; a longer one counts as a curve."""

RULE_THICKNESS = 2.0
"""Points; a filled box that is thinner is a line."""

BACKGROUND = 0.85
"""Share of the page above which a filled box is its background, and an image page-wide."""

_CLIPPED_FROM = 0.01  # share of the page above which an object's clip is looked at
_WHITE = 250  # of 255, in each channel
_SLANT = 0.5  # points by which a horizontal or vertical line may be off


class Kind(Enum):
    """What an object looks like."""

    IMAGE = auto()
    SHADING = auto()
    CURVE = auto()
    """A path with curves or slanted lines."""
    LINE = auto()
    BOX = auto()


@dataclass(frozen=True, slots=True)
class Drawn:
    """One drawn thing, in pixels."""

    kind: Kind
    box: Box


@dataclass(slots=True)
class PageObjects:
    """All that was found on a page."""

    drawn: list[Drawn] = field(default_factory=list)
    images: list[PlacedImage] = field(default_factory=list)
    truncated: bool = False


def read_objects(page: Any, to_pixels: Affine, size: Size, scale: float, limit: int) -> PageObjects:
    """Look at up to `limit` objects of a page.

    Args:
        page: PDFium's handle.
        to_pixels: from the page's own space to pixels.
        size: of the page, in pixels.
        scale: pixels for a point.
        limit: bound on the objects, those inside forms included.
    """
    return _Reader(size, scale, limit).read(page, to_pixels)


class _Reader:
    def __init__(self, size: Size, scale: float, limit: int) -> None:
        self._page = Box(0, 0, size.width, size.height)
        self._scale = scale
        self._left = limit
        self._found = PageObjects()

    def read(self, page: Any, to_pixels: Affine) -> PageObjects:
        count = pdfium.FPDFPage_CountObjects(page)
        self._walk((pdfium.FPDFPage_GetObject(page, index) for index in range(count)), to_pixels, 0)
        return self._found

    def _walk(self, sources: Iterator[Any], to_pixels: Affine, depth: int) -> None:
        for source in sources:
            if self._left <= 0 or depth > MAX_DEPTH:
                self._found.truncated = True
                return
            self._left -= 1
            kind = pdfium.FPDFPageObj_GetType(source)
            if kind == pdfium.FPDF_PAGEOBJ_FORM:
                children = max(0, pdfium.FPDFFormObj_CountObjects(source))
                inner = (pdfium.FPDFFormObj_GetObject(source, index) for index in range(children))
                self._walk(inner, _read_matrix(source).then(to_pixels), depth + 1)
            elif kind != pdfium.FPDF_PAGEOBJ_TEXT and (box := self._place(source, to_pixels)) is not None:
                self._add(source, kind, box, to_pixels)

    def _place(self, source: Any, to_pixels: Affine) -> Box | None:
        """The object's box on the page, cut by its clip; None where nothing of it lies there."""
        left, bottom, right, top = (ctypes.c_float() for _ in range(4))
        if not pdfium.FPDFPageObj_GetBounds(source, left, bottom, right, top):
            return None
        box = to_pixels.map_box(left.value, bottom.value, right.value, top.value)
        if not (box.right >= 0 and box.bottom >= 0 and box.left <= self._page.right and box.top <= self._page.bottom):
            return None
        if box.area > _CLIPPED_FROM * self._page.area:
            clip = _read_clip(source, to_pixels)
            if clip is not None:
                box = box.intersect(clip)
                if box.area <= 0:
                    return None
        return box.intersect(self._page)

    def _add(self, source: Any, kind: int, box: Box, to_pixels: Affine) -> None:
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            width, height = ctypes.c_uint(), ctypes.c_uint()
            pdfium.FPDFImageObj_GetImagePixelSize(source, width, height)
            self._found.images.append(PlacedImage(box, Size(width.value, height.value)))
            self._found.drawn.append(Drawn(Kind.IMAGE, box))
        elif kind == pdfium.FPDF_PAGEOBJ_SHADING:
            self._found.drawn.append(Drawn(Kind.SHADING, box))
        elif kind == pdfium.FPDF_PAGEOBJ_PATH:
            self._add_path(source, box, to_pixels)

    def _add_path(self, source: Any, box: Box, to_pixels: Affine) -> None:
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDFPath_GetDrawMode(source, fill, stroke)
        filled = fill.value != pdfium.FPDF_FILLMODE_NONE and not _is_invisible(source, pdfium.FPDFPageObj_GetFillColor)
        stroked = bool(stroke.value) and not _is_invisible(source, pdfium.FPDFPageObj_GetStrokeColor)
        if not filled and not stroked:
            return
        corners = _read_corners(source)
        pieces = None if corners is None else [_map(piece, to_pixels) for piece in corners]
        straight = pieces is not None and all(_is_axial(piece, self._scale * _SLANT) for piece in pieces)
        if not straight:
            self._found.drawn.append(Drawn(Kind.CURVE, box))
            return
        thin = min(box.width, box.height) <= RULE_THICKNESS * self._scale
        self._found.drawn.append(Drawn(Kind.LINE if thin else Kind.BOX, box))


def _read_matrix(source: Any) -> Affine:
    matrix = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(source, matrix):
        return Affine()
    return Affine(matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)


def _read_clip(source: Any, to_pixels: Affine) -> Box | None:
    """The box of the object's clip, taken as the common part of its paths' boxes; None for no clip."""
    clip = pdfium.FPDFPageObj_GetClipPath(source)
    paths = pdfium.FPDFClipPath_CountPaths(clip) if clip else 0
    common: Box | None = None
    for path in range(min(paths, MAX_DEPTH)):
        segments = pdfium.FPDFClipPath_CountPathSegments(clip, path)
        if not 0 < segments <= MAX_SEGMENTS:
            continue
        points = [_read_point(pdfium.FPDFClipPath_GetPathSegment(clip, path, index)) for index in range(segments)]
        mapped = [to_pixels.apply(*point) for point in points]
        xs, ys = [x for x, _ in mapped], [y for _, y in mapped]
        box = Box(min(xs), min(ys), max(xs), max(ys))
        common = box if common is None else common.intersect(box)
    return common


def _read_point(segment: Any) -> tuple[float, float]:
    x, y = ctypes.c_float(), ctypes.c_float()
    pdfium.FPDFPathSegment_GetPoint(segment, x, y)
    return x.value, y.value


Piece = tuple[float, float, float, float]


def _read_corners(source: Any) -> list[Piece] | None:
    """The straight pieces of a path, in its own space; None where it has curves, or too many pieces."""
    count = pdfium.FPDFPath_CountSegments(source)
    if not 0 < count <= MAX_SEGMENTS:
        return None
    matrix = _read_matrix(source)
    pieces: list[Piece] = []
    first = last = (0.0, 0.0)
    for index in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(source, index)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == pdfium.FPDF_SEGMENT_BEZIERTO:
            return None
        point = matrix.apply(*_read_point(segment))
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            first = point
        elif point != last:
            pieces.append((*last, *point))
        if pdfium.FPDFPathSegment_GetClose(segment) and point != first:
            pieces.append((*point, *first))
        last = point
    return pieces


def _map(piece: Piece, to_pixels: Affine) -> Piece:
    return (*to_pixels.apply(piece[0], piece[1]), *to_pixels.apply(piece[2], piece[3]))


def _is_axial(piece: Piece, slack: float) -> bool:
    return abs(piece[0] - piece[2]) <= slack or abs(piece[1] - piece[3]) <= slack


def _is_invisible(source: Any, read_colour: Any) -> bool:
    """White or transparent."""
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not read_colour(source, red, green, blue, alpha):
        return False
    return alpha.value == 0 or min(red.value, green.value, blue.value) >= _WHITE

"""A PDF, opened by PDFium. Only for the process that `worker` bounds: hostile files abort it."""

import ctypes
import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from serve_app.documents.affine import Affine
from serve_app.documents.characters import Character, read_characters
from serve_app.documents.clusters import find_drawings
from serve_app.documents.limits import DocumentLimits
from serve_app.documents.lines import build_lines
from serve_app.documents.objects import read_objects
from serve_app.documents.page import DocumentPage, PageLine, SourceReason
from serve_app.documents.scale import choose_scale, scale_size
from serve_app.documents.text_source import choose_source
from serve_app.domain import Box, Size
from serve_app.errors import PasswordRequired, UnreadableDocument, WrongPassword

_FINE = 1000
"""PDFium maps to whole device pixels; the map is taken from a device this many times larger."""

_RENDER_FLAGS = pdfium.FPDF_ANNOT


class PdfFile:
    """The pages of one PDF.

    Raises:
        PasswordRequired, WrongPassword: for an encrypted file.
        UnreadableDocument: for a damaged one, or one whose encryption is not read.
    """

    def __init__(self, data: mmap.mmap, password: str | None, limits: DocumentLimits) -> None:
        self._limits = limits
        # PDFium reads from the mapping itself: a copy would count against the limit on memory.
        buffer = (ctypes.c_char * len(data)).from_buffer(data)
        try:
            self._document = pypdfium2.PdfDocument(buffer, password=password)
        except pypdfium2.PdfiumError as error:
            raise _explain(error.err_code, password) from error
        self.page_count = len(self._document)

    def read_page(self, index: int, dpi: float, *, with_image: bool) -> tuple[DocumentPage, Image.Image | None]:
        """Read a page's text and drawings, and render it if asked.

        Raises:
            UnreadableDocument: where PDFium cannot load the page.
        """
        with self._open(index) as page:
            points = page.get_size()
            scale = choose_scale(points, dpi, self._limits)
            size = scale_size(points, scale)
            described = self._describe(page, index, points, scale)
            return described, _render(page, size, Box(0, 0, size.width, size.height)) if with_image else None

    def render(self, index: int, box: Box, dpi: float) -> Image.Image:
        """Render a part of a page, as far as the limit on pixels allows.

        Args:
            index: from 0.
            box: in points as the page is shown, from its top left.
            dpi: resolution.
        """
        with self._open(index) as page:
            part = box.intersect(Box(0, 0, *page.get_size()))
            scale = choose_scale((part.width, part.height), dpi, self._limits)
            window = Box(part.left * scale, part.top * scale, part.right * scale, part.bottom * scale)
            return _render(page, scale_size(page.get_size(), scale), window)

    @contextmanager
    def _open(self, index: int) -> Iterator[Any]:
        page = self._load(index)
        # Flattening makes what is filled into forms and written into notes a part of the page, so that it is read.
        if pdfium.FPDFPage_GetAnnotCount(page) > 0 and pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY) == 1:
            page.close()
            page = self._load(index)
        try:
            yield page
        finally:
            page.close()

    def _load(self, index: int) -> Any:
        try:
            return self._document[index]
        except pypdfium2.PdfiumError as error:
            raise UnreadableDocument("The page is damaged: the PDF does not say what is on it") from error

    def _describe(self, page: Any, index: int, points: tuple[float, float], scale: float) -> DocumentPage:
        size = scale_size(points, scale)
        to_pixels = _find_map(page, size)
        characters, more = self._read_characters(page, to_pixels)
        characters = [character for character in characters if _is_on_page(character, size)]
        objects = read_objects(page, to_pixels, size, scale, self._limits.max_objects)
        source, reason = choose_source(characters, objects, size)
        if reason is not SourceReason.INVISIBLE_TEXT:
            characters = [c for c in characters if c.style is None or c.style.visible]
        lines = tuple(build_lines(characters))
        texts = [_find_box(line) for line in lines]
        return DocumentPage(
            number=index + 1,
            size=size,
            points=points,
            scale=scale,
            rotation=page.get_rotation(),
            source=source,
            reason=reason,
            lines=lines,
            drawings=find_drawings(objects.drawn, texts, size, scale),
            images=tuple(objects.images),
            truncated=("characters",) * more + ("objects",) * objects.truncated,
        )

    def _read_characters(self, page: Any, to_pixels: Affine) -> tuple[list[Character], bool]:
        text_page = pdfium.FPDFText_LoadPage(page)
        if not text_page:
            return [], False
        try:
            return read_characters(text_page, to_pixels, self._limits.max_characters)
        finally:
            pdfium.FPDFText_ClosePage(text_page)


def _explain(code: int | None, password: str | None) -> UnreadableDocument | PasswordRequired | WrongPassword:
    if code == pdfium.FPDF_ERR_PASSWORD:
        if password is None:
            return PasswordRequired("The PDF is encrypted. Send its password as `password`")
        return WrongPassword("The PDF is encrypted with another password than the one that was sent")
    if code == pdfium.FPDF_ERR_SECURITY:
        return UnreadableDocument("The PDF is encrypted in a way that is not read. Save it without encryption")
    return UnreadableDocument("The PDF is damaged: no page of it can be opened. Send the whole file, or save it again")


def _find_map(page: Any, size: Size) -> Affine:
    """From the page's own space to pixels: /Rotate and the crop box are in it."""
    x, y = ctypes.c_int(), ctypes.c_int()

    def place(page_x: float, page_y: float) -> tuple[float, float]:
        width, height = size.width * _FINE, size.height * _FINE
        pdfium.FPDF_PageToDevice(page, 0, 0, width, height, 0, page_x, page_y, x, y)
        return x.value / _FINE, y.value / _FINE

    # A step as long as the page loses least to the rounding.
    step = max(1.0, *page.get_size())
    (e, f), (a, b), (c, d) = place(0, 0), place(step, 0), place(0, step)
    return Affine((a - e) / step, (b - f) / step, (c - e) / step, (d - f) / step, e, f)


def _is_on_page(character: Character, size: Size) -> bool:
    x, y = (character.left + character.right) / 2, (character.top + character.bottom) / 2
    return character.style is None or (0 <= x <= size.width and 0 <= y <= size.height)


def _find_box(line: PageLine) -> Box:
    """The upright box of a line, at least an em high: its outline is as tight as its ink."""
    xs, ys = [x for x, _ in line.text.polygon], [y for _, y in line.text.polygon]
    lead = max(0.0, line.font_size - (max(ys) - min(ys))) / 2
    return Box(min(xs), min(ys) - lead, max(xs), max(ys) + lead)


def _render(page: Any, size: Size, window: Box) -> Image.Image:
    """The window of a page that is `size` pixels large, on white; without colour, a grey image."""
    left, top = int(window.left), int(window.top)
    width, height = max(1, round(window.right) - left), max(1, round(window.bottom) - top)
    bitmap = pypdfium2.PdfBitmap.new_native(width, height, pdfium.FPDFBitmap_BGRx)
    try:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
        pdfium.FPDF_RenderPageBitmap(bitmap, page, -left, -top, size.width, size.height, 0, _RENDER_FLAGS)
        image: Image.Image = bitmap.to_pil()
        red, green, blue = image.convert("RGB").split()
        # Black and white pages are many, and take a third of the time to encode as grey.
        if red.tobytes() == green.tobytes() == blue.tobytes():
            return red
        return Image.merge("RGB", (red, green, blue))
    finally:
        bitmap.close()

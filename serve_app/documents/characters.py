"""The characters of a PDF page with their places, as PDFium gives them."""

import ctypes
from dataclasses import dataclass
from math import atan2, degrees, hypot
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from serve_app.documents.affine import Affine
from serve_app.domain import Box

HYPHEN = "\ufffe"
"""Stands for a hyphen at a line's end that parts a word; PDFium's own mark, U+0002 or U+FFFE, comes with a flag."""

REPLACEMENT = "\ufffd"

_HYPHEN_CODES = (0x02, 0xFFFE)
_LOW_SURROGATES = range(0xDC00, 0xE000)
_HIGH_SURROGATES = range(0xD800, 0xDC00)

# Font flags of ISO 32000-1, table 123; what a font's name says besides.
_ITALIC, _FORCE_BOLD = 1 << 6, 1 << 18
_BOLD_NAMES = ("bold", "black", "heavy", "semibold", "-bd", "cmbx", "cmssbx", "sfbx", "nimbusromno9l-medi", "-medi")
_ITALIC_NAMES = ("italic", "oblique", "cmti", "-ital", "-it", "sfti")
_BOLD_WEIGHT = 600
_SUBSET_TAG = 7  # characters of "ABCDEF+" before the name of a font of which only a part is embedded


@dataclass(frozen=True, slots=True)
class Style:
    """What the characters of one text object share; sizes in pixels, `angle` in degrees clockwise."""

    font: str
    """Its name, without the tag of a subset."""
    size: float
    angle: float = 0.0
    bold: bool = False
    italic: bool = False
    visible: bool = True


class Character(NamedTuple):
    """A character in reading order. One that PDFium added (a space, a line's end) has no `style` and an empty box."""

    text: str
    box: Box
    style: Style | None
    unmapped: bool = False


_NOWHERE = Box(0, 0, 0, 0)


def read_characters(text_page: Any, to_pixels: Affine, limit: int) -> tuple[list[Character], bool]:
    """Read a text page's characters, with the outlines of their glyphs in pixels.

    Args:
        text_page: what `FPDFText_LoadPage` returned.
        to_pixels: from the page's own space to pixels.
        limit: bound on the characters.

    Returns:
        The characters, and whether there are more than `limit`.
    """
    count = max(0, pdfium.FPDFText_CountChars(text_page))
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    styles: dict[int, Style] = {}
    characters: list[Character] = []
    high = 0
    for index in range(min(count, limit)):
        code = pdfium.FPDFText_GetUnicode(text_page, index)
        source = pdfium.FPDFText_GetTextObject(text_page, index)
        if not source or pdfium.FPDFText_IsGenerated(text_page, index) == 1:
            characters.append(Character(chr(code) if code < 0xD800 else " ", _NOWHERE, None))
            continue
        if code in _HIGH_SURROGATES:
            high = code
            continue
        address = ctypes.addressof(source.contents)
        style = styles.get(address)
        if style is None:
            style = styles[address] = _read_style(text_page, index, source, to_pixels)
        pdfium.FPDFText_GetCharBox(text_page, index, left, right, bottom, top)
        box = to_pixels.map_box(left.value, bottom.value, right.value, top.value)
        if code in _HYPHEN_CODES and pdfium.FPDFText_IsHyphen(text_page, index) == 1:
            characters.append(Character(HYPHEN, box, style))
        else:
            unmapped = code == 0 or pdfium.FPDFText_HasUnicodeMapError(text_page, index) == 1
            characters.append(Character(_decode(code, high), box, style, unmapped))
        high = 0
    return characters, count > limit


def _decode(code: int, high: int) -> str:
    if code in _LOW_SURROGATES:
        return chr(0x10000 + ((high - 0xD800) << 10) + code - 0xDC00) if high else REPLACEMENT
    return chr(code) if 0 < code <= 0x10FFFF and code not in _HIGH_SURROGATES else REPLACEMENT


def _read_style(text_page: Any, index: int, source: Any, to_pixels: Affine) -> Style:
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(text_page, index, matrix)
    glyph = Affine(matrix.a, matrix.b, matrix.c, matrix.d).then(to_pixels)
    size = pdfium.FPDFText_GetFontSize(text_page, index) * hypot(glyph.c, glyph.d)
    angle = degrees(atan2(glyph.b, glyph.a)) % 360
    font = pdfium.FPDFTextObj_GetFont(source)
    name, flags, weight = "", 0, 0
    if font:
        buffer = ctypes.create_string_buffer(128)
        pdfium.FPDFFont_GetBaseFontName(font, buffer, len(buffer))
        name = buffer.value.decode("utf-8", "replace")
        flags = pdfium.FPDFFont_GetFlags(font)
        weight = pdfium.FPDFFont_GetWeight(font)
    if name[_SUBSET_TAG - 1 : _SUBSET_TAG] == "+":
        name = name[_SUBSET_TAG:]
    lower = name.lower()
    mode = pdfium.FPDFTextObj_GetTextRenderMode(source)
    return Style(
        font=name,
        size=round(abs(size), 2),
        angle=round(angle, 1) % 360,
        bold=bool(flags > 0 and flags & _FORCE_BOLD) or weight >= _BOLD_WEIGHT or any(n in lower for n in _BOLD_NAMES),
        italic=bool(flags > 0 and flags & _ITALIC) or any(n in lower for n in _ITALIC_NAMES),
        visible=mode not in (pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP),
    )

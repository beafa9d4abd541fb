"""The characters of a PDF page with their places, as PDFium gives them."""

import ctypes
import unicodedata
from dataclasses import dataclass, field
from math import atan2, degrees, hypot
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from serve_app.documents.affine import Affine

HYPHEN = "\ufffe"
"""Stands for a hyphen at a line's end that parts a word; PDFium's own mark, U+0002 or U+FFFE, comes with a flag."""

REPLACEMENT = "\ufffd"

UPRIGHT = 3.0
"""Degrees up to which text counts as upright."""

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

    upright: bool = field(init=False, default=True)
    """Whether text of this style runs from left to right, or nearly so."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "upright", min(self.angle, 360 - self.angle) <= UPRIGHT)


class Character(NamedTuple):
    """A character in reading order. One that PDFium added (a space, a line's end) has no `style` and no place.

    `unmapped` says that the file does not tell which character the glyph is: PDFium found no meaning for it, or one
    for private use.
    """

    text: str
    style: Style | None
    left: float = 0.0
    top: float = 0.0
    right: float = 0.0
    bottom: float = 0.0
    unmapped: bool = False


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
    sides = tuple(ctypes.byref(side) for side in (left, right, bottom, top))
    styles: dict[int, Style] = {}
    characters: list[Character] = []
    map_sides = to_pixels.map_sides
    high = 0
    for index in range(min(count, limit)):
        code = pdfium.FPDFText_GetUnicode(text_page, index)
        source = pdfium.FPDFText_GetTextObject(text_page, index)
        if not source:
            characters.append(Character(chr(code) if code < 0xD800 else " ", None))
            continue
        if code in _HIGH_SURROGATES:
            high = code
            continue
        address = ctypes.addressof(source.contents)
        style = styles.get(address)
        if style is None:
            style = styles[address] = _read_style(text_page, index, source, to_pixels)
        pdfium.FPDFText_GetCharBox(text_page, index, *sides)
        box = map_sides(left.value, bottom.value, right.value, top.value)
        if code in _HYPHEN_CODES and pdfium.FPDFText_IsHyphen(text_page, index) == 1:
            characters.append(Character(HYPHEN, style, *box))
        else:
            text = _decode(code, high)
            unmapped = pdfium.FPDFText_HasUnicodeMapError(text_page, index) == 1 or (
                code >= 0xD800 and (text == REPLACEMENT or unicodedata.category(text) == "Co")
            )
            characters.append(Character(text, style, *box, unmapped or code == 0))
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

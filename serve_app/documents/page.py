"""What a page of a document holds. Places are in pixels of the page as it is rendered: upright, from its top left."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from serve_app.domain import Box, Size, TextLine

ImageFormat = Literal["png", "jpeg"]
"""How a page's image is encoded."""


class TextSource(StrEnum):
    """Where a page's text is to be taken from."""

    PDF = "pdf"
    OCR = "ocr"
    BLANK = "blank"


class SourceReason(StrEnum):
    """Why a page's text is to be taken from there."""

    TEXT_LAYER = "text_layer"
    """The text layer is visible and its characters are mapped."""
    NOTHING_DRAWN = "nothing_drawn"
    IMAGE = "image"
    """The page is a stored image, which has no text layer."""
    LITTLE_TEXT = "little_text"
    """Too few visible characters beside what is drawn: a scan, or text drawn as outlines."""
    INVISIBLE_TEXT = "invisible_text"
    """The text is invisible over a page-wide image: what another OCR made of a scan."""
    UNMAPPED_TEXT = "unmapped_text"
    """Too many characters have no meaning: the fonts do not say which characters their glyphs are."""


class Suspicion(StrEnum):
    """Why a line of the text layer is to be read by OCR too."""

    UNMAPPED = "unmapped"
    """A character without a meaning: private use, a replacement character, or a glyph that the font does not map."""
    CONTROL = "control"
    """A control character: the glyph's code was taken for a character."""


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line of the text layer.

    `angle` is the direction of reading in degrees clockwise, 0 for upright text, 270 for text that runs upwards.
    `font_size` is the em of most of its characters, in pixels. `hyphenated` says that the hyphen at its end parts a
    word that goes on in the next line.
    """

    text: TextLine
    font_size: float
    bold: bool = False
    italic: bool = False
    angle: float = 0.0
    hyphenated: bool = False
    suspicion: Suspicion | None = None
    """Why the whole line is suspect."""
    suspect_words: tuple[int, ...] = ()
    """Indices of `text.words` where a letter of another font may stand for a sign: C80 for +80."""


class DrawingRole(StrEnum):
    """What a cluster of drawn things can be."""

    FIGURE = "figure"
    FRAME = "frame"
    """Straight lines and boxes round text: a table, a callout."""
    BOX = "box"
    """One filled box alone: a bar of colour, a background of a heading."""
    SPECK = "speck"
    """Too small to be a figure: a bullet, an icon, an underline."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Things drawn within 8 points of each other, and how many of each kind; `lines` and `boxes` are straight paths.

    `text_share` is the part of the box that lines of text cover, in [0, 1].
    """

    box: Box
    role: DrawingRole
    images: int = 0
    shadings: int = 0
    curves: int = 0
    """Paths with curves or slanted lines."""
    lines: int = 0
    boxes: int = 0
    text_share: float = 0.0


@dataclass(frozen=True, slots=True)
class PlacedImage:
    """A raster image on the page, and the size at which it is stored."""

    box: Box
    stored: Size


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page, or a part of one, as an encoded image of `size` pixels."""

    data: bytes
    media_type: str
    size: Size


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """A page that was read. `size` is that of its image, whether or not one was asked for."""

    number: int
    """From 1."""
    size: Size
    points: tuple[float, float]
    """Width and height in points (1/72 inch) as the page is shown; of a stored image, its pixels at 72 dpi."""
    scale: float
    """Pixels for a point."""
    rotation: int
    """Degrees by which the file says that the page is turned clockwise for reading; already applied here."""
    source: TextSource
    reason: SourceReason
    lines: tuple[PageLine, ...] = ()
    """The text layer in the file's order, also where the source is OCR."""
    drawings: tuple[Drawing, ...] = ()
    images: tuple[PlacedImage, ...] = ()
    truncated: tuple[str, ...] = ()
    """What there was too much of to take it all: `characters`, `objects`."""
    image: PageImage | None = None


@dataclass(frozen=True, slots=True)
class UnreadablePage:
    """A page that could not be read, and why, in a sentence for the user."""

    number: int
    reason: str

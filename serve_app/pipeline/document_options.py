"""What a request may ask of a document."""

from dataclasses import dataclass
from typing import Literal

from serve_app.domain import OcrOptions

OcrUse = Literal["auto", "always", "never"]


@dataclass(frozen=True, slots=True)
class DocumentOptions:
    """The defaults read everything that can be read, each page in the cheapest way that is right.

    `pages`: as "1-5,8,-1"; None for all. `ocr`: `auto` reads a page's text layer where it has a sound one. `charts`,
    `tables`: read their data. `language`: of the OCR's recognition model. `figures`: send the images of figures and
    charts along. `lines`: read nothing but lines of text, by OCR with these options. `classified`: before it is read,
    turn each page as the orientation model says, or its text layer where it has one. `upright`: where nothing is
    classified, turn pages of which both OCR and the model say that they lie otherwise.
    """

    pages: str | None = None
    password: str | None = None
    ocr: OcrUse = "auto"
    charts: bool = True
    tables: bool = True
    figures: bool = False
    language: str | None = None
    lines: OcrOptions | None = None
    classified: bool = False
    upright: bool = True

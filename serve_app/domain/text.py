"""What OCR reads, and what it is asked for."""

from dataclasses import dataclass, field
from typing import Any

from serve_app.domain.geometry import Polygon, Size, Turn
from serve_app.domain.warning import ReadingWarning


@dataclass(frozen=True, slots=True)
class Word:
    """A part of a text line between two spaces (or one character of a script without spaces)."""

    text: str
    polygon: Polygon


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text: its recognition score in [0, 1], its outline, and its words where they were asked for."""

    text: str
    score: float
    polygon: Polygon
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class OcrOptions:
    """What a request may change about one OCR call; None leaves the engine's own default.

    The names and meanings are those of `paddleocr.PaddleOCR.predict`. `use_textline_orientation` needs an engine that
    has the model for it (`OcrConfig.tells_line_orientation`).
    """

    text_det_limit_side_len: int | None = None
    text_det_limit_type: str | None = None
    text_det_thresh: float | None = None
    text_det_box_thresh: float | None = None
    text_det_unclip_ratio: float | None = None
    text_rec_score_thresh: float | None = None
    return_word_box: bool | None = None
    use_textline_orientation: bool = False
    language: str | None = None
    """A key of `OcrConfig.languages`; None reads with the model that the others share."""
    chart: bool = False
    """Look closely, as a chart needs it: small images are read enlarged too, and text that runs upwards or downwards
    (axis titles, labels of columns) is read once more, turned upright."""
    background: bool = False
    """Let the calls of others pass, on any replica of the machine, wherever that can be done."""


@dataclass(frozen=True, slots=True)
class Page:
    """An image read by OCR: its lines in reading order."""

    size: Size
    lines: tuple[TextLine, ...]
    model: str
    paddlex: dict[str, Any] = field(default_factory=dict)
    """The `prunedResult` of PaddleX's serving contract, as PaddleOCR gave it."""
    turned: int = 0
    """Degrees counter-clockwise by which the image was turned upright before its lines were read."""
    warnings: tuple[ReadingWarning, ...] = ()

    @property
    def turn(self) -> Turn | None:
        """How the image was turned upright, if it was."""
        return Turn(self.turned, self.size) if self.turned else None

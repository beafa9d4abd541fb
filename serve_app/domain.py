"""The values that pass between the layers: what was read, in pixels of the image as the user sent it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Point = tuple[float, float]
"""x to the right and y down, in pixels."""

Polygon = tuple[Point, Point, Point, Point]
"""Four corners, clockwise from the top left of the text as it is read."""


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels."""

    width: int
    height: int


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

    The names and meanings are those of `paddleocr.PaddleOCR.predict`.
    """

    text_det_limit_side_len: int | None = None
    text_det_limit_type: str | None = None
    text_det_thresh: float | None = None
    text_det_box_thresh: float | None = None
    text_det_unclip_ratio: float | None = None
    text_rec_score_thresh: float | None = None
    return_word_box: bool | None = None
    chart: bool = False
    """Look closely, as a chart needs it: small images are read enlarged too, and text that runs upwards or downwards
    (axis titles, labels of columns) is read once more, turned upright."""


@dataclass(frozen=True, slots=True)
class Page:
    """An image read by OCR: its lines in reading order."""

    size: Size
    lines: tuple[TextLine, ...]
    model: str
    paddlex: dict[str, Any] = field(default_factory=dict)
    """The `prunedResult` of PaddleX's serving contract, as PaddleOCR gave it."""


@dataclass(frozen=True, slots=True)
class Number:
    """A cell's number. `value` is what is printed: 12 for "12%", with `percent` set."""

    value: float
    unit: str | None = None
    percent: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a chart's table, or one of its headers.

    `confidence` in [0, 1] comes from the probabilities of the tokens or links that made the text.
    `place` is where the model found it in the image, if it says so: a point (the end of a bar) or a text's outline.
    """

    text: str
    confidence: float = 1.0
    number: Number | None = None
    place: Point | Polygon | None = None


class ChartKind(StrEnum):
    """What a chart draws."""

    BAR = "bar"
    HORIZONTAL_BAR = "horizontal_bar"
    LINE = "line"
    AREA = "area"
    PIE = "pie"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ChartTable:
    """A chart's data. Each row is as long as `columns`; its first cell is the row's label.

    `cut` says that the model's text was too long to be read whole: rows, columns or parts of a text are left out.
    """

    columns: tuple[Cell, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    title: Cell | None = None
    kind: ChartKind = ChartKind.UNKNOWN
    cut: bool = False


@dataclass(frozen=True, slots=True)
class ChartReading:
    """What a chart model made of one image.

    `resolution` is the size in pixels at which the model saw the image; `truncated` says that the answer stopped
    at the token limit; `raw` is the model's own text, for those models that write one.
    """

    table: ChartTable
    model: str
    resolution: Size
    truncated: bool = False
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What in the image speaks for a cell: the OCR line that confirms it, and how close its text is.

    `line` indexes `Page.lines`; `similarity` is 1 minus the edit distance divided by the longer length.
    `corrected` is the OCR's spelling, offered where the model's differs from it by a small edit distance.
    """

    line: int | None = None
    similarity: float = 0.0
    corrected: str | None = None


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What a replica has loaded: the model, what it reads (`ocr` or `chart`), by which engine, and where it runs."""

    name: str
    task: str
    engine: str
    device: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether a model has a replica that answers, and if not, why."""

    ready: bool
    reason: str = ""

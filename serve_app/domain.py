"""The values that pass between the layers: what was read, in pixels of the image as the user sent it."""

from collections.abc import Sequence
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
class Box:
    """An upright rectangle, in pixels: `right` and `bottom` lie outside it."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Pixels from left to right; 0 for an empty box."""
        return max(0.0, self.right - self.left)

    @property
    def height(self) -> float:
        """Pixels from top to bottom; 0 for an empty box."""
        return max(0.0, self.bottom - self.top)

    @property
    def area(self) -> float:
        """Square pixels."""
        return self.width * self.height

    def intersect(self, other: "Box") -> "Box":
        """The part that both share; its area is 0 where they share none."""
        return Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    @classmethod
    def around(cls, boxes: Sequence["Box"]) -> "Box":
        """The smallest box round some boxes, of which there is at least one."""
        return cls(
            min(box.left for box in boxes),
            min(box.top for box in boxes),
            max(box.right for box in boxes),
            max(box.bottom for box in boxes),
        )


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
    turned: int = 0
    """Degrees counter-clockwise by which the image was turned upright before its lines were read."""
    warnings: tuple["ReadingWarning", ...] = ()


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
    NONE = "none"
    """The image is no chart that can be read: its table is empty."""


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
class ReadingWarning:
    """What was found in an image and is missing in the answer, or is less sure than it looks.

    `code` is one of a closed set for programs, `message` a sentence for people.
    """

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ChartReading:
    """What a chart model made of one image.

    `resolution` is the size in pixels at which the model saw the image; `truncated` says that the answer stopped
    at the token limit; `raw` is the model's own text, for those models that write one. `warnings` tell what the table
    lacks; `confidence` in [0, 1] is the estimated share of the table's values that are right.
    """

    table: ChartTable
    model: str
    resolution: Size
    truncated: bool = False
    raw: str = ""
    warnings: tuple[ReadingWarning, ...] = ()
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What in the image speaks for a cell: the OCR line that confirms it, and how close its text is.

    `line` indexes `Page.lines`; `similarity` is 1 minus the edit distance divided by the longer length.
    `corrected` is the OCR's spelling, offered where the model's differs from it by a small edit distance.
    """

    line: int | None = None
    similarity: float = 0.0
    corrected: str | None = None


class RegionKind(StrEnum):
    """What a part of a page is."""

    TEXT = "text"
    TITLE = "title"
    FIGURE = "figure"
    FIGURE_CAPTION = "figure_caption"
    TABLE = "table"
    TABLE_CAPTION = "table_caption"
    HEADER = "header"
    FOOTER = "footer"
    REFERENCE = "reference"
    FORMULA = "formula"


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a page that a layout model found, with its score in [0, 1]."""

    kind: RegionKind
    box: Box
    score: float


@dataclass(frozen=True, slots=True)
class Orientation:
    """How an image lies: `degrees` (0, 90, 180 or 270) counter-clockwise turn it upright; the score is in [0, 1]."""

    degrees: int
    score: float


@dataclass(frozen=True, slots=True)
class CellPlace:
    """A cell of a table's structure: its box, its row and column from 0, and how many of each it spans."""

    box: Box
    row: int
    column: int
    row_span: int = 1
    column_span: int = 1


@dataclass(frozen=True, slots=True)
class TableStructure:
    """The cells that a model sees in a table, in reading order, with the mean score of its decisions in [0, 1]."""

    cells: tuple[CellPlace, ...]
    score: float


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell of a table in a document: its place in the grid from 0, its spans, text, and the number that it prints."""

    text: str
    row: int
    column: int
    row_span: int = 1
    column_span: int = 1
    number: Number | None = None


@dataclass(frozen=True, slots=True)
class TableGrid:
    """A table of a document: every place of its rows x columns is in one cell; cells go by rows.

    `confidence` in [0, 1] is how far two ways of reading the table agree.
    """

    rows: int
    columns: int
    cells: tuple[GridCell, ...]
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class LayoutTask:
    """What a layout replica is asked of one image."""

    regions: bool = False
    orientation: bool = False
    table: bool = False


@dataclass(frozen=True, slots=True)
class LayoutAnswer:
    """What a layout replica was asked for; places are in pixels of the image that it was sent."""

    regions: tuple[Region, ...] = ()
    orientation: Orientation | None = None
    table: TableStructure | None = None


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

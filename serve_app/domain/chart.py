"""What a chart model reads."""

from dataclasses import dataclass
from enum import StrEnum

from serve_app.domain.geometry import Point, Polygon, Size, Turn
from serve_app.domain.number import Number
from serve_app.domain.warning import ReadingWarning


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a chart's table, or one of its headers.

    `confidence` in [0, 1] comes from the probabilities of the tokens or links that made the text.
    `place` is where the model found it in the image, if it says so: a point (the end of a bar) or a text's outline.
    `suspect` says that no printed text holds the number, though the image prints the values of its table.
    """

    text: str
    confidence: float = 1.0
    number: Number | None = None
    place: Point | Polygon | None = None
    suspect: bool = False


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
    TABLE = "table"
    """The image shows no chart but a table, which was read as one."""


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
    at the token limit; `raw` is the model's own text, for those models that write one. `warnings` tell what the table
    lacks; `confidence` in [0, 1] is the estimated share of the table's values that are right. `turn` is how the image
    was turned upright before it was read, if it was; places are in pixels of the image as it was sent.
    """

    table: ChartTable
    model: str
    resolution: Size
    truncated: bool = False
    raw: str = ""
    warnings: tuple[ReadingWarning, ...] = ()
    confidence: float = 1.0
    turn: Turn | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What in the image speaks for a cell: the OCR line that confirms it, and how close its text is.

    `line` indexes `Page.lines`; `similarity` is 1 minus the edit distance divided by the longer length.
    `corrected` is the OCR's spelling, offered where the model's differs from it by a small edit distance.
    """

    line: int | None = None
    similarity: float = 0.0
    corrected: str | None = None

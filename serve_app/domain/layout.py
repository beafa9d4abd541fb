"""What the layout models find on a page, and what they are asked for."""

from dataclasses import dataclass
from enum import StrEnum

from serve_app.domain.geometry import Box


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

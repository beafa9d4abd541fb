"""What a rendered chart consists of: its words with their roles, its marks with their links, and its exact table."""

from dataclasses import dataclass
from enum import IntEnum

from PIL import Image

from serve_app.domain import ChartKind, ChartTable


class Role(IntEnum):
    """What a word (a whole text line, as OCR would return it) is for."""

    OTHER = 0  # subtitle, source, legend title, footnote
    TITLE = 1
    CATEGORY = 2  # the label of a category, or of a pie's slice (beside the slice or in the legend)
    TICK = 3  # a number of the value axis
    SERIES = 4  # a legend entry, or a name written at a line's end
    VALUE = 5  # a value printed at its mark
    CATEGORY_AXIS = 6  # the title of the category axis
    VALUE_AXIS = 7  # the title of the value axis
    CONTINUED = 8  # second or later line of a wrapped title or label; belongs to the word just above it


class MarkKind(IntEnum):
    """The elements of a chart that the model finds as points of the image."""

    COLUMN = 0  # middle of the far edge of a vertical bar or bar segment (the edge away from zero)
    BAR = 1  # middle of the far edge of a horizontal bar or bar segment
    POINT = 2  # data point of a line
    AREA = 3  # point of an area's upper edge at a category
    SLICE = 4  # middle of a pie's or donut's slice (half of the ring for a donut, 0.6 of the radius for a pie)
    RIM = 5  # where the border between two slices meets the outer circle
    HUB = 6  # centre of a pie or donut
    SWATCH = 7  # centre of a legend's colour key; its `series` (or, in a pie, `category`) is the word beside it


@dataclass(frozen=True, slots=True)
class SceneWord:
    """A text line: centre, width and height in the text's own frame (pixels), and the angle it runs at.

    `angle` is in degrees counter-clockwise: 0 reads to the right, 90 upwards.
    """

    text: str
    x: float
    y: float
    width: float
    height: float
    angle: float
    role: Role


@dataclass(frozen=True, slots=True)
class Mark:
    """An element at (x, y) in pixels; `category`, `series` and `label` index `Scene.words`, or are None."""

    kind: MarkKind
    x: float
    y: float
    category: int | None = None
    series: int | None = None
    label: int | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """A chart's picture (RGB) with everything that a model could be asked about it."""

    image: Image.Image
    words: tuple[SceneWord, ...]
    marks: tuple[Mark, ...]
    table: ChartTable
    kind: ChartKind
    stacked: bool = False

"""A drawn chart: its words with their roles, its marks with their links, and its exact table."""

from dataclasses import dataclass

from PIL import Image

from serve_app.chartgraph.roles import MarkKind, Role
from serve_app.domain import ChartKind, ChartTable


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

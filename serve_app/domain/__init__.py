"""The values that pass between the layers: what was read, in pixels of the image as the user sent it."""

from serve_app.domain.chart import Cell, ChartKind, ChartReading, ChartTable, Evidence
from serve_app.domain.geometry import Box, Point, Polygon, Size, Turn
from serve_app.domain.layout import CellPlace, LayoutAnswer, LayoutTask, Orientation, Region, RegionKind, TableStructure
from serve_app.domain.model import ModelInfo, Readiness
from serve_app.domain.number import Number
from serve_app.domain.script import Script
from serve_app.domain.table import GridCell, TableGrid
from serve_app.domain.text import OcrOptions, Page, TextLine, Word
from serve_app.domain.warning import ReadingWarning

__all__ = [
    "Box",
    "Cell",
    "CellPlace",
    "ChartKind",
    "ChartReading",
    "ChartTable",
    "Evidence",
    "GridCell",
    "LayoutAnswer",
    "LayoutTask",
    "ModelInfo",
    "Number",
    "OcrOptions",
    "Orientation",
    "Page",
    "Point",
    "Polygon",
    "Readiness",
    "ReadingWarning",
    "Region",
    "RegionKind",
    "Script",
    "Size",
    "TableGrid",
    "TableStructure",
    "TextLine",
    "Turn",
    "Word",
]

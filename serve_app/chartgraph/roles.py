"""What the model tells of a chart's words and marks: roles and kinds."""

from enum import IntEnum

from serve_app.domain import ChartKind

CHART_KINDS = tuple(kind for kind in ChartKind if kind not in (ChartKind.NONE, ChartKind.TABLE))
"""The kinds that the model tells apart, in the order of its output."""


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

"""A second look at text that runs upwards or downwards, such as the titles of a chart's vertical axis.

PaddleOCR turns a tall crop by a quarter before it recognises it, always the same way round, so that text written
upwards is read upside down. Here the tall crops are laid out on one sheet, turned both ways, and read once more;
for each crop the reading with the best score wins.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PIL import Image

from serve_app.domain import Point, Polygon, TextLine
from serve_app.imaging.coordinates import Box, find_bounds

TALL = 1.5
"""Height over width from which PaddleOCR takes a crop for vertical text (`get_rotate_crop_image`)."""

SQUARE, DOUBTFUL = 0.8, 0.9
"""Height over width, and score under which a line that is hardly wider than high is looked at too: a short label on its
side, such as "Q1", has no tall box."""

LONG, TIE = 2, 0.01
"""Characters of a text that has a direction, and how much less sure a reading of the same text may be that tells it."""

_ALIKE = 0.6
"""Share of the higher box that the other one has at least, for labels of one row."""

_TICK_MARKS = " -_|\N{EN DASH}\N{EM DASH}"
"""What the tick mark beside a turned label is read as."""

_MARGIN = 12  # pixels of white round each crop, so that detection does not join neighbours


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a turned crop lies on the sheet (pixels): its rows from `top` to `bottom`, and which way it was turned."""

    index: int
    top: int
    bottom: int
    clockwise: bool


def find_tall(lines: Sequence[TextLine]) -> list[int]:
    """The indices of the lines that may run up or down.

    They are in a tall box, or in one that is about square and either misread, or of the size and in the row of one that
    is looked at: where one label of an axis stands on its side, all do.
    """
    boxes = [find_bounds(line.polygon) for line in lines]
    shapes = [(bottom - top) / max(right - left, 1.0) for left, top, right, bottom in boxes]
    tall = {i for i, line in enumerate(lines) if shapes[i] >= (TALL if line.score >= DOUBTFUL else SQUARE)}
    beside = {
        i
        for i, box in enumerate(boxes)
        if shapes[i] >= SQUARE and any(_are_in_row(box, boxes[other]) for other in tall)
    }
    return sorted(tall | beside)


def lay_out_upright(image: Image.Image, polygons: Sequence[Polygon]) -> tuple[Image.Image, list[Slot]]:
    """Crop the outlines' boxes, turn each both ways, and stack them on a white sheet."""
    crops = [image.crop(_grow(find_bounds(polygon), image)) for polygon in polygons]
    width = max(crop.height for crop in crops) + 2 * _MARGIN
    height = sum(2 * (crop.width + _MARGIN) for crop in crops) + _MARGIN
    sheet = Image.new("RGB", (max(width, 64), max(height, 64)), "white")
    slots, top = [], _MARGIN
    for index, crop in enumerate(crops):
        for clockwise in (True, False):
            turned = crop.transpose(Image.Transpose.ROTATE_270 if clockwise else Image.Transpose.ROTATE_90)
            sheet.paste(turned, (_MARGIN, top))
            slots.append(Slot(index, top, top + turned.height, clockwise))
            top += turned.height + _MARGIN
    return sheet, slots


def merge_upright(
    lines: Sequence[TextLine], tall: Sequence[int], slots: Sequence[Slot], read: Sequence[TextLine]
) -> list[TextLine]:
    """Replace the tall lines by the readings from the sheet that score better, or tell the direction of the same text.

    The polygon's corners are turned too: they start at the top left of the text as it is read.
    """
    merged = list(lines)
    for slot in slots:
        parts = sorted((part for part in read if slot.top <= _middle(part) <= slot.bottom), key=lambda p: p.polygon[0])
        if not parts:
            continue
        score = sum(part.score * len(part.text) for part in parts) / sum(len(part.text) for part in parts)
        line = merged[tall[slot.index]]
        text = " ".join(part.text for part in parts).strip(_TICK_MARKS)
        same = text == line.text and len(text) > LONG and score > line.score - TIE
        if text and (score > line.score or same):
            left, top, right, bottom = find_bounds(line.polygon)
            clockwise: list[Point] = [(left, top), (right, top), (right, bottom), (left, bottom)]
            shift = 3 if slot.clockwise else 1
            a, b, c, d = clockwise[shift:] + clockwise[:shift]
            merged[tall[slot.index]] = replace(line, text=text, score=score, polygon=(a, b, c, d), words=())
    return merged


def _are_in_row(a: Box, b: Box) -> bool:
    """Whether two boxes are about as high, and side by side."""
    height, other = a[3] - a[1], b[3] - b[1]
    return abs(a[1] + a[3] - b[1] - b[3]) < height and _ALIKE * other < height < other / _ALIKE


def _grow(bounds: Box, image: Image.Image) -> tuple[int, int, int, int]:
    left, top, right, bottom = (round(edge) for edge in bounds)
    return max(0, left - 2), max(0, top - 2), min(image.width, right + 2), min(image.height, bottom + 2)


def _middle(line: TextLine) -> float:
    return sum(y for _, y in line.polygon) / 4

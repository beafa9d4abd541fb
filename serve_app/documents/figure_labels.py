"""Text round a drawing that belongs to it: tick labels that stand as one line, and a title centred above."""

from collections.abc import Sequence
from itertools import pairwise

from serve_app.documents.placed_text import find_box, place_words
from serve_app.domain import Box, Region, RegionKind, TextLine, Word

LABEL_GAP = 0.6
"""Heights of a line between two labels of a row; the words of a label stand closer."""

MIN_LABELS = 3
"""Labels whose distances can be compared."""

UNEVEN = 0.15
"""Share of the mean distance by which the middles of two neighbouring labels may stand nearer or farther apart."""

UNLIKE = 0.15
"""Heights of a line by which the gaps between single labels differ at least; those between words are alike."""

OVERHANG = 0.05
"""Share of a drawing's width by which its labels may reach beyond it, and its title may stand off its middle."""

TITLE_REACH = 24.0
"""Points above a drawing within which its title stands: above the room that it leaves for its largest value."""

TITLE_WIDTH = 0.8
"""Share of a drawing's width that its title has at most. A line of a paragraph fills its column."""

_UNTITLED = (RegionKind.TABLE_CAPTION, RegionKind.HEADER, RegionKind.FOOTER)
"""The model also calls titles of charts captions and headings."""


def find_label_rows(lines: Sequence[TextLine]) -> list[Box]:
    """The lines that are rows of labels: three or more pieces with wide gaps, their middles evenly spaced."""
    return [row for row in map(_find_row, lines) if row is not None]


def part_labels(line: TextLine) -> list[TextLine]:
    """A line in a figure that is a row of labels as one line for each of them; another line as it is.

    A PDF's text layer does not tell the space between two labels from that between two words of one. Labels stand in
    even steps however long they are; the words of a title stand at even gaps.
    """
    words = [word for word in line.words if word.text.strip()]
    boxes = [find_box(word.polygon) for word in words]
    if len(words) < MIN_LABELS or boxes[-1].left <= boxes[0].right:
        return [line]
    height = max(box.height for box in boxes)
    gaps = [after.left - before.right for before, after in pairwise(boxes)]
    for pieces in (_cut(boxes, LABEL_GAP * height), [[i] for i in range(len(boxes))]):
        alone = len(pieces) == len(boxes) and max(gaps) < min(gaps) + UNLIKE * height
        if _is_even(boxes, pieces) and not (alone and max(gaps) <= LABEL_GAP * height):
            return [_write(line, [words[i] for i in piece], [boxes[i] for i in piece]) for piece in pieces]
    return [line]


def take_in_labels(
    box: Box,
    rows: Sequence[Box],
    lines: Sequence[Box],
    regions: Sequence[Region],
    *,
    reach: float,
    pixels_per_point: float,
) -> Box:
    """A figure's box with the rows of labels within reach, and then with its title.

    Args:
        box: of the drawing.
        rows: what `find_label_rows` found.
        lines: the boxes of all lines of text.
        regions: what the layout model found; what has further lines is no title.
        reach: pixels within which labels stand.
        pixels_per_point: the scale of all boxes.
    """
    slack = OVERHANG * box.width
    labels = [
        row
        for row in rows
        if row.left >= box.left - slack
        and row.right <= box.right + slack
        and -row.height <= max(row.top - box.bottom, box.top - row.bottom) <= reach
    ]
    labelled = Box.around([box, *labels])
    if sum(labelled.intersect(line).area >= 0.5 * line.area for line in lines) < MIN_LABELS:
        return labelled  # a line above a picture is its caption
    titles = [
        line
        for line in lines
        if _is_above(line, labelled, TITLE_REACH * pixels_per_point)
        and _is_centred(line, box, labelled)
        and _stands_alone(line, lines, labelled, regions)
    ]
    return Box.around([labelled, *titles])


def _find_row(line: TextLine) -> Box | None:
    boxes = [word.box for word in place_words([line])]
    if len(boxes) < MIN_LABELS:
        return None
    pieces = _cut(boxes, LABEL_GAP * max(box.height for box in boxes))
    return Box.around(boxes) if _is_even(boxes, pieces) else None


def _cut(boxes: Sequence[Box], gap: float) -> list[list[int]]:
    """The indices of words, parted where they stand more than so many pixels apart."""
    pieces = [[0]]
    for i, (before, word) in enumerate(pairwise(boxes), 1):
        if word.left - before.right > gap:
            pieces.append([i])
        else:
            pieces[-1].append(i)
    return pieces


def _is_even(boxes: Sequence[Box], pieces: Sequence[Sequence[int]]) -> bool:
    """Whether three pieces or more have their middles in even steps."""
    if len(pieces) < MIN_LABELS:
        return False
    middles = [(boxes[piece[0]].left + boxes[piece[-1]].right) / 2 for piece in pieces]
    mean = (middles[-1] - middles[0]) / (len(middles) - 1)
    return all(abs(after - before - mean) <= UNEVEN * mean for before, after in pairwise(middles))


def _write(line: TextLine, words: Sequence[Word], boxes: Sequence[Box]) -> TextLine:
    box = Box.around(boxes)
    outline = ((box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom))
    return TextLine(" ".join(word.text for word in words), line.score, outline, tuple(words))


def _is_above(line: Box, box: Box, reach: float) -> bool:
    return 0 <= box.top - line.bottom <= reach and line.width <= TITLE_WIDTH * box.width


def _is_centred(line: Box, *boxes: Box) -> bool:
    middle = line.left + line.right
    return any(abs(middle - box.left - box.right) <= 2 * OVERHANG * box.width for box in boxes)


def _stands_alone(line: Box, lines: Sequence[Box], box: Box, regions: Sequence[Region]) -> bool:
    """Whether it is no line of a paragraph, and no piece of a row."""
    close = [
        other
        for other in lines
        if other is not line
        and max(other.top - line.bottom, line.top - other.bottom) <= line.height
        and min(other.right, line.right) > max(other.left, line.left)
    ]
    for region in regions:
        if region.box.intersect(line).area < 0.5 * line.area:
            continue
        if region.kind in _UNTITLED:
            return False
        # The model also draws one box round all paragraphs and the title below them.
        if region.box.height > 2.5 * line.height and any(region.box.intersect(other).area for other in close):
            return False
    return not any(
        other is not line
        and min(other.bottom, line.bottom) - max(other.top, line.top) > 0.5 * line.height
        and min(other.right, box.right) > max(other.left, box.left)
        for other in lines
    )

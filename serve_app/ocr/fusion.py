"""Two readings of one chart, of its image as it is and enlarged, made into one.

Small images are read both ways: enlarged, detection finds the single digits of an axis and parts labels that stand
close; as it is, it takes fewer strokes for text and reads blurred print better. Neither is better everywhere, so each
piece of print is taken from the reading that is surer of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image

from serve_app.domain import Size, TextLine
from serve_app.imaging.coordinates import Box, find_bounds

FACTOR, MOST = 2.0, 3.0
"""How much an image is enlarged; more, up to MOST, where its longer side then still is less than LEAST_SIDE."""

LEAST_SIDE = 1200
"""Pixels. Very small charts have print of five or six pixels."""

LONGEST = 1600
"""Pixels of the longer side to which an image is enlarged, at most."""

LEAST_FACTOR = 1.25
"""An image that would be enlarged by less is not read a second time: both readings would be alike."""

_SHARED = 0.35
"""Outlines that share this part of the smaller one's box are of the same print."""

_ALONE = 0.6
"""Score from which on a line counts that only one reading has: less is mostly a marker or a pattern."""

_PARTED = 0.05
"""Score that a reading gains for each line more than the other has of the same print: labels that stand side by side
are joined by mistake more often than one is cut."""


@dataclass(frozen=True, slots=True)
class _Print:
    """What both readings have of one piece of print; empty where one of them has none."""

    plain: list[TextLine]
    enlarged: list[TextLine]

    def choose(self) -> list[TextLine]:
        if not self.plain or not self.enlarged:
            return [line for line in self.plain + self.enlarged if line.score > _ALONE]
        gain = _PARTED * (len(self.enlarged) - len(self.plain))
        return self.enlarged if _mean_score(self.enlarged) + gain >= _mean_score(self.plain) else self.plain


def enlarge(image: Image.Image, longest: int = LONGEST) -> Image.Image | None:
    """The image two to three times as large, for a second reading, or less; None for one that is large enough.

    `longest` bounds its longer side in pixels, where less than LONGEST is what the model has memory for.
    """
    side = max(image.size)
    factor = min(max(FACTOR, LEAST_SIDE / side), MOST, min(longest, LONGEST) / side)
    if factor < LEAST_FACTOR:
        return None
    size = Size(*(round(factor * side) for side in image.size))
    return image.resize((size.width, size.height), Image.Resampling.BICUBIC)


def fuse(plain: Sequence[TextLine], enlarged: Sequence[TextLine]) -> list[TextLine]:
    """Takes each piece of print from the reading that is surer of it; both are in pixels of the same image."""
    return [line for some in _match(plain, enlarged) for line in some.choose()]


def _match(plain: Sequence[TextLine], enlarged: Sequence[TextLine]) -> Iterator[_Print]:
    """Lines of one reading and those of the other that they overlap with, directly or through others."""
    pieces = [_Print([line], []) for line in plain]
    boxes = {id(line): find_bounds(line.polygon) for line in plain}
    for line in enlarged:
        box, apart, met = find_bounds(line.polygon), [], _Print([], [])
        for piece in pieces:
            if any(_are_same(box, boxes[id(other)]) for other in piece.plain):
                met.plain.extend(piece.plain)
                met.enlarged.extend(piece.enlarged)
            else:
                apart.append(piece)
        met.enlarged.append(line)
        pieces = [*apart, met]
    yield from pieces


def _mean_score(lines: Sequence[TextLine]) -> float:
    """The mean over all characters."""
    return sum(line.score * len(line.text) for line in lines) / sum(len(line.text) for line in lines)


def _are_same(a: Box, b: Box) -> bool:
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b))
    return width > 0 and height > 0 and width * height > _SHARED * smaller

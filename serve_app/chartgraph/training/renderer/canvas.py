"""A picture that is drawn at a multiple of its size, and remembers the texts set on it."""

import math
from collections.abc import Sequence
from itertools import pairwise

from PIL import Image, ImageDraw

from serve_app.chartgraph.roles import Role
from serve_app.chartgraph.training.renderer.fonts import Font
from serve_app.chartgraph.training.scene import SceneWord
from serve_app.domain import Point

Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels."""


def overlaps(a: Box, b: Box, gap: float = 0.0) -> bool:
    """Whether two boxes come nearer to each other than `gap` pixels."""
    return a[0] < b[2] + gap and b[0] < a[2] + gap and a[1] < b[3] + gap and b[1] < a[3] + gap


def blend(colour: Colour, other: Colour, share: float) -> Colour:
    """Mix `share` of `other` into `colour`."""
    r, g, b = (round(c + (o - c) * share) for c, o in zip(colour, other, strict=True))
    return r, g, b


def luminance(colour: Colour) -> float:
    """Perceived brightness in [0, 1] (ITU-R BT.601 weights)."""
    return (0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]) / 255


class Canvas:
    """Shapes are drawn at `scale` times the size and averaged down; texts are set afterwards, at the final size.

    All coordinates are pixels of the final image. With `snap`, straight shapes keep to whole pixels.
    """

    def __init__(self, size: tuple[int, int], background: Colour, scale: int, snap: bool) -> None:
        self.width, self.height = size
        self.words: list[SceneWord] = []
        self.boxes: list[Box] = []
        """The upright bounding box of each word."""
        self.obstacles: list[Box] = []
        """Other places to keep free of words."""
        self._scale = scale
        self._snap = snap
        self._image = Image.new("RGB", (size[0] * scale, size[1] * scale), background)
        self._draw = ImageDraw.Draw(self._image)
        self._texts: list[tuple[str, Font, Colour, Point, str, float]] = []

    def finish(self) -> Image.Image:
        """Bring the picture to its final size and set the texts."""
        image = self._image.reduce(self._scale) if self._scale > 1 else self._image
        draw = ImageDraw.Draw(image)
        for (text, font, fill, place, anchor, angle), word in zip(self._texts, self.words, strict=True):
            if not angle:
                draw.text(place, text, font=font.pil, fill=fill, anchor=anchor)
                continue
            left, top, right, bottom = font.box(text)
            mask = Image.new("L", (math.ceil(right - left) + 2, math.ceil(bottom - top) + 2))
            ImageDraw.Draw(mask).text((1 - left, 1 - top), text, font=font.pil, fill=255, anchor="ls")
            mask = mask.rotate(angle, Image.Resampling.BICUBIC, expand=True)
            image.paste(fill, (round(word.x - mask.width / 2), round(word.y - mask.height / 2)), mask)
        return image

    def text(
        self, place: Point, text: str, font: Font, fill: Colour, role: Role, *, anchor: str = "mm", angle: float = 0
    ) -> int:
        """Set a text and return its index.

        `anchor` says which point of the text comes to `place`: "l", "m" or "r", then "t" (top of the digits),
        "m" (their middle) or "s" (baseline). `angle` turns the text about it, in degrees counter-clockwise.
        """
        left, top, right, bottom = font.box(text)
        shift = {"l": 0.0, "m": font.width(text) / 2, "r": font.width(text)}[anchor[0]]
        drop = {"t": font.cap, "m": font.cap / 2, "s": 0.0}[anchor[1]]
        dx, dy = (left + right) / 2 - shift, (top + bottom) / 2 + drop
        cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        x, y = place[0] + dx * cos + dy * sin, place[1] - dx * sin + dy * cos
        width, height = right - left, bottom - top
        half_x = (width * abs(cos) + height * abs(sin)) / 2
        half_y = (width * abs(sin) + height * abs(cos)) / 2
        self.words.append(SceneWord(text, x, y, width, height, angle, role))
        self.boxes.append((x - half_x, y - half_y, x + half_x, y + half_y))
        self._texts.append((text, font, fill, (place[0], place[1] + drop), anchor[0] + "s", angle))
        return len(self.words) - 1

    def is_free(self, box: Box, gap: float = 1.0) -> bool:
        """Whether a box lies inside the picture and off all words and obstacles."""
        inside = box[0] >= 1 and box[1] >= 1 and box[2] <= self.width - 1 and box[3] <= self.height - 1
        return inside and not any(overlaps(box, other, gap) for other in (*self.boxes, *self.obstacles))

    def rectangle(self, box: Box, fill: Colour | None, outline: Colour | None = None, width: float = 1.0) -> None:
        """Fill a box, and draw its outline inwards."""
        x0, y0, x1, y1 = self._round(box)
        if x1 > x0 and y1 > y0:
            pen = max(1, round(width * self._scale)) if outline else 0
            self._draw.rectangle((x0, y0, x1 - 1, y1 - 1), fill, outline, pen)

    def rounded(self, box: Box, radius: float, fill: Colour) -> None:
        """Fill a box with round corners."""
        x0, y0, x1, y1 = self._round(box)
        if x1 > x0 and y1 > y0:
            self._draw.rounded_rectangle((x0, y0, x1 - 1, y1 - 1), radius * self._scale, fill)

    def rule(self, start: Point, end: Point, colour: Colour, width: float, dash: Sequence[float] = ()) -> None:
        """Draw a horizontal or vertical line."""
        half = width / 2
        if dash:
            self.line((start, end), colour, width, dash)
        elif start[1] == end[1]:
            y = round(start[1] - half) if self._snap else start[1] - half
            self.rectangle((start[0], y, end[0], y + width), colour)
        else:
            x = round(start[0] - half) if self._snap else start[0] - half
            self.rectangle((x, start[1], x + width, end[1]), colour)

    def line(self, points: Sequence[Point], colour: Colour, width: float, dash: Sequence[float] = ()) -> None:
        """Draw a line through points; `dash` gives the lengths of stroke, gap, stroke, ... in pixels."""
        pen = max(1, round(width * self._scale))
        for part in _dash(points, dash) if dash else (points,):
            if len(part) > 1:
                self._draw.line(self._scaled(part), colour, pen, joint="curve")

    def polygon(self, points: Sequence[Point], fill: Colour, alpha: float = 1.0) -> None:
        """Fill a polygon; `alpha` below 1 lets what is below shine through."""
        scaled = self._scaled(points)
        if alpha >= 1:
            self._draw.polygon(scaled, fill)
            return
        left, top = math.floor(min(x for x, _ in scaled)), math.floor(min(y for _, y in scaled))
        right, bottom = math.ceil(max(x for x, _ in scaled)) + 1, math.ceil(max(y for _, y in scaled)) + 1
        mask = Image.new("L", (right - left, bottom - top))
        ImageDraw.Draw(mask).polygon([(x - left, y - top) for x, y in scaled], round(255 * alpha))
        self._image.paste(fill, (left, top), mask)

    def paste(self, image: Image.Image) -> None:
        """Cover the picture with another one of its size."""
        self._image.paste(image.resize(self._image.size))

    def disc(
        self, centre: Point, radius: float, fill: Colour | None, outline: Colour | None = None, width: float = 1
    ) -> None:
        """Fill a circle."""
        x, y, r = centre[0] * self._scale, centre[1] * self._scale, radius * self._scale
        pen = max(1, round(width * self._scale)) if outline else 0
        self._draw.ellipse((x - r, y - r, x + r - 1, y + r - 1), fill, outline, pen)

    def _scaled(self, points: Sequence[Point]) -> list[Point]:
        return [(x * self._scale, y * self._scale) for x, y in points]

    def _round(self, box: Box) -> tuple[int, int, int, int]:
        if self._snap:
            x0, y0, x1, y1 = (round(side) * self._scale for side in box)
        else:
            x0, y0, x1, y1 = (round(side * self._scale) for side in box)
        return x0, y0, x1, y1


def _dash(points: Sequence[Point], lengths: Sequence[float]) -> list[list[Point]]:
    """Cut a line into strokes; `lengths` alternates stroke and gap and starts again at its end."""
    strokes: list[list[Point]] = [[points[0]]]
    turn, left = 0, lengths[0]
    for (x0, y0), (x1, y1) in pairwise(points):
        span, done = math.hypot(x1 - x0, y1 - y0), 0.0
        while span - done > left:
            done += left
            place = (x0 + (x1 - x0) * done / span, y0 + (y1 - y0) * done / span)
            if turn % 2 == 0:
                strokes[-1].append(place)
            else:
                strokes.append([place])
            turn += 1
            left = lengths[turn % len(lengths)]
        left -= span - done
        if turn % 2 == 0:
            strokes[-1].append((x1, y1))
    return strokes

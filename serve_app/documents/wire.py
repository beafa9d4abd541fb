"""Messages between the process that opens documents and the one that asks for it.

A message is a JSON object and, behind it, bytes (an image): two lengths of four bytes, then both. JSON, since what a
hostile document might make of the sender must not be able to run code in the receiver, as it could with pickle.
"""

import json
import struct
from collections.abc import Iterator
from math import hypot
from typing import Any, BinaryIO

from serve_app.documents.page import (
    DocumentPage,
    Drawing,
    DrawingRole,
    PageImage,
    PageLine,
    PlacedImage,
    SourceReason,
    Suspicion,
    TextSource,
)
from serve_app.domain import Box, Polygon, Size, TextLine, Word

HEADER = struct.Struct("<II")
MAX_JSON = 64 * 1024 * 1024
"""Bytes of a message's JSON; a page of 100,000 characters takes about 10 MiB."""
MAX_BYTES = 256 * 1024 * 1024
"""Bytes behind it; a page of 16 million pixels has 48 million."""

Message = dict[str, Any]


def pack(message: Message, data: bytes = b"") -> bytes:
    """A message's lengths and JSON; `data` is to follow it."""
    encoded = json.dumps(message, separators=(",", ":")).encode()
    return HEADER.pack(len(encoded), len(data)) + encoded


def read_message(stream: BinaryIO) -> Message | None:
    """The next message without bytes behind it; None at the stream's end."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    length, _ = HEADER.unpack(header)
    message: Message = json.loads(stream.read(length))
    return message


def write_page(page: DocumentPage) -> Message:
    """A page as JSON, without its image. Numbers are rounded to hundredths of a pixel."""
    return {
        "number": page.number,
        "size": [page.size.width, page.size.height],
        "points": page.points,
        "scale": page.scale,
        "rotation": page.rotation,
        "source": page.source,
        "reason": page.reason,
        "lines": [_write_line(line) for line in page.lines],
        "drawings": [
            [_write_box(d.box), d.role, d.images, d.shadings, d.curves, d.lines, d.boxes, round(d.text_share, 4)]
            for d in page.drawings
        ],
        "images": [[_write_box(image.box), image.stored.width, image.stored.height] for image in page.images],
        "truncated": page.truncated,
    }


def parse_page(message: Message, image: PageImage | None) -> DocumentPage:
    """The page that `write_page` wrote.

    Raises:
        KeyError, TypeError, ValueError: for anything else.
    """
    return DocumentPage(
        number=message["number"],
        size=Size(*message["size"]),
        points=(message["points"][0], message["points"][1]),
        scale=message["scale"],
        rotation=message["rotation"],
        source=TextSource(message["source"]),
        reason=SourceReason(message["reason"]),
        lines=tuple(_parse_line(line) for line in message["lines"]),
        drawings=tuple(Drawing(Box(*box), DrawingRole(role), *rest) for box, role, *rest in message["drawings"]),
        images=tuple(PlacedImage(Box(*box), Size(width, height)) for box, width, height in message["images"]),
        truncated=tuple(message["truncated"]),
        image=image,
    )


def _write_line(line: PageLine) -> list[Any]:
    # A word is as high as its line: where it begins and ends along the line says all.
    (x, y), (end_x, end_y), _, _ = line.text.polygon
    length = hypot(end_x - x, end_y - y) or 1.0
    along, down = (end_x - x) / length, (end_y - y) / length
    words = [
        [word.text, *(round((px - x) * along + (py - y) * down, 2) for px, py in word.polygon[:2])]
        for word in line.text.words
    ]
    return [
        line.text.text,
        _write_polygon(line.text.polygon),
        words,
        line.font_size,
        line.bold,
        line.italic,
        line.angle,
        line.hyphenated,
        line.suspicion,
        line.suspect_words,
    ]


def _parse_line(values: list[Any]) -> PageLine:
    text, outline, words, font_size, bold, italic, angle, hyphenated, suspicion, suspect_words = values
    polygon = _parse_polygon(outline)
    return PageLine(
        text=TextLine(text, 1.0, polygon, tuple(_parse_words(words, polygon))),
        font_size=font_size,
        bold=bold,
        italic=italic,
        angle=angle,
        hyphenated=hyphenated,
        suspicion=None if suspicion is None else Suspicion(suspicion),
        suspect_words=tuple(suspect_words),
    )


def _parse_words(words: list[Any], line: Polygon) -> Iterator[Word]:
    (x, y), (end_x, end_y), _, (low_x, low_y) = line
    length = hypot(end_x - x, end_y - y) or 1.0
    along, down = (end_x - x) / length, (end_y - y) / length
    for text, start, end in words:
        x0, y0, x1, y1 = start * along, start * down, end * along, end * down
        yield Word(text, ((x + x0, y + y0), (x + x1, y + y1), (low_x + x1, low_y + y1), (low_x + x0, low_y + y0)))


def _write_polygon(polygon: Polygon) -> list[float]:
    return [round(value, 2) for point in polygon for value in point]


def _parse_polygon(values: list[float]) -> Polygon:
    a, b, c, d, e, f, g, h = values
    return (a, b), (c, d), (e, f), (g, h)


def _write_box(box: Box) -> list[float]:
    return [round(value, 2) for value in (box.left, box.top, box.right, box.bottom)]

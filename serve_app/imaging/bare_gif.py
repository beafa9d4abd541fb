"""A GIF without the parts that its first frame does not need.

GIF89a (CompuServe, 1990): a screen with a palette, then blocks: extensions and frames, each with its data in pieces of
up to 255 bytes.
"""

from collections.abc import Iterator
from typing import NamedTuple

from serve_app.errors import UnreadableImage
from serve_app.imaging.bounds import check_count

MAX_PIECES = 100_000
"""Blocks and pieces of their data. An encoder's pieces are 255 bytes long: 20,600 in 5 MiB."""

_EXTENSION, _FRAME, _TRAILER = 0x21, 0x2C, 0x3B
_CONTROL = b"\x21\xf9\x04"  # a graphic control extension: which colour is transparent
_DISPOSAL = 0x1C
"""Bits of a control extension that say what comes after the frame; the parser makes room for it."""


class _Block(NamedTuple):
    kind: int
    start: int
    end: int


def strip_gif(data: bytes) -> bytes:
    """Keep the screen, and the first frame with the extension that says which of its colours is transparent.

    Raises:
        UnreadableImage: for a file without a frame, or with more pieces than an honest one has.
    """
    control = b""
    for block in _list_blocks(data):
        if block.kind == _FRAME:
            screen = data[: _find_first_block(data)]
            return screen + control + data[block.start : block.end] + bytes([_TRAILER])
        if data.startswith(_CONTROL, block.start) and block.end - block.start == 8:
            flags = data[block.start + 3] & ~_DISPOSAL
            control = _CONTROL + bytes([flags]) + data[block.start + 4 : block.end]
    raise UnreadableImage("The GIF file ends before its first frame does. Send the whole file")


def count_gif_frames(data: bytes) -> int:
    """Frames of an animation, those that are complete."""
    return max(1, sum(block.kind == _FRAME for block in _list_blocks(data)))


def _find_first_block(data: bytes) -> int:
    return 13 + _palette_bytes(data[10] if len(data) > 10 else 0)


def _palette_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _list_blocks(data: bytes) -> Iterator[_Block]:
    """The complete blocks before the trailer; a frame that is cut short ends with the file."""
    start, pieces = _find_first_block(data), 0
    while start + 2 < len(data) and data[start] in (_EXTENSION, _FRAME):
        kind = data[start]
        if kind == _EXTENSION:
            position = start + 2
        else:
            if start + 10 >= len(data):
                return
            position = start + 10 + _palette_bytes(data[start + 9]) + 1  # and the byte of LZW's code size
        while position < len(data) and data[position]:
            position += 1 + data[position]
            pieces += 1
            check_count(pieces, MAX_PIECES, "pieces or more")
        pieces += 1
        check_count(pieces, MAX_PIECES, "pieces or more")
        end = min(position + 1, len(data))
        yield _Block(kind, start, end)
        start = end

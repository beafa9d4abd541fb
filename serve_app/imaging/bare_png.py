"""A PNG without the chunks that its pixels do not need.

PNG (Third Edition, W3C 2025), section 5: a file is a signature and chunks, each of a length, a name, data and a
checksum. Texts and profiles may inflate a thousandfold, and the parser would inflate each of them.
"""

from collections.abc import Iterator
from typing import NamedTuple

from serve_app.imaging.bounds import check_count

MAX_CHUNKS = 10_000
"""Chunks of a file. libpng cuts the pixels into chunks of 8 KiB: 640 in 5 MiB."""

MAX_EXIF_BYTES = 64 * 1024
"""Length of EXIF that is still parsed, as in a JPEG, where a segment cannot be longer."""

_SIGNATURE_BYTES = 8
_KEPT = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
_RAW_EXIF = b"Raw profile type exif\0"
"""How ImageMagick kept EXIF before PNG had a chunk for it."""


class _Chunk(NamedTuple):
    name: bytes
    start: int
    end: int


def strip_png(data: bytes) -> bytes:
    """Keep the chunks that make the pixels, and the first EXIF, which holds the orientation.

    Damage is kept too, for the parser to find: a missing chunk, a wrong checksum, an early end.

    Raises:
        UnreadableImage: for more than `MAX_CHUNKS` chunks.
    """
    kept = [data[:_SIGNATURE_BYTES]]
    end = _SIGNATURE_BYTES
    oriented = False
    for chunk in _list_chunks(data):
        exif = not oriented and _is_exif(data, chunk)
        if exif or chunk.name in _KEPT:
            kept.append(data[chunk.start : chunk.end])
        oriented = oriented or exif
        end = chunk.end
    kept.append(data[end:])
    return b"".join(kept)


def count_png_frames(data: bytes) -> int:
    """Frames of an animated PNG, by its `acTL` chunk; 1 for any other."""
    for chunk in _list_chunks(data):
        if chunk.name == b"acTL":
            return max(1, int.from_bytes(data[chunk.start + 8 : chunk.start + 12], "big"))
        if chunk.name == b"IDAT":
            break
    return 1


def _list_chunks(data: bytes) -> Iterator[_Chunk]:
    """The chunks that are complete."""
    start, count = _SIGNATURE_BYTES, 0
    while start + 12 <= len(data):
        end = start + 12 + int.from_bytes(data[start : start + 4], "big")
        if end > len(data):
            return
        count += 1
        check_count(count, MAX_CHUNKS, "chunks or more")
        yield _Chunk(data[start + 4 : start + 8], start, end)
        start = end


def _is_exif(data: bytes, chunk: _Chunk) -> bool:
    if chunk.end - chunk.start > MAX_EXIF_BYTES:
        return False
    return chunk.name == b"eXIf" or (chunk.name in (b"tEXt", b"zTXt") and data.startswith(_RAW_EXIF, chunk.start + 8))

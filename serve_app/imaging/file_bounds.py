"""Bounds on how a file is built, checked before Pillow parses it.

The work of decoding is bounded by an image's pixels only in an honest file. Some files make a parser repeat itself: a
thousand progressive scans of the same picture, a profile that inflates a thousandfold, given a thousand times.
Measured with Pillow 13 on one core: a JPEG of 0.1 MB with 300 scans of 24 million pixels takes 4.4 s, a PNG of 2 MB
with 2,000 profiles 1.1 s, one of 5 MB with 400,000 empty chunks 0.8 s, a JPEG of 4 MB with 20,000 EXIF segments 2.7 s,
a TIFF of 4 MB with a million strips 4.3 s.
"""

import struct
from collections.abc import Iterator

from serve_app.errors import UnreadableImage

MAX_PROFILES = 16
"""Colour profiles of a PNG. The standard allows one; their chunk's name is counted wherever it occurs."""

MAX_CHUNKS = 10_000
"""Parts of a PNG. libpng cuts the pixels into parts of 8 KiB: 640 in 5 MiB."""

MAX_SCANS = 100
"""Of a JPEG, as in libtiff (TIFF_JPEG_MAX_ALLOWED_SCAN_NUMBER). Progressive encoders write about ten; the marker also
occurs by chance, about once in 64 KiB of metadata."""

MAX_EXIF = 16
"""EXIF segments of a JPEG, which Pillow joins in quadratic time. The standard allows one."""

MAX_STRIPS = 100_000
"""Strips or tiles of a TIFF: one for each row and colour plane of an image of 30,000 rows."""

MAX_DIRECTORIES = 1000
"""Pages of a TIFF that are counted; a longer file counts as this many."""

_STRIP_TAGS = (273, 324)  # StripOffsets, TileOffsets


def check_structure(data: bytes, image_format: str) -> None:
    """Refuse a file whose parts are too many to decode quickly.

    Args:
        data: the upload, whose signature has been checked.
        image_format: Pillow's name.

    Raises:
        UnreadableImage: naming what there is too much of.
    """
    if image_format == "PNG":
        _check_count(data.count(b"iCCP"), MAX_PROFILES, "colour profiles")
        _check_count(_count_chunks(data, MAX_CHUNKS + 1), MAX_CHUNKS, "chunks")
    elif image_format == "JPEG":
        # In a scan's data a 0xFF byte is always followed by 0x00 or a restart marker, so no scan escapes this count.
        _check_count(data.count(b"\xff\xda"), MAX_SCANS, "JPEG scans")
        _check_count(data.count(b"Exif\0\0"), MAX_EXIF, "EXIF segments")
    elif image_format == "TIFF":
        layout = TiffLayout(data)
        try:
            for tag, values in layout.read_entries(layout.first):
                if tag in _STRIP_TAGS:
                    _check_count(values, MAX_STRIPS, "TIFF strips")
        except struct.error as error:
            raise UnreadableImage("The TIFF file ends before its first directory does. Send the whole file") from error


def count_directories(data: bytes) -> int:
    """Pages of a TIFF, counted along the chain of its directories; a chain that closes to a loop ends there."""
    seen: set[int] = set()
    layout = TiffLayout(data)
    offset = layout.first
    while offset and offset not in seen and len(seen) < MAX_DIRECTORIES:
        try:
            following = layout.find_next(offset)
        except struct.error:
            break
        seen.add(offset)
        offset = following
    return max(1, len(seen))


def _count_chunks(png: bytes, most: int) -> int:
    """Chunks of a PNG, up to `most`: each has 4 bytes for its length, 4 for its name, 4 for its checksum."""
    offset, count = 8, 0
    while offset + 8 <= len(png) and count < most:
        offset += 12 + int.from_bytes(png[offset : offset + 4], "big")
        count += 1
    return count


def _check_count(count: int, bound: int, what: str) -> None:
    if count > bound:
        raise UnreadableImage(
            f"The file has {count:,} {what}; at most {bound:,} are read. Save the image again as PNG and send that"
        )


class TiffLayout:
    """Where a TIFF keeps its directories. The methods raise struct.error for an offset outside the file.

    TIFF 6.0 (Adobe, 1992), section 2; BigTIFF (libtiff) widens the counts and offsets to 64 bits.
    """

    def __init__(self, data: bytes) -> None:
        order = "<" if data.startswith(b"II") else ">"
        big = data[2:4] in (b"+\0", b"\0+")
        self._data = data
        self._count = struct.Struct(order + ("Q" if big else "H"))
        self._entry = struct.Struct(order + ("HHQ8x" if big else "HHI4x"))  # tag, type, number of values
        self._offset = struct.Struct(order + ("Q" if big else "I"))
        self.first = self._unpack(self._offset, 8 if big else 4)[0] if len(data) >= 16 else 0

    def read_entries(self, directory: int) -> Iterator[tuple[int, int]]:
        """Tag and number of values of each entry."""
        start = directory + self._count.size
        for index in range(self._unpack(self._count, directory)[0]):
            tag, _, values = self._unpack(self._entry, start + index * self._entry.size)
            yield tag, values

    def find_next(self, directory: int) -> int:
        """Offset of the directory after this one; 0 after the last."""
        count = self._unpack(self._count, directory)[0]
        return self._unpack(self._offset, directory + self._count.size + count * self._entry.size)[0]

    def _unpack(self, layout: struct.Struct, offset: int) -> tuple[int, ...]:
        # A BigTIFF offset can exceed what unpack_from takes for a number.
        return layout.unpack_from(self._data, min(offset, len(self._data)))

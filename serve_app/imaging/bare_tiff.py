"""A TIFF without the tags that its pixels do not need.

TIFF 6.0 (Adobe, 1992), section 2; BigTIFF (libtiff) widens the counts and offsets to 64 bits. A tag's values stand
anywhere in the file: thousands of tags can each claim the whole of it.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from serve_app.errors import UnreadableImage
from serve_app.imaging.bounds import check_count

MAX_ENTRIES = 1_000
"""Tags of a directory. Honest files have about twenty, cameras a hundred."""

MAX_STRIPS = 20_000
"""Strips or tiles of a page: one for each row of the longest image that is read."""

MAX_DIRECTORIES = 1000
"""Pages that are counted; a longer file counts as this many."""

MAX_VALUES = 64
"""Of any other tag; they hold one value for each colour channel, or two for each."""

_STRIPS = (273, 279, 324, 325)  # StripOffsets, StripByteCounts, TileOffsets, TileByteCounts
_MOST_VALUES = dict.fromkeys(_STRIPS, MAX_STRIPS) | {
    320: 3 << 16,  # ColorMap: red, green and blue of each of 2**16 colours
    347: 1 << 16,  # JPEGTables: a JPEG's segments
    519: MAX_VALUES,
    520: MAX_VALUES,
    521: MAX_VALUES,
}
_KEPT = {
    *(254, 256, 257, 258, 259, 262, 266, 274, 277, 278, 284),  # size, samples, compression, colour space, orientation
    *(292, 293, 317, 322, 323, 332, 334, 338, 339),  # fax options, predictor, tiles, inks, transparency, numbers
    *(512, 513, 514, 515, 519, 520, 521, 529, 530, 531, 532),  # old JPEG, YCbCr
    *(50674,),  # LERC
    *_MOST_VALUES,
}


class _Entry(NamedTuple):
    tag: int
    values: int
    data: bytes


def strip_tiff(data: bytes) -> bytes:
    """Keep the first directory, and of it the tags that say where the pixels are and how they are stored.

    Raises:
        UnreadableImage: for more tags, strips or values than an honest file has, or a directory cut short.
    """
    layout = TiffLayout(data)
    kept: dict[int, bytes] = {}
    try:
        for entry in layout.read_entries(layout.first):
            if entry.tag in _KEPT and entry.tag not in kept:
                what = "TIFF strips" if entry.tag in _STRIPS else f"values in TIFF tag {entry.tag}"
                check_count(entry.values, _MOST_VALUES.get(entry.tag, MAX_VALUES), what)
                kept[entry.tag] = entry.data
    except struct.error as error:
        raise UnreadableImage("The TIFF file ends before its first directory does. Send the whole file") from error
    return layout.replace_entries(layout.first, list(kept.values()))


def count_tiff_pages(data: bytes) -> int:
    """Pages, counted along the chain of directories; a chain that closes to a loop ends there."""
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


class TiffLayout:
    """Where a TIFF keeps its directories. The methods raise struct.error for an offset outside the file."""

    def __init__(self, data: bytes) -> None:
        order = "<" if data.startswith(b"II") else ">"
        big = data[2:4] in (b"+\0", b"\0+")
        self._data = data
        self._count = struct.Struct(order + ("Q" if big else "H"))
        self._entry = struct.Struct(order + ("HHQ8x" if big else "HHI4x"))  # tag, type, number of values
        self._offset = struct.Struct(order + ("Q" if big else "I"))
        self.first = self._unpack(self._offset, 8 if big else 4)[0] if len(data) >= 16 else 0

    def read_entries(self, directory: int) -> Iterator[_Entry]:
        """Each entry of a directory.

        Raises:
            UnreadableImage: for more than `MAX_ENTRIES`.
        """
        start, count = directory + self._count.size, self._unpack(self._count, directory)[0]
        check_count(count, MAX_ENTRIES, "TIFF tags")
        for index in range(count):
            offset = start + index * self._entry.size
            tag, _, values = self._unpack(self._entry, offset)
            yield _Entry(tag, values, self._data[offset : offset + self._entry.size])

    def replace_entries(self, directory: int, entries: list[bytes]) -> bytes:
        """The file with no more than these entries in a directory, and no directory after it."""
        written = self._count.pack(len(entries)) + b"".join(entries) + self._offset.pack(0)
        return self._data[:directory] + written + self._data[directory + len(written) :]

    def find_next(self, directory: int) -> int:
        """Offset of the directory after this one; 0 after the last."""
        count = self._unpack(self._count, directory)[0]
        return self._unpack(self._offset, directory + self._count.size + count * self._entry.size)[0]

    def _unpack(self, layout: struct.Struct, offset: int) -> tuple[int, ...]:
        # A BigTIFF offset can exceed what unpack_from takes for a number.
        return layout.unpack_from(self._data, min(offset, len(self._data)))

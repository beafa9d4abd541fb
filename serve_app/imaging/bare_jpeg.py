"""A JPEG without the segments that its pixels do not need.

ITU-T T.81 (1992), annex B: segments stand before the first scan, each of a marker, a length and data. Any number of
fill bytes may stand before a marker, and any number of comments and application segments between them.
"""

from serve_app.errors import UnreadableImage
from serve_app.imaging.bounds import check_count

MAX_SEGMENTS = 1_000
"""Before the first scan. An ICC profile takes up to 255; large XMP takes 80 in 5 MiB."""

MAX_SCANS = 100
"""Of a file, as in libtiff (TIFF_JPEG_MAX_ALLOWED_SCAN_NUMBER). Progressive encoders write about ten."""

MAX_FILL = 1024
"""Bytes between two segments that belong to neither."""

_SOI, _EOI, _SOS, _TEM = 0xD8, 0xD9, 0xDA, 0x01
_APP0, _APP1, _APP14 = 0xE0, 0xE1, 0xEE
_FRAMES_AND_TABLES = (*range(0xC0, 0xD0), 0xDB, 0xDD)  # SOF, DHT, DAC; DQT; DRI
_CONTENT = {_APP0: b"JFIF\0", _APP1: b"Exif\0\0", _APP14: b"Adobe"}
"""Application segments that say how the pixels are to be taken: the colour space, the orientation. One of each."""


def strip_jpeg(data: bytes) -> bytes:
    """Keep the segments that make the pixels, and the first EXIF, which holds the orientation.

    Damage is kept too, for the parser to find.

    Raises:
        UnreadableImage: for more segments, scans or stray bytes than an honest file has.
    """
    kept = [data[:2]]
    found: set[int] = set()
    position, segments = 2, 0
    while True:
        marker_at = _find_marker(data, position)
        if marker_at is None or data[marker_at] == _EOI:
            break
        marker = data[marker_at]
        if marker == _SOS:
            # In a scan's data 0xFF is always followed by 0x00 or a restart marker, so this counts every scan.
            check_count(data.count(b"\xff\xda", marker_at - 1), MAX_SCANS, "JPEG scans")
            return b"".join((*kept, data[marker_at - 1 :]))
        segments += 1
        check_count(segments, MAX_SEGMENTS, "segments or more")
        position = marker_at + 1
        if marker in (_SOI, _TEM) or marker in range(0xD0, 0xD8):
            continue
        position += max(2, int.from_bytes(data[position : position + 2], "big"))
        content = _CONTENT.get(marker)
        if marker in _FRAMES_AND_TABLES or (
            content and marker not in found and data.startswith(content, marker_at + 3)
        ):
            found.add(marker)
            kept.append(data[marker_at - 1 : position])
    return b"".join(kept)


def _find_marker(data: bytes, position: int) -> int | None:
    """Where the next marker's second byte stands, after fill bytes; None at the end of the file."""
    window = data[position : position + MAX_FILL + 2]
    offset = window.find(b"\xff")
    while 0 <= offset < len(window) - 1:
        if window[offset + 1] not in (0x00, 0xFF):
            return position + offset + 1
        offset = window.find(b"\xff", offset + 1)
    if len(window) < MAX_FILL + 2:
        return None
    raise UnreadableImage(
        f"The JPEG file has more than {MAX_FILL:,} stray bytes between two segments. Save the image as a new PNG and "
        "send that"
    )

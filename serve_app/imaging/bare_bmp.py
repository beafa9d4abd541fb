"""Run-length encoded bitmaps, which Pillow decodes in Python, byte by byte."""

from serve_app.errors import UnreadableImage

MAX_RUN_BYTES = 128 * 1024
"""Length of run-length encoded pixels."""

_COMPRESSION, _RUN_LENGTH = 30, (1, 2)  # BI_RLE8, BI_RLE4


def check_bmp(data: bytes) -> bytes:
    """Return a bitmap that decodes quickly.

    Raises:
        UnreadableImage: it is run-length encoded, and long.
    """
    if int.from_bytes(data[_COMPRESSION : _COMPRESSION + 4], "little") in _RUN_LENGTH and len(data) > MAX_RUN_BYTES:
        raise UnreadableImage(
            f"The BMP file is run-length encoded and has {len(data):,} bytes, which exceeds the limit of "
            f"{MAX_RUN_BYTES:,} for that encoding. Save the image as PNG and send that"
        )
    return data

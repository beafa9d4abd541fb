"""Uploads that break careless services, each with the status that it is answered with under the default limits.

Those with status 200 are odd but readable; Pillow warns (UserWarning) of the broken metadata that it skips in them.
The factories are cheap to import; each makes at most 6 MiB when called.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import partial

from PIL import Image

from tests.drawings import encode, sketch_chart

BOMB_SIDE = 30_000
TIFF_BYTE, TIFF_SHORT, TIFF_LONG, TIFF_RATIONAL = 1, 3, 4, 5


def chunk(kind: bytes, data: bytes) -> bytes:
    """A PNG chunk with its checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *extra: bytes, depth: int = 8, colour: int = 0, pixels: bytes | None = None) -> bytes:
    """A PNG with chunks of choice before its pixels; without `pixels` it holds a single white row."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    rows = zlib.compress(b"\0" + b"\xff" * width) if pixels is None else pixels
    return b"".join((b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", header), *extra, chunk(b"IDAT", rows), chunk(b"IEND", b"")))


def tiff(*entries: tuple[int, int, int, int], following: int = 0, tail: bytes = b"") -> bytes:
    """A little-endian TIFF of one directory at offset 8; entries are tag, type, number of values, value."""
    directory = b"".join(struct.pack("<HHII", *entry) for entry in sorted(entries))
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + directory + struct.pack("<I", following) + tail


def grey_tiff(width: int, height: int, *, following: int = 0, strips: int = 1, rows: int | None = None) -> bytes:
    """An uncompressed 8-bit grey TIFF whose pixels are black, with room for two strip arrays."""
    arrays = 8 + 2 + 10 * 12 + 4
    pixels = arrays + 2 * 4 * strips
    single = strips == 1
    return tiff(
        (256, TIFF_LONG, 1, width),
        (257, TIFF_LONG, 1, height),
        (258, TIFF_SHORT, 1, 8),
        (259, TIFF_SHORT, 1, 1),
        (262, TIFF_SHORT, 1, 1),
        (273, TIFF_LONG, strips, pixels if single else arrays),
        (277, TIFF_SHORT, 1, 1),
        (278, TIFF_LONG, 1, rows or height),
        (279, TIFF_LONG, strips, min(width * height, 65_536) if single else arrays + 4 * strips),
        (284, TIFF_SHORT, 1, 1),
        following=following,
        tail=struct.pack("<I", pixels) * (2 * strips) + bytes(min(width * height, 65_536)),
    )


def bmp(width: int, height: int, *, bits: int = 24, compression: int = 0, pixels: bytes = b"") -> bytes:
    """A bitmap of the given declared size."""
    palette = b"" if bits > 8 else bytes(value for index in range(256) for value in (index, 255 - index, index, 0))
    start = 14 + 40 + len(palette)
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start) + info + palette + pixels


def jpeg(*segments: bytes, **options: object) -> bytes:
    """A small JPEG with segments of choice behind its start marker."""
    plain = encode(sketch_chart(64, 48), "JPEG", **options)
    return b"".join((plain[:2], *segments, plain[2:]))


def segment(marker: int, data: bytes) -> bytes:
    """A JPEG segment."""
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def resized_jpeg(width: int, height: int) -> bytes:
    """A JPEG that declares another size than it has."""
    data = bytearray(jpeg())
    start = data.index(b"\xff\xc0") + 5
    data[start : start + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def webp_canvas(width: int, height: int) -> bytes:
    """An extended WEBP that declares a canvas of any size around a small picture."""
    picture = encode(sketch_chart(64, 48), "WEBP")[12:]
    canvas = struct.pack("<I", 0) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBP" + b"VP8X" + struct.pack("<I", len(canvas)) + canvas + picture
    return b"RIFF" + struct.pack("<I", len(body)) + body


def progressive_scans(count: int) -> bytes:
    """A JPEG that refines its picture again and again."""
    data = encode(Image.new("L", (2000, 2000), 128), "JPEG", progressive=True)
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + last * count + data[-2:]


def half(image_format: str) -> bytes:
    """The first half of a sound file."""
    data = encode(sketch_chart(), image_format)
    return data[: len(data) // 2]


def animation() -> bytes:
    """A WEBP of three frames."""
    frames = [sketch_chart(96, 64), Image.new("RGB", (96, 64), "red"), Image.new("RGB", (96, 64), "blue")]
    return encode(frames[0], "WEBP", save_all=True, append_images=frames[1:])


def office_document() -> bytes:
    """The beginning of a Word document."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<w:document/>")
    return buffer.getvalue()


def deep_png() -> bytes:
    """16-bit grey, from black to white."""
    rows = b"".join(b"\0" + struct.pack(">64H", *(round(x * 65_535 / 63) for x in range(64))) for _ in range(32))
    return png(64, 32, depth=16, pixels=zlib.compress(rows))


def inflating(kind: bytes) -> bytes:
    """A PNG chunk of 10 KB that inflates to 10 MB."""
    return chunk(kind, b"name\0\0" + zlib.compress(bytes(10_000_000), 9))


INFLATING_TEXT = b"k\0\1\0\0\0" + zlib.compress(b"\xff" * 1_000_000, 9)
"""A text of 1 MB that is not in UTF-8, so that a parser inflates it and throws it away uncounted."""


def tagged_tiff(*entries: tuple[int, int, int, int], tail: bytes = b"") -> bytes:
    """A grey TIFF of 16 x 16 pixels with further tags."""
    plain = [
        (256, TIFF_SHORT, 1, 16),
        (257, TIFF_SHORT, 1, 16),
        (258, TIFF_SHORT, 1, 8),
        (259, TIFF_SHORT, 1, 1),
        (262, TIFF_SHORT, 1, 1),
        (273, TIFF_LONG, 1, 8),
        (277, TIFF_SHORT, 1, 1),
        (278, TIFF_SHORT, 1, 16),
        (279, TIFF_LONG, 1, 256),
    ]
    return tiff(*plain, *entries, tail=bytes(300) + tail)


def gif(*blocks: bytes) -> bytes:
    """A GIF with blocks of choice before its frame."""
    plain = encode(sketch_chart(64, 48), "GIF")
    start = 13 + (3 << (plain[10] & 7) + 1)
    return b"".join((plain[:start], *blocks, plain[start:]))


HOSTILE: dict[str, tuple[Callable[[], bytes], int]] = {
    # No image
    "empty": (lambda: b"", 400),
    "text": (lambda: b"BM is how this text begins.\n" * 3, 415),
    "json": (lambda: b'{"file": "..."}', 415),
    "html": (lambda: b"<!DOCTYPE html><html><body>404</body></html>", 415),
    "svg": (lambda: b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', 415),
    "base64": (lambda: b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ", 415),
    "pdf": (lambda: encode(sketch_chart(64, 48), "PDF"), 415),
    "ppm": (lambda: encode(sketch_chart(64, 48), "PPM"), 415),
    "jpeg_2000": (lambda: encode(sketch_chart(64, 48), "JPEG2000"), 415),
    "heif": (lambda: b"\0\0\0\x18ftypmif1\0\0\0\0mif1miaf", 415),
    "docx": (office_document, 415),
    "noise": (lambda: bytes((i * i * 7 + i // 3 + 128) % 256 for i in range(2000)), 415),
    # Cut short or damaged
    **{f"truncated_{name.lower()}": (partial(half, name), 400) for name in ("PNG", "JPEG", "WEBP", "BMP")},
    "truncated_tiff": (lambda: grey_tiff(640, 480)[:20_000], 400),
    "signature_only": (lambda: b"\x89PNG\r\n\x1a\n", 400),
    "header_only": (lambda: png(640, 480)[:33], 400),
    "png_bad_checksum": (lambda: png(64, 48).replace(b"IHDR", b"IHDR\0", 1), 400),
    "png_bad_zlib": (lambda: png(64, 48, pixels=b"\x78\x9c" + b"\xff" * 40), 400),
    "bmp_rle_short": (lambda: bmp(200, 200, bits=8, compression=1, pixels=b"\x09\x01\0\x01"), 400),
    "tiff_directory_outside": (lambda: b"II*\0\xff\xff\xff\x7f" + bytes(64), 400),
    "tiff_without_size": (lambda: tiff((258, TIFF_SHORT, 1, 8), tail=bytes(64)), 400),
    "no_pixels": (lambda: png(0, 100), 400),
    "one_pixel": (lambda: png(1, 1), 400),
    # Too large
    "many_bytes": (lambda: encode(sketch_chart(), "PNG") + bytes(6 * 1024 * 1024), 413),
    "bomb_png": (lambda: png(BOMB_SIDE, BOMB_SIDE), 413),
    "bomb_jpeg": (lambda: resized_jpeg(BOMB_SIDE, BOMB_SIDE), 413),
    "bomb_webp": (lambda: webp_canvas(BOMB_SIDE, BOMB_SIDE), 413),
    "bomb_bmp": (lambda: bmp(BOMB_SIDE, BOMB_SIDE), 413),
    "bomb_tiff": (lambda: grey_tiff(BOMB_SIDE, BOMB_SIDE), 413),
    "long_side": (lambda: png(25_000, 16), 413),
    # Built to make a parser work
    "png_many_chunks": (lambda: png(64, 48, chunk(b"teSt", b"") * 400_000), 400),
    "jpeg_many_scans": (lambda: progressive_scans(3000), 400),
    "jpeg_many_exif": (lambda: jpeg(segment(0xE1, b"Exif\0\0" + bytes(200)) * 20_000), 400),
    "jpeg_many_comments": (lambda: jpeg(segment(0xFE, b"") * 1_000_000), 400),
    "jpeg_many_tables": (lambda: jpeg(segment(0xDB, b"") * 1_000_000), 400),
    "jpeg_zeros": (lambda: jpeg(segment(0xFE, b""), bytes(5_000_000)), 400),
    "jpeg_fill_bytes": (lambda: jpeg(b"\xff" * 5_000_000), 400),
    "jpeg_stuffed_bytes": (lambda: jpeg(b"\xff\0" * 2_500_000), 400),
    "tiff_many_tags": (lambda: tagged_tiff(*((tag, TIFF_BYTE, 100_000, 0) for tag in range(1000, 9000))), 400),
    "tiff_many_values": (lambda: tagged_tiff((339, TIFF_SHORT, 2_000_000, 8), tail=bytes(4_500_000)), 400),
    "bmp_rle_long": (lambda: bmp(8000, 4000, bits=8, compression=1, pixels=b"\1\0" * 2_000_000), 400),
    "gif_many_pieces": (lambda: gif(b"\x21\xfe" + b"\1a" * 2_000_000 + b"\0"), 400),
    "tiff_many_strips": (lambda: grey_tiff(64, 48, strips=500_000, rows=1), 400),
    # Odd, but readable
    "narrow": (lambda: encode(Image.new("RGB", (5000, 10), "white"), "PNG"), 200),
    "cmyk_jpeg": (lambda: encode(sketch_chart().convert("CMYK"), "JPEG"), 200),
    "deep_png": (deep_png, 200),
    "gif": (lambda: encode(sketch_chart(64, 48), "GIF"), 200),
    "avif": (lambda: encode(sketch_chart(64, 48), "AVIF"), 200),
    "png_text_bomb": (lambda: png(64, 48, inflating(b"zTXt")), 200),
    "png_texts": (lambda: png(64, 48, chunk(b"iTXt", INFLATING_TEXT) * 4_500), 200),
    "png_profile_bomb": (lambda: png(64, 48, inflating(b"iCCP")), 200),
    "png_many_profiles": (lambda: png(64, 48, chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(900_000))) * 500), 200),
    "jpeg_photoshop": (lambda: jpeg(segment(0xED, b"Photoshop 3.0\0" + b"8BIM\3\xed\0\0\0\0\0\0" * 5_400) * 75), 200),
    "gif_comments": (lambda: gif((b"\x21\xfe" + b"\x01a" * 250 + b"\0") * 300), 200),
    "tiff_rationals": (lambda: tagged_tiff((282, TIFF_RATIONAL, 500_000, 8), tail=bytes(4_500_000)), 200),
    "animated_webp": (animation, 200),
    "jpeg_broken_exif": (lambda: jpeg(segment(0xE1, b"Exif\0\0II*\0\xff\xff\xff\xff" + b"\xee" * 40)), 200),
    "tiff_loop": (lambda: grey_tiff(64, 48, following=8), 200),
}
"""Name, factory of the bytes, and expected status."""

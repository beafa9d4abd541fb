"""What the first bytes of an upload say that it is."""

import re

from serve_app.imaging.media_types import HEIC, MEDIA_TYPES, list_formats

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
"""Classic and BigTIFF, little and big endian."""

GIF = (b"GIF87a", b"GIF89a")

BMP_HEADER_SIZES = (12, 40, 52, 56, 64, 108, 124)
"""Bytes of the known DIB headers; tells a bitmap from a text that begins with "BM"."""

PDF = "a PDF"
RENDER = "Save it as PDF and send that to /v1/document"
CONVERT = "Convert it to PNG or JPEG and send that"
RAW_BYTES = "Send the image's own bytes"
IMAGE = f"Send an image: {list_formats()}"

# (offset, magic bytes, what it is, what to do)
_OTHERS = (
    (0, b"%PDF-", PDF, "Send it to /v1/document, which reads every page"),
    (0, b"%!PS", "a PostScript file", RENDER),
    (0, b"8BPS", "a Photoshop file", CONVERT),
    (0, b"\0\0\1\0", "an icon", CONVERT),
    (0, b"\0\0\0\x0cjP  \r\n", "a JPEG 2000 image", CONVERT),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 image", CONVERT),
    (0, b"\0\0\0\x0cJXL ", "a JPEG XL image", CONVERT),
    (0, b"\xff\x0a", "a JPEG XL image", CONVERT),
    (4, b"ftypmif1", "a HEIF image", CONVERT),
    (4, b"ftypmsf1", "a HEIF image", CONVERT),
    (4, b"ftyp", "a video", "Send one frame of it as PNG or JPEG"),
    (0, b"RIFF", "an audio or video file", IMAGE),
    (0, b"\xd0\xcf\x11\xe0", "an old Office document", RENDER),
    (0, b"\x1f\x8b", "a gzip archive", "Send the image inside it"),
)
_OFFICE = (
    (b"word/document.xml", "a Word document"),
    (b"xl/workbook.", "an Excel workbook"),
    (b"ppt/presentation.xml", "a PowerPoint file"),
    (b"mimetypeapplication/vnd.oasis.opendocument", "an OpenDocument file"),
    (b"mimetypeapplication/epub+zip", "an EPUB book"),
)
"""Names that stand in the directory of the ZIP archive that such a file is, which may be anywhere in it."""
_TEXTS = (
    (b"data:image/", "a data URL", RAW_BYTES),
    (b"ivborw0kggo", "base64 text of a PNG", RAW_BYTES),
    (b"/9j/", "base64 text of a JPEG", RAW_BYTES),
    (b"<svg", "an SVG drawing", CONVERT),
    (b"<!doctype html", "an HTML page", IMAGE),
    (b"<html", "an HTML page", IMAGE),
    (b"<?xml", "an XML file", IMAGE),
    (b"{", "JSON", IMAGE),
    (b"[", "JSON", IMAGE),
    (b"http://", "a URL", RAW_BYTES),
    (b"https://", "a URL", RAW_BYTES),
)
_HEAD = 1024  # bytes looked at
_BRANDS = {"AVIF": {b"avif", b"avis"}, HEIC: {b"heic", b"heix", b"heim", b"heis"}}
"""Of the AV1 Image File Format, 6, and of ISO/IEC 23008-12, annex B: still images coded in HEVC."""
_PORTABLE = re.compile(rb"P[1-7][\s#]")  # Netpbm: PBM, PGM, PPM, PAM, as text or as bytes
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r\f")


def find_format(data: bytes) -> str | None:
    """Pillow's name of the image format, or None for anything that is not read here."""
    for image_format, magic in (("PNG", PNG), ("JPEG", JPEG), ("TIFF", TIFF), ("GIF", GIF)):
        if data.startswith(magic):
            return image_format
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    for image_format, family in _BRANDS.items():
        if image_format in MEDIA_TYPES and family & _list_brands(data):
            return image_format
    if data.startswith(b"BM") and int.from_bytes(data[14:18], "little") in BMP_HEADER_SIZES:
        return "BMP"
    return None


def explain_refusal(data: bytes) -> str:
    """A sentence on what the upload seems to be, and one on what to send in its place."""
    what, advice = _describe(data[:_HEAD], data)
    if what == PDF:
        return f"This is {what}, and images are read here. {advice}"
    return f"This is {what}, which this service does not read. {advice}"


def describe_content(data: bytes) -> str:
    """What the upload seems to be: "a Word document"."""
    return _describe(data[:_HEAD], data)[0]


def _list_brands(data: bytes) -> set[bytes]:
    """ISO/IEC 14496-12, 4.3: the first box holds the file's own brand, a version, and the brands it conforms to."""
    if data[4:8] != b"ftyp":
        return set()
    brands = data[8:12] + data[16 : min(int.from_bytes(data[:4], "big"), _HEAD)]
    return {brands[index : index + 4] for index in range(0, len(brands), 4)}


def _describe(head: bytes, data: bytes) -> tuple[str, str]:
    if _BRANDS["AVIF"] & _list_brands(data):
        return "an AVIF image", CONVERT
    if _BRANDS[HEIC] & _list_brands(data):
        return "a HEIC image", CONVERT
    if _PORTABLE.match(head):
        return "a Netpbm image (PPM, PGM or PBM)", CONVERT
    if head.startswith(b"PK\x03\x04"):
        return next(
            ((what, RENDER) for part, what in _OFFICE if part in data), ("a ZIP archive", "Send the image inside it")
        )
    for offset, magic, what, advice in _OTHERS:
        if head.startswith(magic, offset):
            return what, advice
    return _describe_text(head)


def _describe_text(head: bytes) -> tuple[str, str]:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"<?xml", b"<!")) and b"<svg" in text:
        return "an SVG drawing", CONVERT
    for start, what, advice in _TEXTS:
        if text.startswith(start):
            return what, advice
    if head.translate(None, _CONTROLS) == head:
        return "text", IMAGE
    return "a file of an unknown kind", IMAGE

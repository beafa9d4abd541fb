"""Which kind of document the first bytes of an upload say that it is."""

from serve_app.errors import UnsupportedMedia
from serve_app.imaging.media_types import list_formats
from serve_app.imaging.signature import describe_content, find_format

PDF = "PDF"

_PDF_WITHIN = 1024
"""Bytes before `%PDF-` that readers skip (ISO 32000-1, annex H.3.4.1)."""


def find_kind(data: bytes) -> str:
    """`PDF`, or Pillow's name of an image format: those of /v1/ocr.

    Raises:
        UnsupportedMedia: for anything else, saying what it seems to be.
    """
    image_format = find_format(data)
    if image_format is not None:
        return image_format
    if b"%PDF-" in data[: _PDF_WITHIN + 5]:
        return PDF
    raise UnsupportedMedia(
        f"This is {describe_content(data)}, not a document that is read here. Save it as PDF, or send an image: "
        f"{list_formats()}"
    )

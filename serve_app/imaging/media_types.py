"""The image formats that are read: the one list of them."""

from PIL import features

HEIC = "HEIC"
"""Decoded only in the process of a document, whose bounds hold when a hostile file breaks the decoder."""

MEDIA_TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "WEBP": "image/webp",
    "BMP": "image/bmp",
    "TIFF": "image/tiff",
    "GIF": "image/gif",
    **({"AVIF": "image/avif"} if features.check("avif") else {}),
    HEIC: "image/heic",
}
"""By Pillow's names; AVIF where Pillow was built with it."""


def list_formats() -> str:
    """For a sentence: "PNG, JPEG or GIF"."""
    *names, last = MEDIA_TYPES
    return f"{', '.join(names)} or {last}"

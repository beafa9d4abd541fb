"""Opens an upload with Pillow's parser of its format, and turns whatever the parser raises into one of our errors."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from serve_app.errors import AppError, UnreadableImage

MEDIA_TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "WEBP": "image/webp",
    "BMP": "image/bmp",
    "TIFF": "image/tiff",
    "GIF": "image/gif",
    "AVIF": "image/avif",
}
"""The formats that can be decoded, by Pillow's names; which of them a route takes is the route's to say."""

_PARSERS: dict[str, type[ImageFile]] = {
    "PNG": PngImageFile,
    "JPEG": JpegImageFile,
    "WEBP": WebPImageFile,
    "BMP": BmpImageFile,
    "TIFF": TiffImageFile,
    "GIF": GifImageFile,
    "AVIF": AvifImageFile,
}


def open_image(data: bytes, image_format: str, frame: int = 0) -> ImageFile:
    """Parse the header, without decoding; with `frame`, that of a later page of a TIFF.

    The parser is called itself, since `Image.open` warns by a bound of its own on pixels, and takes a JPEG that
    carries a second picture for another format (MPO). Call within `damage_reported`.
    """
    image = _PARSERS[image_format](io.BytesIO(data))
    if frame:
        image.seek(frame)
    return image


@contextmanager
def damage_reported(image_format: str) -> Iterator[None]:
    """Report any failure of Pillow's parsers and decoders.

    Raises:
        UnreadableImage: for every exception but those of `serve_app.errors`.
    """
    try:
        yield
    except AppError:
        raise
    except Exception as error:
        # Damaged files reach every corner of Pillow: OSError, SyntaxError, struct.error, zlib.error, KeyError,
        # OverflowError, MemoryError and more come out of it, and the set is not documented.
        # Those that Pillow raises itself say what is wrong; those of the interpreter do not.
        told = isinstance(error, OSError | SyntaxError | ValueError) and error.__cause__ is None
        reason = str(error).strip(" .")[:120] if told else "its parts contradict each other"
        raise UnreadableImage(
            f"The {image_format} file is damaged, or of a variant that is not read: {reason}. "
            "Send the whole file, or save the image again as PNG"
        ) from error


def check_checksums(png: bytes) -> None:
    """Hold all parts of a PNG against their checksums, up to its end, without decoding.

    A file that passes was not cut short or changed on its way. It may still have been built not to decode.

    Raises:
        UnreadableImage: for a part that is missing or changed.
    """
    with damage_reported("PNG"):
        open_image(png, "PNG").verify()

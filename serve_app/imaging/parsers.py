"""Opens an upload with Pillow's parser of its format, and turns whatever the parser raises into one of our errors."""

import io
from collections.abc import Callable, Iterator
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
from serve_app.imaging.bare_bmp import check_bmp
from serve_app.imaging.bare_gif import count_gif_frames, strip_gif
from serve_app.imaging.bare_jpeg import strip_jpeg
from serve_app.imaging.bare_png import count_png_frames, strip_png
from serve_app.imaging.bare_tiff import count_tiff_pages, strip_tiff

PARSERS: dict[str, type[ImageFile]] = {
    "PNG": PngImageFile,
    "JPEG": JpegImageFile,
    "WEBP": WebPImageFile,
    "BMP": BmpImageFile,
    "TIFF": TiffImageFile,
    "GIF": GifImageFile,
    "AVIF": AvifImageFile,
}
"""Of the formats that any process decodes; that of a document adds HEIC's."""

_STRIPPERS: dict[str, Callable[[bytes], bytes]] = {
    "PNG": strip_png,
    "JPEG": strip_jpeg,
    "BMP": check_bmp,
    "TIFF": strip_tiff,
    "GIF": strip_gif,
}

_COUNTERS: dict[str, Callable[[bytes], int]] = {
    "PNG": count_png_frames,
    "TIFF": count_tiff_pages,
    "GIF": count_gif_frames,
}
"""Formats whose pages or frames are counted in the file, since the parser sees only the first one."""


def open_image(data: bytes, image_format: str, frame: int = 0) -> ImageFile:
    """Parse the header, without decoding. Only those parts of the file are parsed that make the first frame's pixels.

    With `frame`, the header of a later page of a TIFF: the whole file is parsed then. Only for a process with bounds.

    The parser is called itself, since `Image.open` warns by a bound of its own on pixels, and takes a JPEG that
    carries a second picture for another format (MPO). Call within `damage_reported`.

    Raises:
        UnreadableImage: the file has more parts than an honest one, and would take long to parse.
    """
    if frame:
        image = PARSERS[image_format](io.BytesIO(data))
        image.seek(frame)
        return image
    strip = _STRIPPERS.get(image_format)
    return PARSERS[image_format](io.BytesIO(strip(data) if strip else data))


def count_frames(data: bytes, image: ImageFile) -> int:
    """The pages of a document or the frames of an animation, of which `image` is the first."""
    count = _COUNTERS.get(image.format or "")
    return count(data) if count else getattr(image, "n_frames", 1)


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
    """Compare all parts of a PNG that make its pixels with their checksums, up to its end, without decoding.

    A file that passes was not cut short or changed on its way. It may still have been built not to decode.

    Raises:
        UnreadableImage: for a part that is missing or changed.
    """
    with damage_reported("PNG"):
        open_image(png, "PNG").verify()

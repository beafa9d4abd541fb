"""Decodes an upload to upright RGB with eight bits a channel, whatever it was stored as."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.TiffImagePlugin import BITSPERSAMPLE, PHOTOMETRIC_INTERPRETATION, TiffImageFile

from serve_app.domain import Size
from serve_app.errors import UnreadableImage
from serve_app.imaging.ground import lay_on_ground, list_strips
from serve_app.imaging.header import Header
from serve_app.imaging.parsers import damage_reported, open_image
from serve_app.imaging.signature import find_format

DRAFT_GAP = 2
"""A JPEG is decoded at 1/2, 1/4 or 1/8 of its size while that stays twice the size asked for: `Image.thumbnail`'s
own ratio, at which the difference from a full decode is not seen."""

Shade = Callable[[NDArray[Any]], NDArray[np.uint8]]
"""Maps the values of some rows to eight bits."""

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # what undoes each EXIF orientation, as in PIL.ImageOps.exif_transpose


def decode(data: bytes, header: Header, *, long_side: int | None = None, frame: int = 0) -> Image.Image:
    """Decode one frame, usually the first, to RGB, upright.

    Transparency is laid on white or black (`lay_on_ground`). CMYK and other colour spaces are converted by formula,
    without the embedded profile: good for reading, not for printing.

    Args:
        data: the upload.
        header: what `check_header` made of it, or `read_header` of the frame.
        long_side: pixels of the longer side that will do; lets a larger JPEG be decoded at a fraction of its size.
        frame: from 0; a page of a TIFF.

    Returns:
        An image of `header.size`, or for a JPEG and `long_side` of at least twice that.

    Raises:
        UnreadableImage: for truncated or corrupt data.
    """
    with damage_reported(header.format):
        image = open_image(data, header.format, frame)
        if long_side is not None and isinstance(image, JpegImageFile):
            scale = DRAFT_GAP * long_side / max(image.size)
            image.draft(None, (max(1, int(image.width * scale)), max(1, int(image.height * scale))))
            declared = None
        else:
            declared = header.size
        image.load()
        rgb = _convert(image, header)
        # Pillow turns a TIFF while it loads it.
        if header.oriented and header.format != "TIFF":
            rgb = rgb.transpose(_TURNS[header.orientation])
        if declared is not None and Size(*rgb.size) != declared:
            raise UnreadableImage(
                f"The {header.format} file holds an image of a different size than its header declares"
            )
    rgb.info = {}  # or the profile and the transparent colour would be written into the encoded copy
    return rgb


def decode_prepared(data: bytes) -> Image.Image:
    """Decode what `prepare` made, in a replica.

    Raises:
        UnreadableImage: for a PNG that was built not to decode though its checksums are right.
    """
    image_format = find_format(data) or ""
    with damage_reported(image_format):
        return open_image(data, image_format).convert("RGB")


def _convert(image: ImageFile, header: Header) -> Image.Image:
    """To RGB, in strips where the whole would be in memory more than twice."""
    if image.mode.startswith("I;16"):
        return _map_grey(image, _scale_by_depth(image))
    if image.mode in ("I", "F"):
        return _map_grey(image, _scale_by_range(image))
    if header.alpha:
        return lay_on_ground(image)
    image.info.pop("transparency", None)  # of a chunk that stands behind the pixels, where none may
    return image if image.mode == "RGB" else image.convert("RGB")


def _map_grey(image: ImageFile, shade: Shade) -> Image.Image:
    grey = Image.new("L", image.size)
    for box in list_strips(image):
        grey.paste(Image.fromarray(shade(np.asarray(image.crop(box)))), box[:2])
    image.close()  # gives its memory back before the RGB image takes as much
    return grey.convert("RGB")


def _scale_by_depth(image: ImageFile) -> Shade:
    """16-bit grey to 8 bits; the full scale is that of the bits declared, so that dark stays dark."""
    bits = _read_tag(image, BITSPERSAMPLE, (16,))[0]
    shades = np.minimum(np.arange(1 << 16) * 255.0 / ((1 << bits) - 1) + 0.5, 255).astype(np.uint8)
    if _is_negative(image):
        shades = 255 - shades
    transparent = image.info.get("transparency")
    if transparent is not None:
        shades[transparent] = 255
    return lambda values: shades[values]


def _scale_by_range(image: ImageFile) -> Shade:
    """32-bit integers and floats have no fixed scale: the smallest value becomes black, the largest white."""
    low, high = np.inf, -np.inf
    for box in list_strips(image):
        values = np.asarray(image.crop(box))
        finite = values[np.isfinite(values)]
        if finite.size:
            low, high = min(low, float(finite.min())), max(high, float(finite.max()))
    if low > high:
        raise UnreadableImage("The image holds no finite value. Save it as PNG and send that")
    black, white = (high, low) if _is_negative(image) else (low, high)

    def shade(values: NDArray[Any]) -> NDArray[np.uint8]:
        unit = (values.astype(np.float64) - black) / ((white - black) or 1)
        grey: NDArray[np.uint8] = (np.nan_to_num(unit, nan=1).clip(0, 1) * 255 + 0.5).astype(np.uint8)
        return grey

    return shade


def _is_negative(image: ImageFile) -> bool:
    """Whether zero is white. Pillow inverts such TIFFs of up to 8 bits, and leaves the deeper ones as they are."""
    return bool(_read_tag(image, PHOTOMETRIC_INTERPRETATION, 1) == 0)


def _read_tag(image: ImageFile, tag: int, default: Any) -> Any:
    return image.tag_v2.get(tag, default) if isinstance(image, TiffImageFile) else default

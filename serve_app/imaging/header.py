"""Whether an upload may be decoded: its size in bytes, its format, and the size in pixels that its header declares."""

from contextlib import suppress
from dataclasses import dataclass

from PIL import ExifTags, Image
from PIL.ImageFile import ImageFile
from PIL.TiffImagePlugin import IMAGELENGTH, IMAGEWIDTH, TiffImageFile

from serve_app.domain import Size
from serve_app.errors import EmptyUpload, TooManyBytes, TooManyPixels, UnreadableImage, UnsupportedMedia
from serve_app.imaging.media_types import HEIC, MEDIA_TYPES
from serve_app.imaging.parsers import count_frames, damage_reported, open_image
from serve_app.imaging.signature import explain_refusal, find_format

MIN_SIDE = 8
"""Pixels of the shorter side. The smallest legible Latin capitals are five pixels high, with one above and below."""

UPRIGHT = 1
"""The EXIF orientation of an image whose rows are stored from top to bottom and left to right."""


_BYTES_PER_PIXEL = {"WEBP": 18.0, "AVIF": 14.0}
"""Of decoders that work on whole canvases of their own."""

_SMALL_MODES = ("1", "L", "P", "RGB", "I;16", "I;16B", "I;16L")
"""Of which decoding holds one whole RGB image and one smaller one; of all other modes two large ones."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the header of an upload says.

    `size` is in pixels after the EXIF orientation (1 to 8, 1 for none) is applied. `mode` is Pillow's name of the
    pixels' format. `alpha` tells whether any pixel can be transparent: by a channel, a palette or a marked colour.
    `frames` counts the pages or the frames of an animation; only the first is read.
    """

    format: str
    media_type: str
    size: Size
    frames: int = 1
    orientation: int = UPRIGHT
    mode: str = "RGB"
    alpha: bool = False

    @property
    def decode_bytes(self) -> int:
        """An estimate of the memory that decoding to RGB and scaling down takes, in bytes."""
        pixel_bytes = _BYTES_PER_PIXEL.get(self.format, _find_pixel_bytes(self.mode))
        return int(self.size.width * self.size.height * pixel_bytes)

    @property
    def oriented(self) -> bool:
        """Whether the pixels are stored turned or mirrored."""
        return self.orientation != UPRIGHT


def check_header(data: bytes, *, max_bytes: int, max_pixels: int, max_side: int, max_decode_bytes: int) -> Header:
    """Read an upload's header and compare it with the limits. Nothing is decoded.

    Args:
        data: the upload.
        max_bytes: bound on its length.
        max_pixels: bound on width times height.
        max_side: bound on the longer side, in pixels.
        max_decode_bytes: bound on the memory that decoding will take.

    Raises:
        EmptyUpload: for no bytes.
        TooManyBytes: for more than `max_bytes`.
        UnsupportedMedia: for anything but the formats that are read; and for HEIC, which is unpacked before.
        TooManyPixels: for more than `max_pixels`, `max_side` or `max_decode_bytes`.
        UnreadableImage: for a damaged header, or an image under MIN_SIDE.
    """
    check_length(data, max_bytes)
    image_format = find_format(data)
    if image_format is None or image_format == HEIC:
        raise UnsupportedMedia(explain_refusal(data))
    header = read_header(data, image_format, max_pixels=max_pixels, max_side=max_side)
    _check_memory(header, max_decode_bytes)
    return header


def check_length(data: bytes, max_bytes: int) -> None:
    """Compare the length of an upload with the limit.

    Raises:
        EmptyUpload: for no bytes.
        TooManyBytes: for more than `max_bytes`.
    """
    if not data:
        raise EmptyUpload("The upload is empty. Send the bytes of an image file")
    if len(data) > max_bytes:
        raise TooManyBytes(
            f"The upload has {len(data):,} bytes, which exceeds the limit of {max_bytes:,}. Scale the image down, or "
            "save it as JPEG"
        )


def read_header(data: bytes, image_format: str, *, max_pixels: int, max_side: int, frame: int = 0) -> Header:
    """Read the header of one frame of an image whose format is known, and check it against the limits.

    Args:
        data: the image.
        image_format: Pillow's name.
        max_pixels: bound on width times height.
        max_side: bound on the longer side, in pixels.
        frame: from 0; a page of a TIFF.

    Raises:
        TooManyPixels: for more than `max_pixels` or `max_side`.
        UnreadableImage: for a damaged header, or an image under MIN_SIDE.
    """
    with damage_reported(image_format):
        try:
            image = open_image(data, image_format, frame)
        except Image.DecompressionBombError as error:  # before a WEBP's canvas is allocated
            raise TooManyPixels(
                f"The image exceeds the limit of {max_pixels:,} pixels. Scale it down, or cut it into parts"
            ) from error
        stored = _find_stored_size(image)
        _check_size(stored, max_pixels, max_side)
        orientation = _read_orientation(image)
        return Header(
            format=image_format,
            media_type=MEDIA_TYPES[image_format],
            size=Size(stored.height, stored.width) if orientation >= 5 else stored,
            frames=count_frames(data, image),
            orientation=orientation,
            mode=image.mode,
            alpha=image.has_transparency_data,
        )


def _find_pixel_bytes(mode: str) -> float:
    return 7.0 if mode in _SMALL_MODES else 8.5


def _check_memory(header: Header, limit: int) -> None:
    if header.decode_bytes > limit:
        raise TooManyPixels(
            f"Decoding a {header.format} image of {header.size.width:,} x {header.size.height:,} pixels takes "
            f"{header.decode_bytes / 1e6:,.0f} MB, which exceeds the limit of {limit / 1e6:,.0f} MB. Scale it down, or "
            "save it as JPEG"
        )


def _find_stored_size(image: ImageFile) -> Size:
    # Pillow has already swapped the sides of a TIFF that is stored turned, and of no other format.
    if isinstance(image, TiffImageFile):
        return Size(image.tag_v2[IMAGEWIDTH], image.tag_v2[IMAGELENGTH])
    return Size(*image.size)


def _check_size(size: Size, max_pixels: int, max_side: int) -> None:
    width, height = size.width, size.height
    if max(width, height) > max_side or width * height > max_pixels:
        raise TooManyPixels(
            f"The image has {width:,} x {height:,} = {width * height:,} pixels, which exceeds the limit of "
            f"{max_pixels:,} pixels, or of {max_side:,} on a side. Scale it down, or cut it into parts"
        )
    if min(width, height) < MIN_SIDE:
        raise UnreadableImage(f"The image has {width:,} x {height:,} pixels. Each side must have at least {MIN_SIDE}")


def _read_orientation(image: ImageFile) -> int:
    # The method of the base class: that of a PNG would decode the image to look for EXIF behind the pixels.
    with suppress(Exception):  # broken EXIF says nothing about the pixels: the image is read as it is stored
        orientation = int(Image.Image.getexif(image).get(ExifTags.Base.Orientation, UPRIGHT))
        if orientation in range(1, 9):
            return orientation
    return UPRIGHT

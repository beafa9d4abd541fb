"""Stored images as documents: each page of a TIFF, picture of a HEIC file, and first frame of another, is a page."""

from PIL import Image

from serve_app.documents.limits import DocumentLimits
from serve_app.documents.page import DocumentPage, PlacedImage, SourceReason, TextSource
from serve_app.documents.scale import POINTS_PER_INCH, choose_scale, scale_size
from serve_app.domain import Box, Size
from serve_app.imaging.decode import decode
from serve_app.imaging.header import Header, read_header
from serve_app.imaging.media_types import HEIC

_UNBOUNDED = 1 << 40
"""Pixels: a JPEG of any size is decoded at a fraction of it; what that takes is bounded by the process."""


class ImageFile:
    """The pages of one stored image."""

    def __init__(self, data: bytes, image_format: str, limits: DocumentLimits) -> None:
        self._data, self._format, self._limits = data, image_format, limits
        first = self._read_header(0)  # a damaged file fails when it is opened
        self.page_count = first.frames if image_format in ("TIFF", HEIC) else 1

    def read_page(self, index: int, dpi: float, *, with_image: bool) -> tuple[DocumentPage, Image.Image | None]:
        """Describe a page; an image has no text layer, and `dpi` does not change its pixels.

        Raises:
            UnreadableImage, TooManyPixels: for a page that cannot be decoded.
        """
        header = self._read_header(index)
        points = (float(header.size.width), float(header.size.height))
        scale = choose_scale(points, POINTS_PER_INCH, self._limits)
        size = scale_size(points, scale)
        page = DocumentPage(
            number=index + 1,
            size=size,
            points=points,
            scale=scale,
            rotation=0,
            source=TextSource.OCR,
            reason=SourceReason.IMAGE,
            images=(PlacedImage(Box(0, 0, size.width, size.height), header.size),),
        )
        return page, self._decode(index, header, size) if with_image else None

    def render(self, index: int, box: Box, dpi: float) -> Image.Image:
        """Cut a part out of a page, in its stored pixels, as far as the limits allow.

        Args:
            index: from 0.
            box: in stored pixels, upright.
            dpi: 72 for the stored pixels, less for fewer; more adds nothing.
        """
        header = self._read_header(index)
        points = (float(header.size.width), float(header.size.height))
        scale = choose_scale(points, min(dpi, POINTS_PER_INCH), self._limits)
        size = scale_size(points, scale)
        left, top = max(0, round(box.left * scale)), max(0, round(box.top * scale))
        right, bottom = min(size.width, round(box.right * scale)), min(size.height, round(box.bottom * scale))
        whole = self._decode(index, header, size)
        return whole.crop((left, top, max(right, left + 1), max(bottom, top + 1)))

    def _read_header(self, index: int) -> Header:
        jpeg = self._format == "JPEG"
        return read_header(
            self._data,
            self._format,
            max_pixels=_UNBOUNDED if jpeg else self._limits.max_frame_pixels,
            max_side=_UNBOUNDED,
            frame=index,
        )

    def _decode(self, index: int, header: Header, size: Size) -> Image.Image:
        reduced = max(size.width, size.height) if size != header.size else None
        image = decode(self._data, header, long_side=reduced, frame=index)
        target = (size.width, size.height)
        return image if image.size == target else image.resize(target, Image.Resampling.LANCZOS, reducing_gap=2.0)

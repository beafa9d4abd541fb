"""An uploaded image on its way through a request: its header is checked once, and its pixels are decoded once."""

import asyncio
from collections.abc import Sequence

from serve_app.config import AppConfig
from serve_app.domain import Size, TextLine
from serve_app.imaging.copies import Copies, Prepared, Tiles
from serve_app.imaging.header import Header, check_header
from serve_app.imaging.overlay import draw_outlines


class Upload:
    """The methods work in threads: decoding takes tens of milliseconds, and other requests share the event loop."""

    def __init__(self, config: AppConfig, header: Header, copies: Copies) -> None:
        self._config = config
        self._header = header
        self._copies = copies

    @classmethod
    async def open(cls, config: AppConfig, data: bytes) -> "Upload":
        """Check an upload's header; nothing is decoded.

        Raises:
            EmptyUpload, TooManyBytes, UnsupportedMedia, TooManyPixels, UnreadableImage: as `check_header` tells.
        """
        limits = config.limits
        header = await asyncio.to_thread(
            check_header, data, max_bytes=limits.max_bytes, max_pixels=limits.max_pixels, max_side=limits.max_side
        )
        longest = max(config.ocr.max_long_side, config.chart.max_long_side)
        copies = Copies(data, header, long_side=longest, transport=config.transport, quality=config.jpeg_quality)
        return cls(config, header, copies)

    @property
    def size(self) -> Size:
        """In pixels, after the EXIF orientation."""
        return self._header.size

    async def prepare_for_ocr(self, *, binarise: bool = False) -> Prepared:
        """The copy that the OCR reads.

        Raises:
            UnreadableImage: for truncated or corrupt data.
        """
        ocr = self._config.ocr
        return await asyncio.to_thread(self._copies.prepare, ocr.max_long_side, binarise=binarise or ocr.binarise)

    async def prepare_for_chart(self) -> Prepared:
        """The copy that the chart model reads.

        Raises:
            UnreadableImage: for truncated or corrupt data.
        """
        chart = self._config.chart
        return await asyncio.to_thread(self._copies.prepare, chart.max_long_side, binarise=chart.binarise)

    async def cut(self) -> Tiles:
        """The enlarged image in overlapping tiles, for small print.

        Raises:
            UnreadableImage: for truncated or corrupt data.
        """
        return await asyncio.to_thread(self._copies.cut, self._config.ocr.tile_side)

    async def draw(self, lines: Sequence[TextLine]) -> tuple[bytes, bytes]:
        """Two JPEGs: with the outlines of the lines that were read in the image, and without."""
        polygons = [line.polygon for line in lines]
        return await asyncio.to_thread(lambda: draw_outlines(self._copies.decode(), polygons))

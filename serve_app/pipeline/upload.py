"""An uploaded image on its way through a request: its header is checked once, and its pixels are decoded once."""

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace

from serve_app.domain import Size, TextLine
from serve_app.imaging.copies import STRIP_BYTES, TILED_BYTES, Copies, Copy, Prepared, Tiles
from serve_app.imaging.header import Header, check_header, check_length
from serve_app.imaging.media_types import HEIC
from serve_app.imaging.overlay import Drawn, draw_outlines
from serve_app.imaging.signature import find_format
from serve_app.imaging.strips import fit_strips
from serve_app.pipeline.admission import Ticket
from serve_app.pipeline.deadline import within
from serve_app.pipeline.heic import unpack_heic
from serve_app.pipeline.service import Service
from serve_app.tracing import span


class Upload:
    """The methods work in threads: decoding takes tens of milliseconds, and other requests share the event loop."""

    def __init__(self, service: Service, header: Header, copies: Copies) -> None:
        self._service = service
        self._config = service.config
        self._decoding = service.decoding
        self._header = header
        self._copies = copies

    @classmethod
    async def open(cls, service: Service, data: bytes, ticket: Ticket | None = None) -> "Upload":
        """Check an upload's header; nothing is decoded but HEIC, within the ticket's time if there is one.

        Raises:
            EmptyUpload, TooManyBytes, UnsupportedMedia, TooManyPixels, UnreadableImage: as `check_header` tells.
            TooManyPages, ModelUnavailable, DeadlineExceeded: of a HEIC file, as `unpack_heic` tells.
        """
        config, limits = service.config, service.config.limits
        max_bytes, pages = limits.max_bytes, None
        if find_format(data) == HEIC:
            check_length(data, max_bytes)
            async with within(ticket) if ticket else nullcontext():
                data, pages = await unpack_heic(service, data)
            max_bytes = len(data)
        header = await asyncio.to_thread(
            check_header,
            data,
            max_bytes=max_bytes,
            max_pixels=limits.max_pixels,
            max_side=limits.max_side,
            max_decode_bytes=limits.max_decode_mb * 10**6,
        )
        header = header if pages is None else replace(header, frames=pages)
        longest = max(config.ocr.max_long_side, config.chart.max_long_side)
        copies = Copies(data, header, long_side=longest, transport=config.transport, quality=config.jpeg_quality)
        return cls(service, header, copies)

    def turn(self, degrees: int) -> "Upload":
        """The same upload, turned counter-clockwise by 90, 180 or 270 degrees."""
        return Upload(self._service, self._header, self._copies.turn(degrees))

    @property
    def size(self) -> Size:
        """In pixels, after the EXIF orientation and the turn."""
        return self._copies.size

    @property
    def pages(self) -> int:
        """Pages of the document or frames of the animation, of which the first is read."""
        return self._header.frames

    async def prepare_for_ocr(self, *, binarise: bool = False) -> Prepared:
        """The copy that the OCR reads.

        Raises:
            UnreadableImage: for truncated or corrupt data.
        """
        ocr = self._config.ocr
        [prepared] = await self._prepare(Copy(ocr.max_long_side, binarise or ocr.binarise))
        return prepared

    async def prepare_for_chart(self) -> Prepared:
        """The copy that the chart model reads.

        Raises:
            UnreadableImage: for truncated or corrupt data.
        """
        chart = self._config.chart
        [prepared] = await self._prepare(Copy(chart.max_long_side, chart.binarise))
        return prepared

    async def prepare_for_both(self) -> tuple[Prepared, Prepared]:
        """The copy that the OCR reads and the one that the chart model reads, from one decode.

        Raises:
            UnreadableImage: for truncated or corrupt data.
        """
        ocr, chart = self._config.ocr, self._config.chart
        for_ocr, for_chart = await self._prepare(
            Copy(ocr.max_long_side, ocr.binarise), Copy(chart.max_long_side, chart.binarise)
        )
        return for_ocr, for_chart

    async def cut(self) -> Tiles:
        """The enlarged image in overlapping tiles, for small print.

        Raises:
            UnreadableImage: for truncated or corrupt data.
        """
        with span("decode"):
            return await self._decoding.run(
                self._header.decode_bytes + TILED_BYTES, self._copies.cut, self._config.ocr.tile_side
            )

    @property
    def long(self) -> bool:
        """Whether the OCR reads it in strips, rather than scaled down."""
        return fit_strips(self.size, self._config.ocr.max_long_side) is not None

    async def cut_strips(self, *, binarise: bool = False) -> Tiles:
        """A long image in overlapping strips, for the OCR.

        Raises:
            UnreadableImage: for truncated or corrupt data.
        """
        ocr = self._config.ocr
        with span("decode"):
            return await self._decoding.run(
                self._header.decode_bytes + STRIP_BYTES * ocr.max_long_side**2,
                self._copies.cut_strips,
                ocr.max_long_side,
                binarise=binarise or ocr.binarise,
            )

    async def draw(self, lines: Sequence[TextLine], angle: int | None = None) -> Drawn:
        """Pictures of the lines, as `draw_outlines` makes them of an image that was turned by `angle`."""
        polygons = [line.polygon for line in lines]
        return await self._decoding.run(
            self._header.decode_bytes, lambda: draw_outlines(self._copies.decode(), polygons, angle)
        )

    async def _prepare(self, *wanted: Copy) -> list[Prepared]:
        with span("decode"):
            return await self._decoding.run(self._header.decode_bytes, self._copies.prepare, *wanted)

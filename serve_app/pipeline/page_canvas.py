"""The picture of a page, of which parts are cut out for the models."""

import asyncio
import io
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from serve_app.documents.document import Document
from serve_app.documents.page import DocumentPage, PageImage
from serve_app.domain import Box, Size
from serve_app.imaging.decode import decode_prepared
from serve_app.imaging.encode import TURNS, encode

CROP_DPI = 144.0
"""Resolution of the parts that are rendered for a model."""


MARGIN = 0.05
"""Share of a chart's longer side that is left white round it: cut at its labels, it is not what the models learned."""


class PageCanvas(Protocol):
    """A page in its own pixels; `turned` is by how many degrees counter-clockwise it was turned."""

    size: Size
    turned: int
    live_text: bool
    """Whether the text inside figures is known without OCR."""

    @property
    def box(self) -> Box:
        """The whole page."""
        ...

    async def crop(self, box: Box) -> PageImage:
        """A part of the page as PNG."""
        ...


class RenderedCanvas:
    """A page of a PDF: its parts are rendered when they are asked for."""

    turned = 0
    live_text = True

    def __init__(self, document: Document, page: DocumentPage) -> None:
        self.size = page.size
        self._document = document
        self._page = page

    @property
    def box(self) -> Box:
        """The whole page."""
        return Box(0, 0, self.size.width, self.size.height)

    async def crop(self, box: Box) -> PageImage:
        """A part of the page as PNG."""
        return await self._document.render(self._page, box.intersect(self.box), dpi=CROP_DPI)


class ScannedCanvas:
    """A page that is one image."""

    live_text = False

    def __init__(self, image: Image.Image, turned: int = 0) -> None:
        self.size = Size(*image.size)
        self.turned = turned
        self._image = image

    @classmethod
    async def open(cls, data: bytes) -> "ScannedCanvas":
        """Decode a rendered page."""
        return cls(await asyncio.to_thread(decode_prepared, data))

    @property
    def box(self) -> Box:
        """The whole page."""
        return Box(0, 0, self.size.width, self.size.height)

    @property
    def grey(self) -> NDArray[np.uint8]:
        """The page in levels of grey, height x width."""
        return np.asarray(self._image.convert("L"))

    async def turn(self, degrees: int) -> "ScannedCanvas":
        """The same page, turned counter-clockwise by 90, 180 or 270 degrees."""
        return ScannedCanvas(await asyncio.to_thread(self._image.transpose, TURNS[degrees]), degrees)

    async def encode(self) -> bytes:
        """The whole page as PNG."""
        return await asyncio.to_thread(encode, self._image, "lossless")

    async def crop(self, box: Box) -> PageImage:
        """A part of the page as PNG."""
        return await asyncio.to_thread(self._crop, box.intersect(self.box))

    def _crop(self, box: Box) -> PageImage:
        part = self._image.crop(
            (
                int(box.left),
                int(box.top),
                max(int(box.right), int(box.left) + 1),
                max(int(box.bottom), int(box.top) + 1),
            )
        )
        buffer = io.BytesIO()
        part.save(buffer, "PNG", compress_level=1)
        return PageImage(buffer.getvalue(), "image/png", Size(*part.size))


def add_margin(image: PageImage) -> tuple[PageImage, int]:
    """A part of a page as PNG with white round it, and how many pixels of it."""
    picture = decode_prepared(image.data)
    margin = max(1, round(MARGIN * max(picture.size)))
    framed = ImageOps.expand(picture, margin, "white")
    return PageImage(encode(framed, "lossless"), "image/png", Size(*framed.size)), margin

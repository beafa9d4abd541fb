"""Opens a document and reads its pages, in a process of its own that a hostile page can only end.

    async with open_document(data) as document:
        for index in parse_pages("1-5", document.page_count):
            page = await document.read_page(index, image_format="png")

Pages are read one after the other: PDFium is not thread safe. To bound how many such processes run at once, enter
`open_document` under a semaphore.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from serve_app.documents.kind import find_kind
from serve_app.documents.limits import DocumentLimits
from serve_app.documents.page import DocumentPage, ImageFormat, PageImage, UnreadablePage
from serve_app.documents.process import Answer, DocumentProcess, WorkerDied
from serve_app.documents.wire import Message, parse_page
from serve_app.domain import Box, Size
from serve_app.errors import (
    AppError,
    EmptyUpload,
    ModelUnavailable,
    PasswordRequired,
    TooManyPages,
    TooManyPixels,
    UnreadableDocument,
    UnreadableImage,
    WrongPassword,
)

DEFAULT_DPI = 144.0
"""Resolution of a page's image. OCR finds no more words at 200 dpi."""

_ERRORS: dict[str, type[AppError]] = {
    error.__name__: error
    for error in (UnreadableDocument, UnreadableImage, TooManyPixels, PasswordRequired, WrongPassword)
}
"""Those that the process may report."""


class Document:
    """An open document; made by `open_document`."""

    def __init__(self, descriptor: int, kind: str, password: str | None, limits: DocumentLimits) -> None:
        self.kind = kind
        """`PDF`, or Pillow's name of the image format."""
        self.page_count = 0
        self._descriptor, self._password, self._limits = descriptor, password, limits
        self._process: DocumentProcess | None = None
        self._restarts = 0
        self._lock = asyncio.Lock()

    async def read_page(
        self, index: int, *, dpi: float = DEFAULT_DPI, image_format: ImageFormat | None = None
    ) -> DocumentPage | UnreadablePage:
        """Read a page; whatever is wrong with it, the other pages can still be read.

        Args:
            index: from 0.
            dpi: resolution of the page's image and of all places; less where the page is larger than the limits.
            image_format: how to encode the page's image; None for no image.

        Raises:
            ModelUnavailable: when no process can be started.
        """
        request: Message = {"page": index, "dpi": dpi, "box": None, "image": image_format}
        try:
            message, data = await self._ask(request)
            return parse_page(message["page"], _parse_image(message, data))
        except (WorkerDied, UnreadableDocument, UnreadableImage, TooManyPixels) as error:
            return UnreadablePage(index + 1, str(error))
        except (KeyError, TypeError, ValueError):
            return UnreadablePage(index + 1, "The process that reads it answered something else")

    async def render(self, page: DocumentPage, box: Box, *, dpi: float, image_format: ImageFormat = "png") -> PageImage:
        """Render a part of a page, for example a chart at a higher resolution.

        Args:
            page: as `read_page` gave it.
            box: in its pixels.
            dpi: resolution; of a stored image, 72 gives its own pixels, and more adds nothing.
            image_format: how to encode it.

        Raises:
            UnreadableDocument: when the page cannot be rendered.
            ModelUnavailable: when no process can be started.
        """
        points = [side / page.scale for side in (box.left, box.top, box.right, box.bottom)]
        request: Message = {"page": page.number - 1, "dpi": dpi, "box": points, "image": image_format}
        try:
            message, data = await self._ask(request)
            image = _parse_image(message, data)
        except (WorkerDied, KeyError, TypeError, ValueError) as error:
            raise UnreadableDocument(f"Page {page.number}: {error}") from error
        if image is None:
            raise UnreadableDocument(f"Page {page.number} could not be rendered")
        return image

    async def open(self) -> None:
        """Start the process and have the document opened there.

        Raises:
            AppError: as `open_document` says.
        """
        try:
            message = await self._start()
        except WorkerDied as error:
            raise UnreadableDocument(f"The document cannot be opened. {error}") from error
        self.page_count = int(message.get("pages", 0))
        if self.page_count > self._limits.max_pages:
            raise TooManyPages(
                f"The document has {self.page_count:,} pages; at most {self._limits.max_pages:,} are read. Split it"
            )

    async def close(self) -> None:
        """End the process and free the document."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        process, self._process = self._process, None
        if process is not None:
            await process.close()

    async def _ask(self, request: Message) -> Answer:
        async with self._lock:
            if self._process is None:
                await self._restart()
            process = self._process
            if process is None:
                raise WorkerDied("The document is closed")
            try:
                answer = await process.ask(request, self._limits.page_wall_s, self._limits.page_cpu_s)
            except BaseException:
                self._process = None
                raise
        _raise_reported(answer[0])
        return answer

    async def _restart(self) -> None:
        if self._restarts >= self._limits.max_restarts:
            raise WorkerDied(f"Not tried, after {self._restarts + 1} pages that could not be read")
        self._restarts += 1
        try:
            await self._start()
        except ModelUnavailable:
            self._restarts -= 1  # no page is to blame
            raise

    async def _start(self) -> Message:
        if self._descriptor < 0:
            raise WorkerDied("The document is closed")
        process = await DocumentProcess.start(self._descriptor, self.kind, self._limits)
        message, _ = await process.open(self._password)
        try:
            _raise_reported(message)
        except AppError:
            await process.close()
            raise
        self._process = process
        return message


@asynccontextmanager
async def open_document(
    data: bytes, limits: DocumentLimits | None = None, password: str | None = None
) -> AsyncIterator[Document]:
    """Open a PDF, a TIFF of several pages, or any image that is read, in a process of its own.

    Args:
        data: the upload; a copy is kept while the document is open.
        limits: None for the defaults.
        password: of an encrypted PDF.

    Raises:
        EmptyUpload, UnsupportedMedia: for something that is no document.
        UnreadableDocument, UnreadableImage, TooManyPixels: for a document that is damaged, or exceeds the limits.
        TooManyPages: for more than `limits.max_pages`.
        PasswordRequired, WrongPassword: for an encrypted PDF.
        ModelUnavailable: when no process can be started.
    """
    if not data:
        raise EmptyUpload("The upload is empty. Send the bytes of a document")
    kind = find_kind(data)
    document = Document(await asyncio.to_thread(_store, data), kind, password, limits or DocumentLimits())
    try:
        await document.open()
        yield document
    finally:
        await document.close()


def _store(data: bytes) -> int:
    """Put the document where a process can map it without another copy."""
    descriptor = os.memfd_create("document", os.MFD_CLOEXEC)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
    except OSError as error:
        os.close(descriptor)
        raise ModelUnavailable("There is no memory to open the document. Try again") from error
    return descriptor


def _raise_reported(message: Message) -> None:
    if "error" in message:
        raise _ERRORS.get(message["error"], UnreadableDocument)(str(message.get("message")))


def _parse_image(message: Message, data: bytes) -> PageImage | None:
    if "image" not in message:
        return None
    width, height = message["image"]["size"]
    return PageImage(data, message["image"]["media_type"], Size(width, height))

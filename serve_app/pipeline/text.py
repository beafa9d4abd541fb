"""A request for the text of an image."""

import asyncio
from dataclasses import replace

from serve_app.documents.reading_order import order_lines
from serve_app.documents.reading_warnings import find_warnings
from serve_app.domain import OcrOptions, Page
from serve_app.imaging.coordinates import rescale_lines, rescale_page, turn_forth
from serve_app.imaging.tile import merge
from serve_app.pipeline.admission import Ticket
from serve_app.pipeline.deadline import within
from serve_app.pipeline.service import LAYOUT, OCR, Service
from serve_app.pipeline.upload import Upload
from serve_app.pipeline.upright import read_upright
from serve_app.tracing import span


def admit_text(service: Service, deadline_s: float) -> Ticket:
    """Admit a request for text, to be answered within so many seconds.

    Raises:
        Busy: it could not be served in time.
    """
    return service.admission.admit([OCR], deadline_s, also=[LAYOUT])


async def read_text(
    service: Service,
    ticket: Ticket,
    upload: Upload,
    options: OcrOptions,
    *,
    zoom: bool = False,
    binarise: bool = False,
    upright: bool = False,
) -> Page:
    """Read the text of an uploaded image. Polygons are in pixels of the upload, after its EXIF orientation.

    The lines are in reading order: by columns, where the page has them.

    Args:
        service: the models.
        ticket: the admission of this request.
        upload: the image.
        options: of the OCR.
        zoom: read in overlapping tiles at up to twice its size, for small print.
        binarise: turn the image black and white first.
        upright: read a page that lies on its side or upside down once more, turned.

    Raises:
        AppError: UnreadableImage, DeadlineExceeded, or what the model raises.
    """
    async with within(ticket):
        if zoom:
            return await _merge(await _read_tiles(service, ticket, upload, options))
        prepared = await upload.prepare_for_ocr(binarise=binarise)
        page = await _call(service, ticket, prepared.data, options)
        if upright:
            page = await read_upright(service, ticket, prepared.data, page, options)
        return await _merge(rescale_page(page, prepared.original))


async def _merge(page: Page) -> Page:
    with span("merge"):
        return await asyncio.to_thread(_arrange, page)


def _arrange(page: Page) -> Page:
    """The lines in the order in which one reads them, and what lets doubt about them."""
    outlines = [
        turn_forth(line.polygon, page.turned, page.size) if page.turned else line.polygon for line in page.lines
    ]
    lines = tuple(page.lines[i] for i in order_lines(outlines))
    return replace(page, lines=lines, warnings=tuple(find_warnings(lines)))


async def read_words(service: Service, ticket: Ticket, upload: Upload) -> Page:
    """Read the page with word boxes and upright axis titles, as chart models and evidence need it."""
    prepared, _ = await upload.prepare_for_both()
    options = OcrOptions(return_word_box=True, chart=True)
    return rescale_page(await _call(service, ticket, prepared.data, options), prepared.original)


async def _read_tiles(service: Service, ticket: Ticket, upload: Upload, options: OcrOptions) -> Page:
    tiles = await upload.cut()
    # Few at a time, so that the tiles of a large page do not all stand before the small requests of others.
    turns = asyncio.Semaphore(service.config.limits.calls_per_request)

    async def read(image: bytes) -> Page:
        async with turns:
            return await _call(service, ticket, image, options)

    async with asyncio.TaskGroup() as tasks:
        reads = [tasks.create_task(read(piece.data)) for piece in tiles.pieces]
    pages = [read.result() for read in reads]
    parts = [(piece.tile, page.lines) for piece, page in zip(tiles.pieces, pages, strict=True)]
    with span("merge tiles"):
        lines = await asyncio.to_thread(merge, parts)
    return Page(upload.size, tuple(rescale_lines(lines, tiles.size, upload.size)), pages[0].model)


async def _call(service: Service, ticket: Ticket, image: bytes, options: OcrOptions) -> Page:
    with ticket.call(OCR):
        return await service.ocr.read(image, options)

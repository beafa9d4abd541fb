"""A request for the text of an image."""

import asyncio
from dataclasses import replace

from serve_app.documents.reading_order import order_lines
from serve_app.documents.reading_warnings import find_warnings
from serve_app.domain import OcrOptions, Page, Size
from serve_app.imaging.coordinates import map_lines, rescale_lines, rescale_page
from serve_app.imaging.copies import Tiles
from serve_app.imaging.tile import merge
from serve_app.pipeline.admission import Ticket
from serve_app.pipeline.classified import classify, tell_angle
from serve_app.pipeline.deadline import within
from serve_app.pipeline.service import LAYOUT, OCR, Service
from serve_app.pipeline.upload import Upload
from serve_app.pipeline.upright import Standing, read_standing
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
    strips: bool = True,
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
        strips: read an image that is much longer than wide, or wider than long, in overlapping strips where it is too
            large to be read whole. PaddleX's own result is then empty.

    Raises:
        AppError: UnreadableImage, DeadlineExceeded, or what the model raises.
    """

    async def read(this: Upload) -> tuple[Page, bytes]:
        if zoom:
            return await _read_tiles(service, ticket, await this.cut(), this.size, options)
        if strips and this.long:
            cut = await this.cut_strips(binarise=binarise)
            return await _read_tiles(service, ticket, cut, this.size, options)
        prepared = await this.prepare_for_ocr(binarise=binarise)
        page = await _call(service, ticket, prepared.data, options)
        return rescale_page(page, prepared.original), prepared.data

    async with within(ticket):
        if not upright:
            return await _merge((await read(upload))[0], upload.pages)
        return await _merge((await read_standing(service, ticket, upload, read)).turn_back(), upload.pages)


async def read_classified(service: Service, ticket: Ticket, upload: Upload, options: OcrOptions) -> tuple[Page, int]:
    """Read the text of an upload that is first turned as the model says, as PaddleX does it.

    Returns:
        The page in pixels of the turned upload, and the degrees by which that is turned counter-clockwise.

    Raises:
        AppError: UnreadableImage, DeadlineExceeded, or what the models raise.
    """
    async with within(ticket):
        prepared = await upload.prepare_for_ocr()
        angle = await classify(service, ticket, prepared.data)
        turned = upload.turn(angle) if angle else upload
        return tell_angle(await read_text(service, ticket, turned, options, strips=False), angle), angle


async def _merge(page: Page, pages: int) -> Page:
    with span("merge"):
        return await asyncio.to_thread(_arrange, page, pages)


def _arrange(page: Page, pages: int) -> Page:
    """The lines in the order in which one reads them, and what lets doubt about them."""
    upright = map_lines(page.lines, page.turn.apply) if page.turn else page.lines
    lines = tuple(page.lines[i] for i in order_lines([line.polygon for line in upright]))
    return replace(page, lines=lines, warnings=tuple(find_warnings(lines, turned=page.turned, pages=pages)))


async def read_words(
    service: Service, ticket: Ticket, upload: Upload, *, upright: bool = False, language: str | None = None
) -> Standing:
    """Read the page with word boxes and upright axis titles, as chart models and evidence need it.

    Args:
        service: the models.
        ticket: the admission of this request.
        upload: the image.
        upright: read an image that lies on its side or upside down once more, turned.
        language: of the recognition model; None for the common one.
    """

    async def read(this: Upload) -> tuple[Page, bytes]:
        prepared, _ = await this.prepare_for_both()
        options = OcrOptions(return_word_box=True, chart=True, language=language)
        page = await _call(service, ticket, prepared.data, options)
        return rescale_page(page, prepared.original), prepared.data

    if upright:
        return await read_standing(service, ticket, upload, read, chart=True)
    return Standing(upload, (await read(upload))[0])


async def _read_tiles(
    service: Service, ticket: Ticket, tiles: Tiles, size: Size, options: OcrOptions
) -> tuple[Page, bytes]:
    """The page in pixels of the whole image, which is of `size`, and the middle tile."""
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
    middle = tiles.pieces[len(tiles.pieces) // 2]
    return Page(size, tuple(rescale_lines(lines, tiles.size, size)), pages[0].model), middle.data


async def _call(service: Service, ticket: Ticket, image: bytes, options: OcrOptions) -> Page:
    with ticket.call(OCR):
        return await service.ocr.read(image, options)

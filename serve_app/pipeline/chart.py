"""A request for the data of a chart."""

import asyncio
from dataclasses import replace

from serve_app.documents.reading_warnings import warn_of_further_pages, warn_of_turn
from serve_app.domain import ChartKind, ChartReading, Page
from serve_app.imaging.coordinates import map_table, rescale_lines, rescale_table
from serve_app.pipeline.admission import Ticket
from serve_app.pipeline.chart_check import check_values
from serve_app.pipeline.deadline import within
from serve_app.pipeline.drawn_table import read_drawn_table
from serve_app.pipeline.service import CHART, LAYOUT, OCR, Service
from serve_app.pipeline.text import read_words
from serve_app.pipeline.upload import Upload
from serve_app.tables.evidence import TableEvidence
from serve_app.tracing import span


def admit_chart(service: Service, deadline_s: float) -> Ticket:
    """Admit a request for a chart, to both models at once: what the one reads is checked against the other's words.

    Raises:
        Busy: it could not be served in time.
    """
    return service.admission.admit([OCR, CHART], deadline_s, also=[LAYOUT])


async def read_chart(
    service: Service, ticket: Ticket, upload: Upload, *, upright: bool = True, language: str | None = None
) -> ChartReading:
    """Read an uploaded chart; places are in pixels of the upload, after its EXIF orientation.

    Args:
        service: the models.
        ticket: the admission of this request.
        upload: the image.
        upright: read a chart that lies on its side or upside down turned.
        language: of the recognition model that reads its text; None for the common one.

    Raises:
        AppError: UnreadableImage, DeadlineExceeded, or what the models raise.
    """
    async with within(ticket):
        _, reading, _ = await read_with_words(service, ticket, upload, upright=upright, language=language)
        return reading


async def read_with_words(
    service: Service, ticket: Ticket, upload: Upload, *, upright: bool, language: str | None = None
) -> tuple[Page, ChartReading, TableEvidence]:
    """Read a chart and its text, and check the one against the other; where there is no chart, look for a table.

    The models run side by side, unless the chart model needs the OCR's words first.

    Raises:
        AppError: UnreadableImage, or what the models raise.
    """
    if service.chart_wants_words:
        standing = await read_words(service, ticket, upload, upright=upright, language=language)
        reading = await _read_chart_with(service, ticket, standing.upload, standing.page)
    else:
        await upload.prepare_for_both()
        async with asyncio.TaskGroup() as tasks:
            words = tasks.create_task(read_words(service, ticket, upload, upright=upright, language=language))
            chart = tasks.create_task(_read_chart_with(service, ticket, upload, None))
        standing, reading = words.result(), chart.result()
        if standing.turn:
            reading = await _read_chart_with(service, ticket, standing.upload, None)
    page = standing.page
    if reading.table.kind is ChartKind.NONE:
        for_ocr, _ = await standing.upload.prepare_for_both()
        lines = rescale_lines(page.lines, page.size, for_ocr.size)
        drawn = await read_drawn_table(service, ticket, for_ocr.data, lines, reading)
        if drawn is not reading:
            reading = replace(drawn, table=rescale_table(drawn.table, for_ocr.size, for_ocr.original))
    with span("merge"):
        reading, evidence = await asyncio.to_thread(check_values, reading, page.lines)
    if standing.turn:
        reading = replace(reading, table=map_table(reading.table, standing.turn.undo), turn=standing.turn)
    about = (warn_of_turn(standing.turn.degrees if standing.turn else 0), warn_of_further_pages(upload.pages))
    reading = replace(reading, warnings=(*reading.warnings, *filter(None, about)))
    return standing.turn_back(), reading, evidence


async def _read_chart_with(service: Service, ticket: Ticket, upload: Upload, page: Page | None) -> ChartReading:
    """Read a chart whose text is known, or None where the model wants none."""
    prepared = await upload.prepare_for_chart()
    lines = rescale_lines(page.lines, page.size, prepared.size) if page else ()
    with ticket.call(CHART):
        reading = await service.chart.read(prepared.data, lines)
    return replace(reading, table=rescale_table(reading.table, prepared.size, prepared.original))

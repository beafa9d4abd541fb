"""A request for the data of a chart."""

from dataclasses import replace

from serve_app.domain import ChartReading, Page
from serve_app.imaging.coordinates import rescale_lines, rescale_table
from serve_app.pipeline.admission import Ticket
from serve_app.pipeline.deadline import within
from serve_app.pipeline.service import CHART, OCR, Service
from serve_app.pipeline.text import read_words
from serve_app.pipeline.upload import Upload


def admit_chart(service: Service, deadline_s: float) -> Ticket:
    """Admit a request for a chart: to both models at once where the chart model needs the OCR's words.

    Raises:
        Busy: it could not be served in time.
    """
    return service.admission.admit([OCR, CHART] if service.chart_wants_words else [CHART], deadline_s)


async def read_chart(service: Service, ticket: Ticket, upload: Upload) -> ChartReading:
    """Read an uploaded chart; places are in pixels of the upload, after its EXIF orientation.

    Raises:
        AppError: UnreadableImage, DeadlineExceeded, or what the models raise.
    """
    async with within(ticket):
        page = await read_words(service, ticket, upload) if service.chart_wants_words else None
        return await read_chart_with(service, ticket, upload, page)


async def read_chart_with(service: Service, ticket: Ticket, upload: Upload, page: Page | None) -> ChartReading:
    """Read a chart whose text is known, or None where the model wants none."""
    prepared = await upload.prepare_for_chart()
    lines = rescale_lines(page.lines, page.size, prepared.size) if page else ()
    with ticket.call(CHART):
        reading = await service.chart.read(prepared.data, lines)
    return replace(reading, table=rescale_table(reading.table, prepared.size, prepared.original))

"""A request for both: the data of a chart, each cell with the text that confirms it."""

import asyncio
from dataclasses import dataclass

from serve_app.domain import ChartReading, Page
from serve_app.pipeline.admission import Ticket
from serve_app.pipeline.chart import read_chart_with
from serve_app.pipeline.deadline import within
from serve_app.pipeline.service import CHART, OCR, Service
from serve_app.pipeline.text import read_words
from serve_app.pipeline.upload import Upload
from serve_app.tables.evidence import TableEvidence, find_evidence
from serve_app.tracing import span


@dataclass(frozen=True, slots=True)
class Analysis:
    """A chart, the page it was read from, and what on the page confirms each of its cells."""

    page: Page
    reading: ChartReading
    evidence: TableEvidence


def admit_analysis(service: Service, deadline_s: float) -> Ticket:
    """Admit a request to both models.

    Raises:
        Busy: it could not be served in time.
    """
    return service.admission.admit([OCR, CHART], deadline_s)


async def analyze(service: Service, ticket: Ticket, upload: Upload) -> Analysis:
    """Read an uploaded chart with both models, and find for each cell the text that confirms it.

    The models run side by side, unless the chart model needs the OCR's words first.

    Raises:
        AppError: UnreadableImage, DeadlineExceeded, or what the models raise.
    """
    async with within(ticket):
        if service.chart_wants_words:
            page = await read_words(service, ticket, upload)
            reading = await read_chart_with(service, ticket, upload, page)
        else:
            await upload.prepare_for_both()
            async with asyncio.TaskGroup() as tasks:
                words = tasks.create_task(read_words(service, ticket, upload))
                chart = tasks.create_task(read_chart_with(service, ticket, upload, None))
            page, reading = words.result(), chart.result()
        with span("merge"):
            return Analysis(page, reading, await asyncio.to_thread(find_evidence, reading.table, page.lines))

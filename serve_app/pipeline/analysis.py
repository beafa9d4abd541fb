"""A request for both: the data of a chart, each cell with the text that confirms it."""

from dataclasses import dataclass

from serve_app.domain import ChartReading, Page
from serve_app.pipeline.admission import Ticket
from serve_app.pipeline.chart import read_with_words
from serve_app.pipeline.deadline import within
from serve_app.pipeline.service import CHART, LAYOUT, OCR, Service
from serve_app.pipeline.upload import Upload
from serve_app.tables.evidence import TableEvidence


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
    return service.admission.admit([OCR, CHART], deadline_s, also=[LAYOUT])


async def analyze(
    service: Service, ticket: Ticket, upload: Upload, *, upright: bool = True, language: str | None = None
) -> Analysis:
    """Read an uploaded chart with both models, and find for each cell the text that confirms it.

    A chart that lies on its side or upside down is read turned, unless `upright` is false. Its text is read with the
    recognition model for `language`.

    Raises:
        AppError: UnreadableImage, DeadlineExceeded, or what the models raise.
    """
    async with within(ticket):
        return Analysis(*await read_with_words(service, ticket, upload, upright=upright, language=language))

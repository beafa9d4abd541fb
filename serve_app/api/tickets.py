"""Lets requests in before their bodies are taken in; a ticket is held until the answer has been sent."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from serve_app.api.deadline import Deadline, DocumentDeadline
from serve_app.pipeline.admission import Ticket
from serve_app.pipeline.analysis import admit_analysis
from serve_app.pipeline.chart import admit_chart
from serve_app.pipeline.document import admit_document
from serve_app.pipeline.service import Service
from serve_app.pipeline.text import admit_text


def find_service(request: Request) -> Service:
    """What the ingress replica reads requests with."""
    service: Service = request.app.state.service
    return service


async def hold_text_ticket(request: Request, deadline_s: Deadline) -> AsyncIterator[Ticket]:
    """Admission to the OCR."""
    with admit_text(find_service(request), deadline_s) as ticket:
        yield ticket


async def hold_chart_ticket(request: Request, deadline_s: Deadline) -> AsyncIterator[Ticket]:
    """Admission to what reads a chart."""
    with admit_chart(find_service(request), deadline_s) as ticket:
        yield ticket


async def hold_analysis_ticket(request: Request, deadline_s: Deadline) -> AsyncIterator[Ticket]:
    """Admission to both models."""
    with admit_analysis(find_service(request), deadline_s) as ticket:
        yield ticket


async def hold_document_ticket(request: Request, deadline_s: DocumentDeadline) -> AsyncIterator[Ticket]:
    """Admission to what reads a document, and one of the places for documents."""
    with admit_document(find_service(request), deadline_s) as ticket:
        async with request.app.state.document_turns.take():
            yield ticket


TextTicket = Annotated[Ticket, Depends(hold_text_ticket)]
ChartTicket = Annotated[Ticket, Depends(hold_chart_ticket)]
AnalysisTicket = Annotated[Ticket, Depends(hold_analysis_ticket)]
DocumentTicket = Annotated[Ticket, Depends(hold_document_ticket)]

"""Lets requests in before their bodies are taken in; a ticket is held until the answer has gone."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from serve_app.api.deadline import Deadline
from serve_app.pipeline.admission import Ticket


async def admit_text(request: Request, deadline_s: Deadline) -> AsyncIterator[Ticket]:
    """Admission to the OCR."""
    with request.app.state.pipeline.admit_text(deadline_s) as ticket:
        yield ticket


async def admit_chart(request: Request, deadline_s: Deadline) -> AsyncIterator[Ticket]:
    """Admission to what reads a chart."""
    with request.app.state.pipeline.admit_chart(deadline_s) as ticket:
        yield ticket


async def admit_analysis(request: Request, deadline_s: Deadline) -> AsyncIterator[Ticket]:
    """Admission to both models."""
    with request.app.state.pipeline.admit_analysis(deadline_s) as ticket:
        yield ticket


TextTicket = Annotated[Ticket, Depends(admit_text)]
ChartTicket = Annotated[Ticket, Depends(admit_chart)]
AnalysisTicket = Annotated[Ticket, Depends(admit_analysis)]

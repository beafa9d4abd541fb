"""The tools: each reads a file with the pipeline that the HTTP routes use, and writes it for a language model."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from pydantic import BaseModel

from serve_app.api.json_file import load_file
from serve_app.api.languages import check_language
from serve_app.api.mcp.schemas import (
    Arguments,
    ChartArguments,
    DocumentArguments,
    DocumentResult,
    TextArguments,
    TextResult,
)
from serve_app.api.request_id import request_id
from serve_app.api.schemas import ChartBody
from serve_app.documents.markdown import to_markdown as write_document
from serve_app.domain import OcrOptions, ReadingWarning
from serve_app.imaging.media_types import list_formats
from serve_app.pipeline.admission import Ticket
from serve_app.pipeline.chart import admit_chart
from serve_app.pipeline.chart import read_chart as read_table
from serve_app.pipeline.document import admit_document
from serve_app.pipeline.document import read_document as read_pages
from serve_app.pipeline.document_options import DocumentOptions
from serve_app.pipeline.service import Service
from serve_app.pipeline.text import admit_text
from serve_app.pipeline.text import read_text as read_lines
from serve_app.pipeline.upload import Upload
from serve_app.tables.export import to_markdown as write_table


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool has read: as text for a reader, what to know about it, and as values."""

    text: str
    notes: tuple[str, ...]
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool as it is listed and called. `call` raises only errors of `serve_app.errors`, or has a fault."""

    name: str
    title: str
    description: str
    arguments: type[Arguments]
    result: type[BaseModel]
    call: Callable[[Service, Request, Any], Awaitable[Answer]]


async def read_text(service: Service, request: Request, asked: TextArguments) -> Answer:
    """Read the text of an image."""
    check_language(service.config.ocr, asked.language)
    with admit_text(service, service.config.http.deadline_s) as ticket:
        upload = await _open(service, ticket, asked)
        options = OcrOptions(language=asked.language)
        page = await read_lines(service, ticket, upload, options, zoom=asked.zoom, upright=True)
    result = await asyncio.to_thread(TextResult.of, page, lines=asked.lines)
    result.request_id, result.pagesTotal = request_id(request), upload.pages
    request.state.pages = 1
    notes = (*_first_page_only(upload), *_write_warnings(page.warnings))
    return Answer(result.text or "(no text was found)", notes, result.model_dump(mode="json"))


async def read_chart(service: Service, request: Request, asked: ChartArguments) -> Answer:
    """Read a chart's data table."""
    check_language(service.config.ocr, asked.language)
    with admit_chart(service, service.config.http.deadline_s) as ticket:
        upload = await _open(service, ticket, asked)
        reading = await read_table(service, ticket, upload, language=asked.language)
    result = ChartBody.of(reading)
    result.request_id, result.pagesTotal = request_id(request), upload.pages
    request.state.pages = 1
    sure = f"Estimated share of the values that are right: {reading.confidence:.2f}"
    cut = ("The table is not complete: the model's answer was too long",) if reading.truncated else ()
    table = write_table(reading.table)
    notes = (*((sure,) if table else ()), *cut, *_first_page_only(upload), *_write_warnings(reading.warnings))
    return Answer(table or "(no chart could be read)", notes, result.model_dump(mode="json"))


async def read_document(service: Service, request: Request, asked: DocumentArguments) -> Answer:
    """Read a document's pages as Markdown."""
    check_language(service.config.ocr, asked.language)
    limits = service.config.documents
    with admit_document(service, limits.deadline_s) as ticket:
        async with request.app.state.document_turns.take():
            data = await load_file(asked.file, service.config, limits.max_bytes)
            ticket.reserve()
            options = DocumentOptions(asked.pages, asked.password, asked.ocr, language=asked.language)
            document = await read_pages(service, ticket, data, options)
    result = await asyncio.to_thread(DocumentResult.of, document)
    result.request_id = request_id(request)
    request.state.pages = document.pages_read
    notes = [f"{document.pages_read} of the document's {document.pages_total} pages were read"]
    for page in result.pages:
        notes += [f"Page {page.number} was not read: {page.error}"] if page.error is not None else []
        notes += [f"Page {page.number}: {warning.message}" for warning in page.warnings]
    text = await asyncio.to_thread(write_document, document)
    return Answer(text or "(nothing was found on these pages)", tuple(notes), result.model_dump(mode="json"))


async def _open(service: Service, ticket: Ticket, asked: Arguments) -> Upload:
    data = await load_file(asked.file, service.config, service.config.limits.max_bytes)
    ticket.reserve()
    return await Upload.open(service, data, ticket)


def _first_page_only(upload: Upload) -> tuple[str, ...]:
    if upload.pages == 1:
        return ()
    return (f"Only the first of {upload.pages} pages was read; read_document reads all of them",)


def _write_warnings(warnings: Sequence[ReadingWarning]) -> list[str]:
    """All but that of further pages, for which a model is told its own tool."""
    return [warning.message for warning in warnings if warning.code != "further_pages"]


TOOLS = {
    tool.name: tool
    for tool in (
        Tool(
            "read_text",
            "Read the text of an image",
            f"Read the text of an image ({list_formats()}) by OCR: a photo, a scan, a screenshot. "
            "The lines come in reading order. For the numbers of a chart use read_chart, for a PDF or several pages "
            "read_document.",
            TextArguments,
            TextResult,
            read_text,
        ),
        Tool(
            "read_chart",
            "Read the data of a chart",
            "Read the data table behind the image of a chart (bars, lines, pie): a row for each category, a column for "
            "each series, each number with a confidence. Says so where the image is no chart that can be read.",
            ChartArguments,
            ChartBody,
            read_chart,
        ),
        Tool(
            "read_document",
            "Read a document",
            "Read a PDF, a TIFF with several pages, or an image page by page as Markdown: text in reading order, "
            "headings, tables, and the data of charts. Ask for a few pages of a long document at a time.",
            DocumentArguments,
            DocumentResult,
            read_document,
        ),
    )
}
"""By name, in the order in which they are listed."""

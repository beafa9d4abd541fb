"""The formats in which a document is answered: `format=` and `figures=` of `/v1/document` and of a job's result."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, Literal

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from serve_app.api.document_schemas import DocumentBody
from serve_app.api.request_id import request_id
from serve_app.documents.archive import Archive
from serve_app.documents.blocks import DocumentReading
from serve_app.documents.html import to_document_html, to_text
from serve_app.documents.images import embed_image, name_image
from serve_app.documents.markdown import ImageLink, to_markdown
from serve_app.documents.sheets import list_sheets
from serve_app.tables.sheets import write_csv, write_sheet_csv
from serve_app.tables.workbook import write_workbook

DocumentFormat = Literal["json", "markdown", "html", "text", "csv", "xlsx", "zip"]
Figures = Literal["none", "inline", "zip"]

_CHUNK = 256 * 1024  # bytes of an archive that are sent at a time


@dataclass(frozen=True, slots=True)
class _Format:
    """How a document is written, given where its images are; `suffix` is that of the file."""

    write: Callable[[DocumentReading, ImageLink], str | bytes]
    media_type: str
    suffix: str
    is_attached: bool = False


def _write_json(document: DocumentReading, link: ImageLink) -> str:
    return DocumentBody.of(document, link).model_dump_json(exclude_none=True, exclude={"request_id"})


_FORMATS = {
    "json": _Format(_write_json, "application/json", "json"),
    "markdown": _Format(to_markdown, "text/markdown", "md"),
    "html": _Format(to_document_html, "text/html", "html"),
    "text": _Format(lambda document, _: to_text(document), "text/plain", "txt"),
    "csv": _Format(lambda document, _: "".join(write_csv(list(list_sheets(document)))), "text/csv", "csv"),
    "xlsx": _Format(
        lambda document, _: write_workbook(list(list_sheets(document))),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xlsx",
        is_attached=True,
    ),
}

ZIP = "application/zip"
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {media_type: {} for media_type in (*(written.media_type for written in _FORMATS.values()), ZIP)}}
}
"""The `responses` of routes that answer with a document."""


@contextmanager
def open_archive(chosen: DocumentFormat, figures: Figures) -> Iterator[Archive | None]:
    """The archive that the answer will be, or None; closed if the request fails."""
    archive = Archive() if chosen == "zip" or figures == "zip" else None
    try:
        yield archive
    except BaseException:
        if archive is not None:
            archive.close()
        raise


async def write_document(
    request: Request, document: DocumentReading, chosen: DocumentFormat, archive: Archive | None
) -> DocumentBody | Response:
    """The answer with a document in the format that was chosen.

    With an archive, into which the images went already, the document is put beside them: in the chosen format, or for
    `zip` as JSON, as Markdown, and each table as CSV.
    """
    headers = {"X-Pages-Total": str(document.pages_total), "X-Pages-Read": str(document.pages_read)}
    if archive is not None:
        file, size = await asyncio.to_thread(_fill, archive, document, chosen)
        headers |= {"Content-Disposition": 'attachment; filename="document.zip"', "Content-Length": str(size)}
        return StreamingResponse(_send(file), media_type=ZIP, headers=headers)
    if chosen == "json":
        body = await asyncio.to_thread(DocumentBody.of, document)
        body.request_id = request_id(request)
        return body
    written = _FORMATS[chosen]
    if written.is_attached:
        headers["Content-Disposition"] = f'attachment; filename="document.{written.suffix}"'
    content = await asyncio.to_thread(written.write, document, embed_image)
    return Response(content, media_type=written.media_type, headers=headers)


def _fill(archive: Archive, document: DocumentReading, chosen: DocumentFormat) -> tuple[IO[bytes], int]:
    """Write the document into the archive; the finished archive, and its size in bytes."""
    for name in ("json", "markdown") if chosen == "zip" else (chosen,):
        written = _FORMATS[name]
        archive.add(f"document.{written.suffix}", written.write(document, name_image))
    if chosen == "zip":
        for sheet in list_sheets(document):
            if sheet.rows:
                archive.add(f"tables/page-{sheet.page}-{sheet.index}.csv", write_sheet_csv(sheet))
    return archive.finish()


def _send(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk

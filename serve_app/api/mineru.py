"""MinerU's `POST /file_parse`, for clients that speak it.

Source: MinerU 3.4, `mineru/cli/fast_api.py`. Its fields that choose models (`backend`, `effort`, `lang_list`,
`server_url`, `formula_enable`) are accepted and have no meaning here. `return_middle_json` and `return_model_output`
give null: there are no such files.
"""

import asyncio
import io
import json
import zipfile
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from serve_app.api.receiving import receiving, too_many_bytes
from serve_app.api.request_id import request_id
from serve_app.api.tickets import DocumentTicket, find_service
from serve_app.api.upload import ENVELOPE
from serve_app.documents.blocks import DocumentReading
from serve_app.documents.content_list import list_content
from serve_app.documents.images import list_images, name_image
from serve_app.documents.markdown import to_markdown
from serve_app.errors import BadRequest, InvalidParameter
from serve_app.pipeline.document import read_document
from serve_app.pipeline.document_options import DocumentOptions, OcrUse

router = APIRouter(tags=["MinerU"])

VERSION = "3.4.0"
"""Of the contract, which clients may look at."""

MAX_FILES = 8

_OCR: dict[str, OcrUse] = {"auto": "auto", "txt": "never", "ocr": "always"}


class ParseOptions(BaseModel):
    """The form fields that have a meaning here; the others are accepted."""

    model_config = ConfigDict(extra="ignore")

    parse_method: str = "auto"
    table_enable: bool = True
    image_analysis: bool = True
    return_md: bool = True
    return_content_list: bool = False
    return_images: bool = False
    response_format_zip: bool = False
    start_page_id: Annotated[int, Field(ge=0)] = 0
    end_page_id: Annotated[int, Field(ge=0)] = 99_999

    @field_validator("parse_method")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value not in _OCR:
            raise ValueError(f"{value!r} is none of {', '.join(_OCR)}")
        return value

    def as_document_options(self) -> DocumentOptions:
        """What is asked of each file."""
        pages = None if (self.start_page_id, self.end_page_id) == (0, 99_999) else self._pages
        return DocumentOptions(
            pages,
            ocr=_OCR[self.parse_method],
            tables=self.table_enable,
            charts=self.image_analysis,
            figures=self.return_images or self.response_format_zip,
        )

    @property
    def _pages(self) -> str:
        return f"{self.start_page_id + 1}-{self.end_page_id + 1}"


@router.post(
    "/file_parse",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["files"],
                        "properties": {
                            "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
                            **ParseOptions.model_json_schema()["properties"],
                        },
                    }
                }
            },
        }
    },
)
async def parse_files(request: Request, ticket: DocumentTicket) -> Response:
    """Read documents by MinerU's contract: Markdown, content list and images, as JSON or as a ZIP archive."""
    limit = request.app.state.config.documents.max_bytes
    started = datetime.now(UTC).isoformat()
    async with receiving(request, ticket, limit + ENVELOPE) as arriving:
        files, options = await _read_form(arriving, limit)
    asked = options.as_document_options()
    documents = [
        (stem, await read_document(find_service(request), ticket, data, asked)) for stem, data in files.items()
    ]
    request.state.pages = sum(document.pages_read for _, document in documents)
    task_id = request_id(request) or uuid4().hex
    status = {
        "task_id": task_id,
        "status": "completed",
        "backend": "pipeline",
        "file_names": list(files),
        "created_at": started,
        "started_at": started,
        "completed_at": datetime.now(UTC).isoformat(),
        "error": None,
        "status_url": None,
        "result_url": None,
        "queued_ahead": 0,
        "version": VERSION,
    }
    if options.response_format_zip:
        archive = await asyncio.to_thread(_write_archive, documents)
        headers = {"X-MinerU-Task-Id": task_id, "X-MinerU-Task-Status": "completed"}
        # Clients compare the content type letter by letter.
        return Response(archive, headers=headers, media_type="application/zip")
    results = {stem: await asyncio.to_thread(_describe, document, options) for stem, document in documents}
    return JSONResponse(status | {"results": results})


async def _read_form(request: Request, limit: int) -> tuple[dict[str, bytes], ParseOptions]:
    """The files by their stems, and the options.

    Raises:
        BadRequest: no file, or a malformed body.
        TooManyBytes: a file of more than `limit` bytes.
        InvalidParameter: an option of a wrong value.
    """
    try:
        async with request.form(max_files=MAX_FILES, max_fields=64) as form:
            files = [part for part in form.getlist("files") if isinstance(part, UploadFile)]
            if not files:
                raise BadRequest("The form has no file named `files`. Try: curl -F files=@report.pdf")
            if any((file.size or 0) > limit for file in files):
                raise too_many_bytes(max(file.size or 0 for file in files), limit)
            named: dict[str, bytes] = {}
            for number, file in enumerate(files, 1):
                # A path in an archive: nothing that leads out of its folder.
                stem = PurePath(file.filename or "").stem.strip(". ") or f"document-{number}"
                named[stem if stem not in named else f"{stem}-{number}"] = await file.read()
            return named, _parse_options(form)
    except HTTPException as error:  # how Starlette reports a malformed form
        raise BadRequest(f"The multipart body cannot be read: {error.detail}") from error


def _parse_options(form: FormData) -> ParseOptions:
    try:
        return ParseOptions.model_validate({name: value for name, value in form.items() if isinstance(value, str)})
    except ValidationError as error:
        raise InvalidParameter(
            "; ".join(f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors())
        ) from error


def _describe(document: DocumentReading, options: ParseOptions) -> dict[str, Any]:
    result: dict[str, Any] = {}
    if options.return_md:
        result["md_content"] = to_markdown(document, name_image)
    if options.return_content_list:
        result["content_list"] = json.dumps(list_content(document), ensure_ascii=False)
    if options.return_images:
        result["images"] = {
            name.removeprefix("images/"): f"data:{image.media_type};base64,{b64encode(image.data).decode()}"
            for name, image in list_images(document)
        }
    return result


def _write_archive(documents: list[tuple[str, DocumentReading]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for stem, document in documents:
            folder = f"{stem}/auto"
            archive.writestr(f"{folder}/{stem}.md", to_markdown(document, name_image))
            content = json.dumps(list_content(document), ensure_ascii=False, indent=1)
            archive.writestr(f"{folder}/{stem}_content_list.json", content)
            for name, image in list_images(document):
                archive.writestr(f"{folder}/{name}", image.data, zipfile.ZIP_STORED)
    return buffer.getvalue()

"""A multipart form of documents and options, as the clients of other services send it."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from fastapi import Request
from pydantic import BaseModel

from serve_app.api.form import Part, parse_form
from serve_app.api.json_file import FIELDS
from serve_app.api.receiving import receiving, too_many_bytes
from serve_app.api.upload import find_content_type
from serve_app.errors import BadRequest, InvalidParameter
from serve_app.pipeline.admission import Ticket

MAX_FILES = 8

MAX_PARTS = 256
"""Some clients send each of their options, and lists as one field for each entry."""

_NAME = 200
"""Characters of a file's name that are kept."""


@dataclass(frozen=True, slots=True)
class File:
    """A document as it was sent; `name` is without folders."""

    name: str
    data: bytes

    @property
    def stem(self) -> str:
        """The name without its ending; nothing that leads out of a folder."""
        return PurePath(self.name).stem.strip(". ")


@dataclass(frozen=True, slots=True)
class FilesForm:
    """Documents, and the values of each field in the order in which they came."""

    files: tuple[File, ...]
    fields: dict[str, list[str]]


def describe_form(options: type[BaseModel], **more: Any) -> dict[str, Any]:
    """The `openapi_extra` of a route that takes a form of `files` and options; `more` are further properties."""
    files = {"type": "array", "items": {"type": "string", "format": "binary"}}
    properties = {"files": files, **more, **options.model_json_schema()["properties"]}
    form = {"schema": {"type": "object", "required": ["files"], "properties": properties}}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": form}}}


async def read_files_form(request: Request, ticket: Ticket, field: str, max_files: int = MAX_FILES) -> FilesForm:
    """The documents in the field of this name, and all other fields.

    All documents together may be as large as one.

    Raises:
        BadRequest: no form, a malformed one, or no document in it.
        InvalidParameter: more than `max_files` documents.
        TooManyBytes, UploadTimeout, Busy: as `receiving` raises them.
    """
    limit = request.app.state.config.documents.max_bytes
    if find_content_type(request) != "multipart/form-data":
        raise BadRequest(f"Send a multipart form with the document as `{field}`. Try: curl -F {field}=@report.pdf")
    async with receiving(request, ticket, limit + FIELDS) as arriving:
        body = await arriving.body()
    parts = await asyncio.to_thread(parse_form, body, request.headers["content-type"], MAX_PARTS)
    files = [part for part in parts if part.name == field and part.filename is not None]
    if not files:
        raise BadRequest(f"The form has no file named `{field}`. Try: curl -F {field}=@report.pdf")
    if len(files) > max_files:
        raise InvalidParameter(f"{field}: the form has {len(files)} files; at most {max_files} are read")
    if (longest := max(len(part.data) for part in files)) > limit:
        raise too_many_bytes(longest, limit)
    fields: dict[str, list[str]] = {}
    for part in parts:
        if part.filename is None:
            fields.setdefault(part.name, []).append(part.data.decode("utf-8", "replace"))
    return FilesForm(tuple(_read_file(part, number) for number, part in enumerate(files, 1)), fields)


def distinct_stems(names: Iterable[str]) -> list[str]:
    """A name without ending for each file, no two the same, since they become folders and keys."""
    found: list[str] = []
    for number, name in enumerate(names, 1):
        stem = File(name, b"").stem or f"document-{number}"
        found.append(stem if stem not in found else f"{stem}-{number}")
    return found


def _read_file(part: Part, number: int) -> File:
    name = PurePath((part.filename or "").replace("\\", "/").replace("\0", "")).name[-_NAME:]
    return File(name or f"document-{number}", bytes(part.data))

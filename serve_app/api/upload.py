"""The image in a request: multipart field `file`, or the raw body. Never more of it in memory than the limit."""

import asyncio
from typing import Any

from fastapi import Request

from serve_app.api.form import parse_form
from serve_app.api.receiving import receiving, too_many_bytes
from serve_app.errors import BadRequest, InvalidParameter, UnsupportedMedia
from serve_app.imaging.media_types import MEDIA_TYPES as READ_TYPES
from serve_app.pipeline.admission import Ticket

ENVELOPE = 16 * 1024
"""Bytes that a multipart body may have beyond its file: boundaries, part headers."""

UNTOLD = ("", "application/octet-stream", "application/x-www-form-urlencoded")
"""Content types that say nothing of the body; the last is what `curl --data-binary` sends by default."""

MEDIA_TYPES = tuple(READ_TYPES.values())


def describe_upload(*media_types: str) -> dict[str, Any]:
    """The `openapi_extra` of a route that takes one file, in a form or as the body."""
    binary = {"type": "string", "format": "binary"}
    form = {"type": "object", "required": ["file"], "properties": {"file": binary}}
    content = {
        "multipart/form-data": {"schema": form},
        **{media_type: {"schema": binary} for media_type in media_types},
    }
    return {"requestBody": {"required": True, "content": content}}


async def read_image(request: Request, ticket: Ticket) -> bytes:
    """The bytes of the uploaded image; then the request takes its place in the queue.

    Raises:
        BadRequest: a multipart body without a field `file`, or malformed.
        InvalidParameter: a form field of another name.
        TooManyBytes: as soon as the limit is passed.
        UnsupportedMedia: a content type that can hold no image.
        UploadTimeout, Busy: as `receiving` raises them.
    """
    limit = request.app.state.config.limits.max_bytes
    content_type = find_content_type(request)
    request.state.pages = 1  # for the audit log
    if content_type == "multipart/form-data":
        async with receiving(request, ticket, limit + ENVELOPE) as arriving:
            body = await arriving.body()
        return await asyncio.to_thread(find_file, body, request.headers["content-type"], limit)
    if content_type in UNTOLD or content_type.startswith("image/"):
        async with receiving(request, ticket, limit) as arriving:
            return await arriving.body()
    raise UnsupportedMedia(
        f"The content type {content_type[:80]} cannot hold an image. Send the image as multipart field `file`, or as "
        f"the raw body with one of {', '.join(MEDIA_TYPES)}"
    )


def find_content_type(request: Request) -> str:
    """The media type of the body, without parameters and in lower case; empty if the client does not say."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def find_file(body: bytes, content_type: str, limit: int) -> bytes:
    """Field `file` of a multipart body.

    Raises:
        BadRequest: no such field, or a malformed body.
        InvalidParameter: another field beside it.
        TooManyBytes: a file of more than `limit` bytes.
    """
    parts = parse_form(body, content_type)
    files = [part for part in parts if part.name == "file" and part.filename is not None]
    if not files:
        names = ", ".join(part.name for part in parts)[:200] or "none"
        raise BadRequest(f"The form has no file named `file` (fields: {names}). Try: curl -F file=@image.png")
    others = [part.name for part in parts if part is not files[0]]
    if others:
        raise InvalidParameter(
            f"{others[0][:80]}: a form may hold one `file` and nothing else. Send parameters in the query, for example "
            "/v1/ocr?zoom=true"
        )
    if len(files[0].data) > limit:
        raise too_many_bytes(len(files[0].data), limit)
    return bytes(files[0].data)

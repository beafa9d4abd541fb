"""The image in a request: multipart field `file`, or the raw body. Never more of it in memory than the limit."""

from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.types import Message

from serve_app.errors import BadRequest, TooManyBytes, UnsupportedMedia

ENVELOPE = 16 * 1024
"""Bytes that a multipart body may have beyond its file: boundaries, part headers."""

UNTOLD = ("", "application/octet-stream", "application/x-www-form-urlencoded")
"""Content types that tell nothing; the last is what `curl --data-binary` says unless told otherwise."""

MEDIA_TYPES = ("image/png", "image/jpeg", "image/webp", "image/bmp", "image/tiff")

UPLOAD_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            },
            **{media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in MEDIA_TYPES},
        },
    }
}
"""The `openapi_extra` of a route that takes an image."""


async def read_image(request: Request) -> bytes:
    """The bytes of the uploaded image.

    Raises:
        BadRequest: a multipart body without a field `file`, or malformed.
        TooManyBytes: as soon as the limit is passed.
        UnsupportedMedia: a content type that can hold no image.
    """
    limit = request.app.state.config.limits.max_bytes
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    request.state.pages = 1  # for the audit log
    if content_type == "multipart/form-data":
        return await read_form(bounded(request, limit + ENVELOPE), limit)
    if content_type in UNTOLD or content_type.startswith("image/"):
        return await bounded(request, limit).body()
    raise UnsupportedMedia(
        f"The content type is {content_type}. Send the image as multipart field `file`, or as the raw body with one "
        f"of {', '.join(MEDIA_TYPES)}"
    )


UploadedImage = Annotated[bytes, Depends(read_image)]


def bounded(request: Request, limit: int) -> Request:
    """The same request, which raises TooManyBytes before more than `limit` bytes of its body are taken in."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise too_many_bytes(int(declared), limit)
    taken = 0

    async def receive() -> Message:
        nonlocal taken
        message = await request.receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise too_many_bytes(taken, limit)
        return message

    return Request(request.scope, receive)


def too_many_bytes(found: int, limit: int) -> TooManyBytes:
    """The error for a body of at least `found` bytes."""
    return TooManyBytes(
        f"The upload has {found} bytes or more, the limit is {limit}. Send a smaller image, or a JPEG of it"
    )


async def read_form(request: Request, limit: int) -> bytes:
    """The bytes of field `file` of a multipart body, whose length `bounded` has bounded.

    Raises:
        BadRequest: no such field, or a malformed body.
        TooManyBytes: a file of more than `limit` bytes.
    """
    try:
        async with request.form(max_files=1, max_fields=8) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                names = ", ".join(form) or "none"
                raise BadRequest(f"The form has no file named `file` (fields: {names}). Try: curl -F file=@image.png")
            if file.size is not None and file.size > limit:
                raise too_many_bytes(file.size, limit)
            return await file.read()
    except HTTPException as error:  # how Starlette reports a malformed form
        raise BadRequest(f"The multipart body cannot be read: {error.detail}") from error

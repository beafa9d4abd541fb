"""What PaddleX's routes share: the form of errors, files in base64, and the log id.

Source: PaddleX 3.7.2, `paddlex/inference/serving`: schemas/shared and basic_serving/_app.py.
"""

import asyncio
import logging
from base64 import b64decode
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from serve_app.api.errors import describe_invalid
from serve_app.api.fetch import fetch_image
from serve_app.api.receiving import too_many_bytes
from serve_app.api.request_id import bound_id, request_id
from serve_app.config import AppConfig
from serve_app.errors import AppError, InvalidParameter

FIELDS = 64 * 1024
"""Bytes that the JSON may have beyond the file: the other fields."""

_MAX_VALUES = 1000
"""Commas, colons and brackets of the JSON, of which base64 has none. A body of five million values would hold the event
loop while it is parsed."""

_WHITE = b" \t\r\n\f\v"
_URL_SAFE = bytes.maketrans(b"-_", b"+/")

Asked = TypeVar("Asked", bound=BaseModel)

logger = logging.getLogger(__name__)

# PaddleX's names are part of the contract.
# ruff: noqa: N815


class ErrorResponse(BaseModel):
    """PaddleX's form of an error; `errorCode` is the HTTP status."""

    logId: str
    errorCode: int
    errorMsg: str


ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorResponse} for status in (400, 408, 413, 415, 422, 429, 500, 503, 504)
}
"""The `responses` of PaddleX's routes beside 200."""


class PaddlexRoute(APIRoute):
    """Answers errors in PaddleX's form."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, with the errors that it raises caught."""
        handle = super().get_route_handler()

        async def handle_errors(request: Request) -> Response:
            try:
                return await handle(request)
            except AppError as error:
                return _respond(request, error)
            except RequestValidationError as error:  # of a header
                return _respond(request, InvalidParameter(describe_invalid(error)))
            except Exception:
                logger.exception("Request %s failed", request_id(request))
                return _respond(request, AppError("The service failed. Its log names the cause under this log id"))

        return handle_errors


def _respond(request: Request, error: AppError) -> JSONResponse:
    body = ErrorResponse(logId=log_id(request), errorCode=error.status, errorMsg=error.message)
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after else None
    return JSONResponse(body.model_dump(), error.status, headers)


def parse_body(request: Request, body: bytes, model: type[Asked]) -> Asked:
    """The fields of a request.

    Raises:
        InvalidParameter: no JSON, or a field of a wrong type or value.
    """
    if sum(map(body.count, (b",", b":", b"[", b"{"))) > _MAX_VALUES:
        raise InvalidParameter(f"body: the JSON has more than {_MAX_VALUES:,} values. Send the fields of PaddleX only")
    try:
        document = from_json(body)
        if isinstance(document, dict) and isinstance(document.get("logId"), str):
            request.state.log_id = bound_id(document["logId"])  # errors carry it too, those of this document included
        return model.model_validate(document)
    except ValidationError as error:
        raise InvalidParameter(_describe(error)) from error
    except ValueError as error:
        raise InvalidParameter(f"body: the JSON is invalid: {str(error)[:200]}") from error


def log_id(request: Request) -> str:
    """The caller's `logId`, or the request's id where there is none."""
    return getattr(request.state, "log_id", "") or request_id(request)


async def load_file(file: str, config: AppConfig, limit: int) -> bytes:
    """The bytes of `file`: base64, or a URL where the config allows it.

    Raises:
        InvalidParameter: it is neither.
        TooManyBytes: more than `limit` bytes.
    """
    if file.startswith(("http://", "https://")):
        return await fetch_image(file, config)
    try:
        image = await asyncio.to_thread(_decode_base64, file)
    except ValueError as error:
        raise InvalidParameter("file: neither a URL nor valid base64. Encode the image's bytes in base64") from error
    if len(image) > limit:
        raise too_many_bytes(len(image), limit)
    return image


def _decode_base64(text: str) -> bytes:
    """Base64 as clients send it: with the URL-safe letters, without padding, in lines, or as a data URL (RFC 2397).

    Raises:
        ValueError: it is none of these.
    """
    if text.startswith("data:"):
        head, _, text = text.partition(",")
        if not head.endswith(";base64"):
            raise ValueError("a data URL without base64")
    plain = text.encode("ascii").translate(_URL_SAFE, _WHITE).rstrip(b"=")
    return b64decode(plain + b"=" * (-len(plain) % 4), validate=True)


def _describe(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, problem['loc'])) or 'body'}: {problem['msg']}" for problem in error.errors())

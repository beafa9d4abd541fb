"""Errors on the wire: one form for all routes, and their examples in the OpenAPI document."""

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from serve_app import errors
from serve_app.api.request_id import request_id
from serve_app.api.schemas import ErrorBody, ErrorDetail
from serve_app.errors import AppError

logger = logging.getLogger("ray.serve")

_EXAMPLES: dict[type[AppError], str] = {
    errors.EmptyUpload: "The upload is empty. Send the bytes of an image",
    errors.UnreadableImage: "The PNG is truncated: it ends before its last row. Send the whole file",
    errors.Unauthorized: "This service needs an API key. Send it as `Authorization: Bearer KEY` or `X-Api-Key: KEY`",
    errors.Forbidden: "owner: only a key of scope admin sees the jobs of others",
    errors.DeadlineExceeded: "No answer within 120 seconds. Try again later, or send a smaller image",
    errors.TooManyBytes: "The upload has 7340032 bytes, the limit is 5242880. Send a smaller image",
    errors.TooManyPixels: "The image has 30000 x 30000 pixels, the limit is 40000000. Scale it down",
    errors.UnsupportedMedia: "This is a PDF. Send its pages as PNG, JPEG, WebP, BMP or TIFF images",
    errors.InvalidParameter: "format: 'xls' is none of json, markdown, csv, html",
    errors.Busy: "The ocr model would come to this request in up to 16.2 s, the bound is 15 s",
    errors.RateLimited: "This key may send 60 requests a minute",
    errors.ModelFailed: "The model failed on this image (RuntimeError). Sending it again will not help",
    errors.ModelUnavailable: "No replica of Chart is ready",
    errors.OutOfMemory: "The image does not fit the memory of the GPU, even at the smallest resolution",
}


def documented_errors() -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that reads images: each error's status, with an example for each code."""
    responses: dict[int | str, dict[str, Any]] = {}
    for error, message in _EXAMPLES.items():
        example = ErrorBody(error=ErrorDetail.of(error(message), "0f8b1e0c"))
        response = responses.setdefault(
            error.status, {"model": ErrorBody, "description": "", "content": {"application/json": {"examples": {}}}}
        )
        response["description"] = f"{response['description']} {error.__doc__}".strip()
        response["content"]["application/json"]["examples"][error.code] = {"value": example.model_dump()}
        if error is errors.Busy:
            response["headers"] = {"Retry-After": {"description": "Whole seconds.", "schema": {"type": "integer"}}}
    return responses


def add_handlers(app: FastAPI) -> None:
    """Answer every exception in the one form."""

    @app.exception_handler(AppError)
    async def answer_app_error(request: Request, error: AppError) -> JSONResponse:
        headers = {"Retry-After": str(error.retry_after)} if error.retry_after else None
        return _respond(request, error, error.status, headers)

    @app.exception_handler(RequestValidationError)
    async def answer_validation_error(request: Request, error: RequestValidationError) -> JSONResponse:
        return _respond(request, errors.InvalidParameter(describe_invalid(error)), 422)

    @app.exception_handler(HTTPException)
    async def answer_http_exception(request: Request, error: HTTPException) -> JSONResponse:
        hint = "GET /docs lists the routes" if error.status_code in (404, 405) else ""
        body = errors.BadRequest(". ".join(filter(None, [error.detail, hint])))
        return _respond(request, body, error.status_code, dict(error.headers or {}), error.detail)

    @app.exception_handler(Exception)
    async def answer_unexpected(request: Request, error: Exception) -> JSONResponse:
        logger.error("Request %s failed", request_id(request), exc_info=error)
        return _respond(request, AppError("The service failed; its log names the cause under this request id"), 500)


def describe_invalid(error: RequestValidationError) -> str:
    """Pydantic's complaints in one line: where, and what was expected."""
    parts = []
    for problem in error.errors():
        where = ".".join(str(step) for step in problem["loc"][1:]) or "body"
        parts.append(f"{where}: {problem['msg']}")
    return "; ".join(parts)


def _respond(
    request: Request, error: AppError, status: int, headers: dict[str, str] | None = None, reason: str | None = None
) -> JSONResponse:
    detail = ErrorDetail.of(error, request_id(request))
    if reason is not None:
        detail.code = reason.lower().replace(" ", "_")
    return JSONResponse(ErrorBody(error=detail).model_dump(), status, headers)

"""Which answer an exception gets, and the examples of errors in the OpenAPI document."""

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from serve_app import errors
from serve_app.api.error_forms import respond
from serve_app.api.request_id import request_id
from serve_app.api.schemas import ErrorBody, ErrorDetail
from serve_app.errors import AppError

logger = logging.getLogger(__name__)

_EXAMPLES: dict[type[AppError], str] = {
    errors.EmptyUpload: "The upload is empty. Send the bytes of an image file",
    errors.UnreadableImage: "The PNG is truncated: it ends before its last row. Send the whole file",
    errors.UploadTimeout: "The upload did not arrive within 120 s: 4 bytes did. Send it again",
    errors.TooManyBytes: "The upload has 7,340,032 bytes, which exceeds the limit of 5,242,880. Send a smaller image",
    errors.TooManyPixels: "The image has 30,000 x 30,000 pixels, which exceeds the limit of 40,000,000. Scale it down",
    errors.UnsupportedMedia: "This is a video, which this service does not read. Send one frame of it as PNG or JPEG",
    errors.InvalidParameter: "format: Input should be 'json', 'markdown', 'csv' or 'html'",
    errors.Quarantined: "This image crashed 2 replicas. It is refused for the next 540 s",
    errors.Busy: "Estimated wait of 16.2 s for the ocr model exceeds the limit of 15 s",
    errors.Unauthorized: "This service needs an API key. Send it as `Authorization: Bearer KEY` or `X-Api-Key: KEY`",
    errors.Forbidden: "owner: only a key of scope admin sees the jobs of others",
    errors.RateLimited: "This key may send 60 requests a minute",
    errors.ModelFailed: "The model failed on this image (RuntimeError). Sending it again will not help",
    errors.ModelUnavailable: "No replica of Chart is ready",
    errors.OutOfMemory: "The image does not fit into the GPU's memory, even at the smallest resolution",
    errors.Stopping: "This service is stopping. Send the request again",
    errors.DeadlineExceeded: "The service did not answer within 120 s. Try again later, or send a smaller image",
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
    """Answer every exception in the form of its route."""

    @app.exception_handler(AppError)
    async def answer_app_error(request: Request, error: AppError) -> JSONResponse:
        return respond(request, error)

    @app.exception_handler(RequestValidationError)
    async def answer_validation_error(request: Request, error: RequestValidationError) -> JSONResponse:
        return respond(request, errors.InvalidParameter(describe_invalid(error)))

    @app.exception_handler(HTTPException)
    async def answer_http_exception(request: Request, error: HTTPException) -> JSONResponse:
        hint = "GET /docs lists the routes" if error.status_code in (404, 405) else ""
        body = errors.BadRequest(". ".join(filter(None, [error.detail, hint])))
        code = error.detail.lower().replace(" ", "_")
        return respond(request, body, error.status_code, error.headers, code)

    @app.exception_handler(Exception)
    async def answer_unexpected(request: Request, error: Exception) -> JSONResponse:
        logger.error("Request %s failed", request_id(request), exc_info=error)
        return respond(request, AppError("The service failed. Its log names the cause under this request id"))


def describe_invalid(error: RequestValidationError) -> str:
    """Pydantic's complaints in one line: where, and what was expected."""
    parts = []
    for problem in error.errors():
        where = ".".join(str(step) for step in problem["loc"][1:]) or "body"
        parts.append(f"{where}: {problem['msg']}")
    return "; ".join(parts)

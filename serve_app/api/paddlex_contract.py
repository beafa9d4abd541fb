"""What PaddleX's routes share: the form of errors, and the log id.

Source: PaddleX 3.7.2, `paddlex/inference/serving`: schemas/shared and basic_serving/_app.py.
"""

import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError

from serve_app.api.errors import describe_invalid
from serve_app.api.json_file import parse_json
from serve_app.api.request_id import bound_id, request_id
from serve_app.errors import AppError, InvalidParameter

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
    document = parse_json(body)
    try:
        if isinstance(document, dict) and isinstance(document.get("logId"), str):
            request.state.log_id = bound_id(document["logId"])  # errors carry it too, those of this document included
        return model.model_validate(document)
    except ValidationError as error:
        raise InvalidParameter(_describe(error)) from error


def log_id(request: Request) -> str:
    """The caller's `logId`, or the request's id where there is none."""
    return getattr(request.state, "log_id", "") or request_id(request)


def _describe(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, problem['loc'])) or 'body'}: {problem['msg']}" for problem in error.errors())

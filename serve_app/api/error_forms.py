"""The form of an error on the wire: this service's own, and on the routes of a dialect that of its clients."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi.responses import JSONResponse
from starlette.requests import Request

from serve_app.api.request_id import log_id, request_id
from serve_app.api.schemas import ErrorBody, ErrorDetail
from serve_app.errors import AppError

Write = Callable[[Request, AppError, int], tuple[int, dict[str, Any]]]


def respond(
    request: Request,
    error: AppError,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
    code: str | None = None,
) -> JSONResponse:
    """The answer to a request that failed, in the form of its route.

    `status` and `code` replace the error's own; `code` is shown by this service's form only.
    """
    retry = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
    write = next((write for folder, write in _FORMS.items() if _is_below(request, folder)), None)
    if write is not None:
        found, content = write(request, error, status or error.status)
        return JSONResponse(content, found, {**(headers or {}), **retry})
    detail = ErrorDetail.of(error, request_id(request))
    if code is not None:
        detail.code = code
    return JSONResponse(ErrorBody(error=detail).model_dump(), status or error.status, {**(headers or {}), **retry})


def _is_below(request: Request, folder: str) -> bool:
    path = request.url.path.removeprefix(request.scope.get("root_path", ""))
    return path == folder or path.startswith(f"{folder}/")


def _write_paddlex(request: Request, error: AppError, status: int) -> tuple[int, dict[str, Any]]:
    """PaddleX's serving."""
    return status, {"logId": log_id(request), "errorCode": status, "errorMsg": error.message}


def _write_paddleocr(_: Request, error: AppError, status: int) -> tuple[int, dict[str, Any]]:
    """PaddleOCR's jobs: clients know 400 as a wrong request, and no 422."""
    found = 400 if status == 422 else status
    return found, {"code": found, "msg": error.message, "data": None}


def _write_detail(_: Request, error: AppError, status: int) -> tuple[int, dict[str, Any]]:
    """FastAPI's own form, which MinerU and docling-serve have."""
    return status, {"detail": error.message}


_FORMS: dict[str, Write] = {
    "/ocr": _write_paddlex,
    "/layout-parsing": _write_paddlex,
    "/api/v2/ocr": _write_paddleocr,
    "/file_parse": _write_detail,
    "/tasks": _write_detail,
    "/v1/convert": _write_detail,
    "/v1/status": _write_detail,
    "/v1/result": _write_detail,
}
"""By the folder of the routes."""

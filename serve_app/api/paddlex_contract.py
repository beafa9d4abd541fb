"""What PaddleX's routes share: the fields of a request and the forms of errors in the OpenAPI document.

Source: PaddleX 3.7.2, `paddlex/inference/serving`: schemas/shared and basic_serving/_app.py.
"""

from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel

from serve_app.api.fields import parse_fields
from serve_app.api.json_file import parse_json
from serve_app.api.request_id import bound_id

Asked = TypeVar("Asked", bound=BaseModel)

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


def parse_body(request: Request, body: bytes, model: type[Asked]) -> Asked:
    """The fields of a request.

    Raises:
        InvalidParameter: no JSON, or a field of a wrong type or value.
    """
    document = parse_json(body)
    if isinstance(document, dict) and isinstance(document.get("logId"), str):
        request.state.log_id = bound_id(document["logId"])  # errors carry it too, those of this document included
    return parse_fields(model, document)

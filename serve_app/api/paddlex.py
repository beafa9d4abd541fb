"""PaddleX's serving contract at `POST /ocr`, so that PaddleOCR's own clients work unchanged.

Source: PaddleX 3.7.2, `paddlex/inference/serving`: schemas/ocr.py for the request and the answer, and
basic_serving/_app.py for the form of errors, which is not that of the other routes.
"""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Callable, Coroutine
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from serve_app.api.errors import describe_invalid
from serve_app.api.fetch import fetch_image
from serve_app.api.request_id import request_id
from serve_app.api.tickets import TextTicket, find_service
from serve_app.api.upload import bounded, too_many_bytes
from serve_app.config import AppConfig
from serve_app.domain import OcrOptions
from serve_app.errors import AppError, InvalidParameter
from serve_app.pipeline.text import read_text
from serve_app.pipeline.upload import Upload

_FIELDS = 64 * 1024
"""Bytes that the JSON may have beyond the image: the other fields."""

# PaddleX's names are part of the contract.
# ruff: noqa: N815


class InferRequest(BaseModel):
    """PaddleX's request. `file` is an image in base64, or a URL where the config allows it."""

    file: str
    fileType: Literal[0, 1] | None = None
    useDocOrientationClassify: bool | None = None
    useDocUnwarping: bool | None = None
    useTextlineOrientation: bool | None = None
    textDetLimitSideLen: int | None = None
    textDetLimitType: Literal["min", "max"] | None = None
    textDetThresh: float | None = None
    textDetBoxThresh: float | None = None
    textDetUnclipRatio: float | None = None
    textRecScoreThresh: float | None = None
    returnWordBox: bool | None = None
    visualize: bool | None = None
    logId: str | None = None


class OcrResult(BaseModel):
    """One image's result; `ocrImage` and `inputImage` are JPEGs in base64, sent when `visualize` is true."""

    prunedResult: dict[str, Any]
    ocrImage: str | None = None
    inputImage: str | None = None


class ImageInfo(BaseModel):
    """Pixels of the image."""

    width: int
    height: int
    type: Literal["image"] = "image"


class InferResult(BaseModel):
    """The results of a file."""

    ocrResults: list[OcrResult]
    dataInfo: ImageInfo


class InferResponse(BaseModel):
    """PaddleX's answer."""

    logId: str
    result: InferResult
    errorCode: Literal[0] = 0
    errorMsg: Literal["Success"] = "Success"


class ErrorResponse(BaseModel):
    """PaddleX's form of an error; `errorCode` is the HTTP status."""

    logId: str
    errorCode: int
    errorMsg: str


class PaddlexRoute(APIRoute):
    """Answers errors in PaddleX's form."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, with the errors that it raises caught."""
        handle = super().get_route_handler()

        async def handle_errors(request: Request) -> Response:
            try:
                try:
                    return await handle(request)
                except RequestValidationError as error:  # of a header
                    raise InvalidParameter(describe_invalid(error)) from error
            except AppError as error:
                body = ErrorResponse(logId=_log_id(request), errorCode=error.status, errorMsg=error.message)
                headers = {"Retry-After": str(error.retry_after)} if error.retry_after else None
                return JSONResponse(body.model_dump(), error.status, headers)

        return handle_errors


router = APIRouter(tags=["PaddleX"], route_class=PaddlexRoute)


@router.post(
    "/ocr",
    response_model_exclude_none=True,
    responses={status: {"model": ErrorResponse} for status in (400, 408, 413, 415, 422, 429, 500, 503)},
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/json": {"schema": InferRequest.model_json_schema()}}}
    },
)
async def infer(request: Request, ticket: TextTicket) -> InferResponse:
    """Read the text of an image by PaddleX's contract (images only: `fileType` 1)."""
    config: AppConfig = request.app.state.config
    # Read by hand, since FastAPI would take in a body of any length.
    asked = _parse(request, await bounded(request, config.limits.max_bytes * 4 // 3 + _FIELDS).body())
    _refuse_unsupported(asked)
    image = await _load(asked.file, config)
    service = find_service(request)
    upload = await Upload.open(service.config, image)
    page = await read_text(service, ticket, upload, _options(asked))
    request.state.pages = 1
    result = OcrResult(prunedResult=page.paddlex)
    if asked.visualize:
        drawn = await upload.draw(page.lines)
        result.ocrImage, result.inputImage = (b64encode(jpeg).decode() for jpeg in drawn)
    return InferResponse(
        logId=_log_id(request),
        result=InferResult(ocrResults=[result], dataInfo=ImageInfo(width=page.size.width, height=page.size.height)),
    )


def _parse(request: Request, body: bytes) -> InferRequest:
    try:
        document = from_json(body)
        if isinstance(document, dict) and isinstance(document.get("logId"), str):
            request.state.log_id = document["logId"]  # errors carry it too, those of this document included
        return InferRequest.model_validate(document)
    except ValidationError as error:
        raise InvalidParameter(_describe(error)) from error
    except ValueError as error:
        raise InvalidParameter(f"body: Invalid JSON: {error}") from error


def _log_id(request: Request) -> str:
    """The caller's `logId`, or the request's id where there is none."""
    return getattr(request.state, "log_id", "") or request_id(request)


def _refuse_unsupported(asked: InferRequest) -> None:
    if asked.fileType == 0:
        raise InvalidParameter("fileType 0 (PDF) is not read here. Send each page as an image, with fileType 1")
    if asked.fileType is None:
        raise InvalidParameter("File type cannot be determined. Set fileType to 1 for an image")
    for name in ("useDocOrientationClassify", "useDocUnwarping", "useTextlineOrientation"):
        if getattr(asked, name):
            raise InvalidParameter(
                f"{name}: the model for it is not loaded in this service. Leave it out, or send false"
            )


async def _load(file: str, config: AppConfig) -> bytes:
    if file.startswith(("http://", "https://")):
        return await fetch_image(file, config)
    try:
        image = b64decode("".join(file.split()), validate=True)
    except binascii.Error as error:
        raise InvalidParameter("file: neither a URL nor valid base64. Encode the image's bytes in base64") from error
    if len(image) > config.limits.max_bytes:
        raise too_many_bytes(len(image), config.limits.max_bytes)
    return image


def _options(asked: InferRequest) -> OcrOptions:
    return OcrOptions(
        text_det_limit_side_len=asked.textDetLimitSideLen,
        text_det_limit_type=asked.textDetLimitType,
        text_det_thresh=asked.textDetThresh,
        text_det_box_thresh=asked.textDetBoxThresh,
        text_det_unclip_ratio=asked.textDetUnclipRatio,
        text_rec_score_thresh=asked.textRecScoreThresh,
        return_word_box=asked.returnWordBox,
    )


def _describe(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, problem['loc'])) or 'body'}: {problem['msg']}" for problem in error.errors())

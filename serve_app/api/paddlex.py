"""PaddleX's serving contract at `POST /ocr`, so that PaddleOCR's own clients work unchanged.

Source: PaddleX 3.7.2, `paddlex/inference/serving`: schemas/ocr.py for the request and the answer, and
basic_serving/_app.py for the form of errors, which is not that of the other routes.
"""

import asyncio
import logging
from base64 import b64decode, b64encode
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field, ValidationError
from pydantic_core import from_json

from serve_app.api.errors import describe_invalid
from serve_app.api.fetch import fetch_image
from serve_app.api.receiving import receiving, too_many_bytes
from serve_app.api.request_id import bound_id, request_id
from serve_app.api.tickets import TextTicket, find_service
from serve_app.api.upload import find_content_type
from serve_app.config import AppConfig
from serve_app.domain import OcrOptions
from serve_app.errors import AppError, InvalidParameter, UnsupportedMedia
from serve_app.pipeline.text import read_text
from serve_app.pipeline.upload import Upload

_FIELDS = 64 * 1024
"""Bytes that the JSON may have beyond the image: the other fields."""

_MAX_VALUES = 1000
"""Commas, colons and brackets of the JSON, of which base64 has none. A body of five million values would hold the event
loop while it is parsed."""

_WHITE = b" \t\r\n\f\v"
_URL_SAFE = bytes.maketrans(b"-_", b"+/")

logger = logging.getLogger("ray.serve")

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]

# PaddleX's names are part of the contract.
# ruff: noqa: N815


class InferRequest(BaseModel):
    """PaddleX's request.

    `file` is an image in base64 (also URL-safe, unpadded, or as a data URL), or a URL where the config allows it.
    `fileType` absent is told from the bytes. `visualize` absent means true.
    """

    file: str
    fileType: Literal[0, 1] | None = None
    useDocOrientationClassify: bool | None = None
    useDocUnwarping: bool | None = None
    useTextlineOrientation: bool | None = None
    textDetLimitSideLen: Annotated[int, Field(ge=1, le=10_000)] | None = None
    textDetLimitType: Literal["min", "max"] | None = None
    textDetThresh: Share | None = None
    textDetBoxThresh: Share | None = None
    textDetUnclipRatio: Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)] | None = None
    textRecScoreThresh: Share | None = None
    returnWordBox: bool | None = None
    visualize: bool | None = None
    logId: str | None = None


class OcrResult(BaseModel):
    """One image's result; `ocrImage` and `inputImage` are JPEGs in base64, sent unless `visualize` is false."""

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
    body = ErrorResponse(logId=_log_id(request), errorCode=error.status, errorMsg=error.message)
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after else None
    return JSONResponse(body.model_dump(), error.status, headers)


router = APIRouter(tags=["PaddleX"], route_class=PaddlexRoute)


@router.post(
    "/ocr",
    response_model_exclude_none=True,
    responses={status: {"model": ErrorResponse} for status in (400, 408, 413, 415, 422, 429, 500, 503, 504)},
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/json": {"schema": InferRequest.model_json_schema()}}}
    },
)
async def infer(request: Request, ticket: TextTicket) -> InferResponse:
    """Read the text of an image by PaddleX's contract (images only: `fileType` 1)."""
    config: AppConfig = request.app.state.config
    _refuse_other_content(request)
    # Read by hand, since FastAPI would take in a body of any length.
    async with receiving(request, ticket, config.limits.max_bytes * 4 // 3 + _FIELDS) as arriving:
        body = await arriving.body()
    asked = await asyncio.to_thread(_parse, request, body)
    _refuse_unsupported(asked)
    image = await _load(asked.file, config)
    service = find_service(request)
    upload = await Upload.open(service, image)
    page = await read_text(service, ticket, upload, _options(asked))
    result = OcrResult(prunedResult=page.paddlex)
    if asked.visualize is not False:
        drawn = await upload.draw(page.lines)
        result.ocrImage, result.inputImage = (b64encode(jpeg).decode() for jpeg in drawn)
    return InferResponse(
        logId=_log_id(request),
        result=InferResult(ocrResults=[result], dataInfo=ImageInfo(width=page.size.width, height=page.size.height)),
    )


def _refuse_other_content(request: Request) -> None:
    content_type = find_content_type(request)
    if content_type.startswith(("multipart/", "image/")):
        raise UnsupportedMedia(
            f"The content type is {content_type[:80]}. POST /ocr takes JSON with the image in base64 as `file`, by "
            "PaddleX's contract. Send multipart forms and plain image files to POST /v1/ocr"
        )


def _parse(request: Request, body: bytes) -> InferRequest:
    if sum(map(body.count, (b",", b":", b"[", b"{"))) > _MAX_VALUES:
        raise InvalidParameter(f"body: the JSON has more than {_MAX_VALUES:,} values. Send the fields of PaddleX only")
    try:
        document = from_json(body)
        if isinstance(document, dict) and isinstance(document.get("logId"), str):
            request.state.log_id = bound_id(document["logId"])  # errors carry it too, those of this document included
        return InferRequest.model_validate(document)
    except ValidationError as error:
        raise InvalidParameter(_describe(error)) from error
    except ValueError as error:
        raise InvalidParameter(f"body: the JSON is invalid: {str(error)[:200]}") from error


def _log_id(request: Request) -> str:
    """The caller's `logId`, or the request's id where there is none."""
    return getattr(request.state, "log_id", "") or request_id(request)


def _refuse_unsupported(asked: InferRequest) -> None:
    if asked.fileType == 0:
        raise InvalidParameter("fileType 0 (PDF) is not supported. Send each page as an image, with fileType 1")
    for name in ("useDocOrientationClassify", "useDocUnwarping", "useTextlineOrientation"):
        if getattr(asked, name):
            raise InvalidParameter(
                f"{name}: this service has not loaded the model for it. Leave the field out, or send false"
            )


async def _load(file: str, config: AppConfig) -> bytes:
    if file.startswith(("http://", "https://")):
        return await fetch_image(file, config)
    try:
        image = await asyncio.to_thread(_decode_base64, file)
    except ValueError as error:
        raise InvalidParameter("file: neither a URL nor valid base64. Encode the image's bytes in base64") from error
    if len(image) > config.limits.max_bytes:
        raise too_many_bytes(len(image), config.limits.max_bytes)
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

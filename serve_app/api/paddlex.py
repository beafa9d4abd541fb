"""PaddleX's serving contract at `POST /ocr`, so that PaddleOCR's own clients work unchanged.

Source: PaddleX 3.7.2, `paddlex/inference/serving`: schemas/ocr.py for the request and the answer, and
basic_serving/_app.py for the form of errors, which is not that of the other routes.
"""

import asyncio
from base64 import b64encode
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from serve_app.api.json_file import json_bytes, load_file
from serve_app.api.paddlex_contract import ERRORS, parse_body
from serve_app.api.receiving import receiving
from serve_app.api.request_id import log_id
from serve_app.api.tickets import TextTicket, find_service
from serve_app.api.upload import find_content_type
from serve_app.config import AppConfig, OcrConfig
from serve_app.domain import OcrOptions, Size
from serve_app.errors import InvalidParameter, UnsupportedMedia
from serve_app.imaging.decode import decode_prepared
from serve_app.imaging.overlay import Drawn, draw_outlines
from serve_app.pipeline.page_text import PageText
from serve_app.pipeline.pages_text import read_pages_text
from serve_app.pipeline.text import read_classified, read_text
from serve_app.pipeline.upload import Upload

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]

_EXAMPLE = (
    "iVBORw0KGgoAAAANSUhEUgAAAJYAAAAoAQAAAAA0uj5KAAAAuElEQVR42uXSvQ7BYBTG8X+lkUoMYjJI6g4YjS7FJO6i5xLMBh+X4A5qs7FZ"
    "SSS6VpqgaXssJe+rd8AZfzkfz3Ac5bvyGtX6B1Mx7ewIEcBq+0bVpepVi0D9RaCqqpn7mVDWxr68N4/l68Z9NzmGFIFpSRNvTO6ElXwP1LCo"
    "zgBqMLL6YiGhEMsOcCKz9+0Fj6dtLdhMb6W5QCcFCPxL184iwM6YbSZpnxXMDGsMW20BPZf5nB/5qxeVAT9vUG7vxQAAAABJRU5ErkJggg=="
)
"""A PNG of 150 x 40 pixels that says "Total 42", for the form in /docs."""

# PaddleX's names are part of the contract.
# ruff: noqa: N815


class OcrFields(BaseModel):
    """What PaddleX lets a request ask of the OCR; `visualize` absent means true."""

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

    def as_ocr_options(self, config: OcrConfig) -> OcrOptions:
        """What is asked of the engine.

        Raises:
            InvalidParameter: a model is asked for that this service has not loaded.
        """
        missing = {
            "useDocUnwarping": self.useDocUnwarping,
            "useTextlineOrientation": self.useTextlineOrientation and not config.tells_line_orientation,
        }
        for name in (name for name, asked in missing.items() if asked):
            raise InvalidParameter(
                f"{name}: this service has not loaded the model for it. Leave the field out, or send false"
            )
        return OcrOptions(
            text_det_limit_side_len=self.textDetLimitSideLen,
            text_det_limit_type=self.textDetLimitType,
            text_det_thresh=self.textDetThresh,
            text_det_box_thresh=self.textDetBoxThresh,
            text_det_unclip_ratio=self.textDetUnclipRatio,
            text_rec_score_thresh=self.textRecScoreThresh,
            return_word_box=self.returnWordBox,
            use_textline_orientation=bool(self.useTextlineOrientation),
        )


class InferRequest(OcrFields):
    """PaddleX's request.

    `file` is an image in base64 (also URL-safe, unpadded, or as a data URL), or a URL where the config allows it.
    `fileType` absent is told from the bytes.
    """

    file: str
    fileType: Literal[0, 1] | None = None
    logId: str | None = None


class OcrResult(BaseModel):
    """One image's result. The images are JPEGs in base64, sent unless `visualize` is false.

    With `useDocOrientationClassify` all places are in pixels of the turned image, which `ocrImage` shows;
    `docPreprocessingImage` shows it beside the one that was sent.
    """

    prunedResult: dict[str, Any]
    ocrImage: str | None = None
    docPreprocessingImage: str | None = None
    inputImage: str | None = None


class ImageInfo(BaseModel):
    """Pixels of the image; of a TIFF with several pages or an animation also how many it has, and that one is read."""

    width: int
    height: int
    type: Literal["image"] = "image"
    pagesTotal: int | None = None
    pagesRead: int | None = None


class PageInfo(BaseModel):
    """Pixels of a page as it was read."""

    width: int
    height: int

    @classmethod
    def of(cls, size: Size) -> Self:
        """The size as it is sent."""
        return cls(width=size.width, height=size.height)


class PdfInfo(BaseModel):
    """The pages of a PDF."""

    numPages: int
    pages: list[PageInfo]
    type: Literal["pdf"] = "pdf"


class InferResult(BaseModel):
    """The results of a file."""

    ocrResults: list[OcrResult]
    dataInfo: ImageInfo | PdfInfo


class InferResponse(BaseModel):
    """PaddleX's answer."""

    logId: str
    result: InferResult
    errorCode: Literal[0] = 0
    errorMsg: Literal["Success"] = "Success"


router = APIRouter(tags=["PaddleX"])


@router.post(
    "/ocr",
    response_model_exclude_none=True,
    responses=ERRORS,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": InferRequest.model_json_schema(),
                    "example": {"file": _EXAMPLE, "fileType": 1},
                }
            },
        }
    },
)
async def infer(request: Request, ticket: TextTicket) -> InferResponse:
    """Read the text of an image or of a PDF's pages by PaddleX's contract: one result a page.

    All pages are read, where PaddleX silently stops after ten. A page that cannot be read makes the request fail.
    """
    config: AppConfig = request.app.state.config
    _refuse_other_content(request)
    longest = max(config.limits.max_bytes, config.documents.max_bytes)
    # Read by hand, since FastAPI would take in a body of any length.
    async with receiving(request, ticket, json_bytes(longest)) as arriving:
        body = await arriving.body()
    asked = await asyncio.to_thread(parse_body, request, body, InferRequest)
    del body
    options, classified = asked.as_ocr_options(config.ocr), bool(asked.useDocOrientationClassify)
    data = await load_file(asked.file, config, longest)
    if asked.fileType == 0 or (asked.fileType is None and data[:1024].lstrip().startswith(b"%PDF-")):
        async with request.app.state.document_turns.take():
            pages = await read_pages_text(find_service(request), ticket, data, options, classified=classified)
        result = InferResult(
            ocrResults=await asyncio.to_thread(lambda: [_describe_page(page, asked) for page in pages]),
            dataInfo=PdfInfo(numPages=len(pages), pages=[PageInfo.of(page.image.size) for page in pages]),
        )
        return InferResponse(logId=log_id(request), result=result)
    service = find_service(request)
    upload, angle = await Upload.open(service, data, ticket), None
    if classified:
        page, angle = await read_classified(service, ticket, upload, options)
    else:
        page = await read_text(service, ticket, upload, options, strips=False)
    request.state.pages = 1
    one = OcrResult(prunedResult=page.paddlex)
    if asked.visualize is not False:
        _show(one, await upload.draw(page.lines, angle))
    return InferResponse(
        logId=log_id(request),
        result=InferResult(ocrResults=[one], dataInfo=_describe_image(upload.size, upload.pages)),
    )


def _describe_image(size: Size, pages: int) -> ImageInfo:
    counted = {"pagesTotal": pages, "pagesRead": 1} if pages > 1 else {}
    return ImageInfo(width=size.width, height=size.height, **counted)


def _describe_page(read: PageText, asked: InferRequest) -> OcrResult:
    result = OcrResult(prunedResult=read.page.paddlex)
    if asked.visualize is not False:
        outlines = [line.polygon for line in read.page.lines]
        _show(result, draw_outlines(decode_prepared(read.image.data), outlines, read.angle))
    return result


def _show(result: OcrResult, drawn: Drawn) -> None:
    result.ocrImage, result.inputImage = b64encode(drawn.outlines).decode(), b64encode(drawn.sent).decode()
    result.docPreprocessingImage = b64encode(drawn.both).decode() if drawn.both else None


def _refuse_other_content(request: Request) -> None:
    content_type = find_content_type(request)
    if content_type.startswith(("multipart/", "image/")):
        raise UnsupportedMedia(
            f"The content type is {content_type[:80]}. POST /ocr takes JSON with the image in base64 as `file`, by "
            "PaddleX's contract. Send multipart forms and plain image files to POST /v1/ocr"
        )

"""MinerU's options and results.

Source: MinerU 3.4, `mineru/cli/fast_api.py` and `api_request.py`. Its fields that choose models (`backend`, `effort`,
`lang_list`, `server_url`, `formula_enable`) are accepted and have no meaning here, nor has `return_original_file`.
`return_middle_json`, `return_model_output` and `client_side_output_generation` add nothing: there are no such files.
"""

import io
import json
import zipfile
from base64 import b64encode
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from serve_app.documents.blocks import DocumentReading
from serve_app.documents.content_list import list_content
from serve_app.documents.images import list_images, name_image
from serve_app.documents.markdown import to_markdown
from serve_app.pipeline.document_options import DocumentOptions, OcrUse

VERSION = "3.4.0"
"""Of the contract, which clients may look at."""

_OCR: dict[str, OcrUse] = {"auto": "auto", "txt": "never", "ocr": "always"}


class ParseOptions(BaseModel):
    """The form fields that have a meaning here; the others are accepted."""

    model_config = ConfigDict(extra="ignore")

    parse_method: str = "auto"
    table_enable: bool = True
    image_analysis: bool = True
    return_md: bool = True
    return_content_list: bool = False
    return_images: bool = False
    response_format_zip: bool = False
    start_page_id: Annotated[int, Field(ge=0)] = 0
    end_page_id: Annotated[int, Field(ge=0)] = 99_999

    @field_validator("parse_method")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value not in _OCR:
            raise ValueError(f"{value!r} is none of {', '.join(_OCR)}")
        return value

    def as_document_options(self) -> DocumentOptions:
        """What is asked of each file."""
        pages = None if (self.start_page_id, self.end_page_id) == (0, 99_999) else self._pages
        return DocumentOptions(
            pages,
            ocr=_OCR[self.parse_method],
            tables=self.table_enable,
            charts=self.image_analysis,
            figures=self.return_images or self.response_format_zip,
        )

    @property
    def _pages(self) -> str:
        return f"{self.start_page_id + 1}-{self.end_page_id + 1}"


def describe(document: DocumentReading, options: ParseOptions) -> dict[str, Any]:
    """A document as MinerU's results have it."""
    result: dict[str, Any] = {}
    if options.return_md:
        result["md_content"] = to_markdown(document, name_image)
    if options.return_content_list:
        result["content_list"] = json.dumps(list_content(document), ensure_ascii=False)
    if options.return_images:
        result["images"] = {
            name.removeprefix("images/"): f"data:{image.media_type};base64,{b64encode(image.data).decode()}"
            for name, image in list_images(document)
        }
    return result


def write_archive(documents: Sequence[tuple[str, DocumentReading]]) -> bytes:
    """A ZIP archive with a folder for each document, by its stem."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for stem, document in documents:
            folder = f"{stem}/auto"
            archive.writestr(f"{folder}/{stem}.md", to_markdown(document, name_image))
            content = json.dumps(list_content(document), ensure_ascii=False, indent=1)
            archive.writestr(f"{folder}/{stem}_content_list.json", content)
            for name, image in list_images(document):
                archive.writestr(f"{folder}/{name}", image.data, zipfile.ZIP_STORED)
    return buffer.getvalue()

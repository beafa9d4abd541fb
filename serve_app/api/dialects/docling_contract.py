"""docling-serve's options and results.

Source: docling-serve 1.38 and docling 2.143, `docling/datamodel/service`. Options that choose models or engines
(`pipeline`, `ocr_engine`, `ocr_preset`, `ocr_lang`, `pdf_backend`, `table_mode`), and `from_formats`, `images_scale`,
`document_timeout` and `abort_on_error`, are accepted and have no meaning here.
"""

import io
import json
import zipfile
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from serve_app.documents.blocks import DocumentReading
from serve_app.documents.docling_document import to_docling
from serve_app.documents.html import to_document_html, to_text
from serve_app.documents.images import embed_image
from serve_app.documents.markdown import ImageLink, to_markdown
from serve_app.documents.page import UnreadablePage
from serve_app.pipeline.document_options import DocumentOptions

LISTS = ("to_formats", "page_range", "callbacks")
"""Form fields that are repeated for each entry."""

_MOST_PAGES = 999_999_999

Json = dict[str, Any]


class ConvertOptions(BaseModel):
    """The options that have a meaning here, or that would change an answer and are refused; the others are accepted."""

    model_config = ConfigDict(extra="ignore")

    to_formats: list[Literal["md", "json", "html", "text"]] = ["md"]
    image_export_mode: Literal["placeholder", "embedded"] = "placeholder"
    do_ocr: bool = True
    force_ocr: bool = False
    do_table_structure: bool = True
    do_chart_extraction: bool = True
    """Docling has it off by default. Here charts are read unless it is false."""
    include_images: bool = True
    page_range: tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]] = (1, _MOST_PAGES)
    md_page_break_placeholder: Annotated[str, Field(max_length=1000)] = ""
    do_picture_description: bool = False
    do_picture_classification: bool = False
    do_code_enrichment: bool = False
    do_formula_enrichment: bool = False

    @field_validator("to_formats", mode="before")
    @classmethod
    def _is_list(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value

    @field_validator(
        "do_picture_description", "do_picture_classification", "do_code_enrichment", "do_formula_enrichment"
    )
    @classmethod
    def _is_off(cls, value: bool) -> bool:
        if value:
            raise ValueError("this service has no model for it. Leave it out, or send false")
        return value

    def as_document_options(self) -> DocumentOptions:
        """What is asked of each file."""
        first, last = (min(number, _MOST_PAGES) for number in self.page_range)
        return DocumentOptions(
            None if (first, last) == (1, _MOST_PAGES) else f"{first}-{last}",
            ocr="always" if self.force_ocr else "auto" if self.do_ocr else "never",
            tables=self.do_table_structure,
            charts=self.do_chart_extraction,
            figures=self.include_images and self.image_export_mode == "embedded",
        )


class Target(BaseModel):
    """Where the result goes."""

    model_config = ConfigDict(extra="ignore")

    kind: str = "inbody"

    @field_validator("kind")
    @classmethod
    def _is_kept_here(cls, kind: str) -> str:
        if kind not in ("inbody", "zip"):
            # Clients look for the words "artifact storage to be configured", and ask for `inbody` then.
            raise ValueError(f"target {kind[:40]!r} needs artifact storage to be configured. Send inbody or zip")
        return kind


def describe(document: DocumentReading, name: str, stem: str, options: ConvertOptions, seconds: float) -> Json:
    """A document in the body of an answer. `seconds` is how long it took."""
    errors = list_errors(document)
    written = _write_formats(document, stem, options)
    return {
        "document": {
            "filename": name,
            "md_content": written.get("md"),
            "json_content": written.get("json"),
            "html_content": written.get("html"),
            "text_content": written.get("text"),
            "doctags_content": None,
        },
        "status": "partial_success" if errors else "success",
        "errors": errors,
        "processing_time": round(seconds, 3),
        "timings": {},
    }


def write_archive(documents: Sequence[tuple[str, DocumentReading]], options: ConvertOptions) -> bytes:
    """A ZIP archive of files by stem: each format, and the errors of a document that has some."""
    buffer = io.BytesIO()
    endings = {"md": "md", "json": "json", "html": "html", "text": "txt"}
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for stem, document in documents:
            for chosen, content in _write_formats(document, stem, options).items():
                text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
                archive.writestr(f"{stem}.{endings[chosen]}", text)
            if errors := list_errors(document):
                archive.writestr(f"{stem}.errors.json", json.dumps(errors, ensure_ascii=False, indent=1))
    return buffer.getvalue()


def list_errors(document: DocumentReading) -> list[Json]:
    """The pages that could not be read."""
    return [
        {
            "component_type": "pipeline",
            "module_name": "serve_app",
            "error_message": page.reason,
            "category": "unknown",
            "page_no": page.number,
        }
        for page in document.pages
        if isinstance(page, UnreadablePage)
    ]


def describe_failure(message: str, *, retryable: bool = False) -> Json:
    """Why a task failed."""
    return {
        "category": "unknown",
        "message": message,
        "retryable": retryable,
        "phase": "execution",
        "details": {},
    }


def _write_formats(document: DocumentReading, stem: str, options: ConvertOptions) -> dict[str, str | Json]:
    embedded = options.include_images and options.image_export_mode == "embedded"
    link: ImageLink = embed_image if embedded else lambda page, index: None
    written: dict[str, str | Json] = {}
    for chosen in options.to_formats:
        if chosen == "md":
            written[chosen] = _write_markdown(document, link, options.md_page_break_placeholder)
        elif chosen == "html":
            written[chosen] = to_document_html(document, link)
        elif chosen == "text":
            written[chosen] = to_text(document)
        else:
            written[chosen] = to_docling(document, stem, images=embedded)
    return written


def _write_markdown(document: DocumentReading, link: ImageLink, page_break: str) -> str:
    if not page_break:
        return to_markdown(document, link)
    pages = [DocumentReading(document.kind, document.pages_total, (page,)) for page in document.pages]
    return f"\n{page_break}\n\n".join(to_markdown(page, link) for page in pages)

"""The arguments and the structured results of the tools. Their texts are what a language model reads."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from serve_app.api.schemas import AnswerBody, LineBody, PageBody, WarningBody
from serve_app.documents.blocks import DocumentReading, PageReading
from serve_app.documents.markdown import to_markdown
from serve_app.documents.page import UnreadablePage
from serve_app.domain import Page

# The names of the counts are those of the HTTP routes.
# ruff: noqa: N815


class Arguments(BaseModel):
    """What every tool is given."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    file: str = Field(min_length=1)
    """The file's bytes in base64, or as a data URL."""
    language: str | None = None
    """Tag of the language of the text, such as "ru", where this service has a model for it; an unknown one is refused
    with the list of those that there are. Leave it out for Latin, Chinese and Japanese text."""


class TextArguments(Arguments):
    """Of `read_text`."""

    zoom: bool = False
    """Read in overlapping tiles, enlarged: for small print on large pages; several times slower."""
    lines: bool = False
    """Also return each line with its recognition score and its outline in pixels."""


class ChartArguments(Arguments):
    """Of `read_chart`."""


class DocumentArguments(Arguments):
    """Of `read_document`."""

    pages: str | None = None
    """The pages to read, as "1-5,8,-1": from 1, negative ones from the end. All by default."""
    password: str | None = None
    """Of an encrypted PDF."""
    ocr: Literal["auto", "always", "never"] = "auto"
    """`auto` reads a page's text layer where it has a sound one, and the image of the page otherwise."""


class TextResult(AnswerBody):
    """The text of an image in reading order; `lines` where they were asked for."""

    model: str
    width: int
    height: int
    turned: int
    text: str
    warnings: list[WarningBody]
    lines: list[LineBody] | None = None

    @classmethod
    def of(cls, page: Page, *, lines: bool) -> Self:
        """The page as it is sent."""
        body = PageBody.of(page)
        return cls.model_validate(body.model_dump(exclude=None if lines else {"lines"}))


class DocumentPage(BaseModel):
    """A page as Markdown; `error` says why it was not read."""

    number: int
    markdown: str | None = None
    error: str | None = None
    warnings: list[WarningBody] = []

    @classmethod
    def of(cls, document: DocumentReading, page: PageReading | UnreadablePage) -> Self:
        """The page as it is sent."""
        if isinstance(page, UnreadablePage):
            return cls(number=page.number, error=page.reason)
        alone = DocumentReading(document.kind, document.pages_total, (page,))
        warnings = [WarningBody.of(warning) for warning in page.warnings]
        return cls(number=page.number, markdown=to_markdown(alone), warnings=warnings)


class DocumentResult(BaseModel):
    """The pages that were asked for; `pagesTotal` is what the document has, `pagesRead` how many of them were read."""

    request_id: str = ""
    kind: str
    pagesTotal: int
    pagesRead: int
    pages: list[DocumentPage]

    @classmethod
    def of(cls, document: DocumentReading) -> Self:
        """The document as it is sent."""
        return cls(
            kind=document.kind,
            pagesTotal=document.pages_total,
            pagesRead=document.pages_read,
            pages=[DocumentPage.of(document, page) for page in document.pages],
        )

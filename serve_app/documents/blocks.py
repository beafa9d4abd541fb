"""What was read in a document: its pages, and their blocks in reading order."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from serve_app.documents.page import PageImage, TextSource, UnreadablePage
from serve_app.domain import Box, ChartReading, ReadingWarning, Size, TableGrid, TextLine
from serve_app.tables.evidence import TableEvidence


class BlockKind(StrEnum):
    """What a block is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST = "list"
    TABLE = "table"
    CHART = "chart"
    FIGURE = "figure"
    CAPTION = "caption"
    FORMULA = "formula"
    HEADER = "header"
    FOOTER = "footer"


@dataclass(frozen=True, slots=True)
class ChartData:
    """A chart of a page: its table, the lines of text in it, and what of them confirms each cell.

    Places in the table and in the lines are in pixels of the page.
    """

    reading: ChartReading
    lines: tuple[TextLine, ...]
    evidence: TableEvidence


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a page. Its text is in reading order; that of a figure, chart or table is what is printed in it.

    `level` is that of a heading, from 1. `items` are the entries of a list. `confidence` in [0, 1] is the OCR's mean
    score, 1 for a text layer; of a table, how far two ways of reading it agree; of a chart, the estimated share of its
    values that are right.
    """

    kind: BlockKind
    box: Box
    text: str = ""
    confidence: float = 1.0
    level: int = 0
    items: tuple[str, ...] = ()
    table: TableGrid | None = None
    chart: ChartData | None = None
    image: PageImage | None = None


@dataclass(frozen=True, slots=True)
class PageReading:
    """A page that was read. Boxes are in pixels of `size`, the page as it is shown upright.

    `rotation` is what the file says in degrees clockwise; `turned` are the degrees counter-clockwise by which the
    page was turned beyond that, since its text stood otherwise. `reason` says why the text comes from `source`.
    `document_pages` is how many pages the document has. `paddlex` is what PaddleOCR said of a page of which only the
    lines were asked for, as `domain.Page` has it; each line is a paragraph then.
    """

    number: int
    size: Size
    points: tuple[float, float]
    rotation: int
    turned: int
    source: TextSource
    reason: str
    document_pages: int
    blocks: tuple[Block, ...]
    warnings: tuple[ReadingWarning, ...] = ()
    paddlex: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DocumentReading:
    """A document: the pages that were asked for, in order; those that could not be read say why."""

    kind: str
    pages_total: int
    pages: tuple[PageReading | UnreadablePage, ...]

    @property
    def pages_read(self) -> int:
        """How many of the pages that were asked for could be read."""
        return sum(isinstance(page, PageReading) for page in self.pages)

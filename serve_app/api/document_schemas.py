"""The answer of `/v1/document` in JSON."""

from typing import Self

from pydantic import BaseModel, Field

from serve_app.api.analysis_schemas import CheckedChartBody
from serve_app.api.schemas import NumberBody, WarningBody
from serve_app.documents.blocks import Block, DocumentReading, PageReading
from serve_app.documents.images import embed_image
from serve_app.documents.markdown import ImageLink
from serve_app.documents.page import UnreadablePage
from serve_app.domain import Box, GridCell, TableGrid

# The names of the counts are those that the documentation of the dialects uses.
# ruff: noqa: N815


class BoxBody(BaseModel):
    """Left, top, right and bottom in pixels of the page."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def of(cls, box: Box) -> Self:
        """The box as it is sent."""
        return cls(
            left=round(box.left, 1), top=round(box.top, 1), right=round(box.right, 1), bottom=round(box.bottom, 1)
        )


class GridCellBody(BaseModel):
    """A cell of a table: its place in the grid from 0, its spans, its text, and the number in it, if it is one."""

    row: int
    column: int
    row_span: int
    column_span: int
    text: str
    number: NumberBody | None

    @classmethod
    def of(cls, cell: GridCell) -> Self:
        """The cell as it is sent."""
        return cls(
            row=cell.row,
            column=cell.column,
            row_span=cell.row_span,
            column_span=cell.column_span,
            text=cell.text,
            number=cell.number and NumberBody.of(cell.number),
        )


class GridBody(BaseModel):
    """A table."""

    rows: int
    columns: int
    cells: list[GridCellBody]

    @classmethod
    def of(cls, grid: TableGrid) -> Self:
        """The table as it is sent."""
        return cls(rows=grid.rows, columns=grid.columns, cells=[GridCellBody.of(cell) for cell in grid.cells])


class BlockBody(BaseModel):
    """A part of a page, in reading order.

    `level` is set for headings, `items` for lists, `table` for tables, `chart` for charts, and `image` where `figures`
    asked for it: a PNG as data URL, or in an archive the name of its file. The text of a figure, chart or table is what
    is printed in it.
    """

    kind: str
    box: BoxBody
    text: str
    confidence: float = Field(ge=0, le=1)
    level: int | None = None
    items: list[str] | None = None
    table: GridBody | None = None
    chart: CheckedChartBody | None = None
    image: str | None = None

    @classmethod
    def of(cls, block: Block, image: str | None) -> Self:
        """The block as it is sent; `image` is the address of its image."""
        return cls(
            kind=block.kind.value,
            box=BoxBody.of(block.box),
            text=block.text,
            confidence=round(min(1.0, max(0.0, block.confidence)), 4),
            level=block.level or None,
            items=list(block.items) or None,
            table=block.table and GridBody.of(block.table),
            chart=block.chart
            and CheckedChartBody.of_reading(block.chart.reading, block.chart.evidence, block.chart.lines),
            image=image,
        )


class PageBody(BaseModel):
    """A page. `error` says why it was not read, and then the rest is null.

    `width` and `height` are pixels, in which all places are told; `points` is the page's size in 1/72 inch. `rotation`
    is what the file says in degrees clockwise; `turned` are the degrees counter-clockwise by which the page was turned
    beyond that. `source` is `pdf` (the file's text layer), `ocr` or `blank`.
    """

    number: int
    error: str | None = None
    width: int | None = None
    height: int | None = None
    points: tuple[float, float] | None = None
    rotation: int | None = None
    turned: int | None = None
    source: str | None = None
    reason: str | None = None
    blocks: list[BlockBody] | None = None
    warnings: list[WarningBody] | None = None

    @classmethod
    def of(cls, page: PageReading | UnreadablePage, link: ImageLink = embed_image) -> Self:
        """The page as it is sent."""
        if isinstance(page, UnreadablePage):
            return cls(number=page.number, error=page.reason)
        return cls(
            number=page.number,
            width=page.size.width,
            height=page.size.height,
            points=page.points,
            rotation=page.rotation,
            turned=page.turned,
            source=page.source.value,
            reason=page.reason,
            blocks=[BlockBody.of(block, link(page, index)) for index, block in enumerate(page.blocks)],
            warnings=[WarningBody.of(warning) for warning in page.warnings],
        )


class DocumentBody(BaseModel):
    """The answer of `/v1/document`.

    `pagesTotal` is what the document has, `pagesRead` how many of `pages` could be read. `pages` holds those that
    were asked for, the unreadable ones with their `error`.
    """

    request_id: str = ""
    kind: str
    pagesTotal: int
    pagesRead: int
    pages: list[PageBody]

    @classmethod
    def of(cls, document: DocumentReading, link: ImageLink = embed_image) -> Self:
        """The document as it is sent."""
        return cls(
            kind=document.kind,
            pagesTotal=document.pages_total,
            pagesRead=document.pages_read,
            pages=[PageBody.of(page, link) for page in document.pages],
        )

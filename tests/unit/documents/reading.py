"""Documents as they come out of the pipeline, made by hand."""

from serve_app.documents.blocks import Block, BlockKind, ChartData, DocumentReading, PageReading
from serve_app.documents.page import PageImage, TextSource, UnreadablePage
from serve_app.domain import Box, Cell, ChartKind, ChartReading, ChartTable, GridCell, Number, Size, TableGrid
from serve_app.tables.evidence import find_evidence

BOX = Box(72, 72, 540, 100)


def page(number, *blocks, height=1000):
    return PageReading(number, Size(800, height), (595.0, 842.0), 0, 0, TextSource.PDF, "text_layer", 3, tuple(blocks))


def block(kind, text="", **more):
    return Block(kind, more.pop("box", BOX), text, **more)


def grid(*rows, **spans):
    cells = tuple(GridCell(text, r, c) for r, row in enumerate(rows) for c, text in enumerate(row))
    return TableGrid(len(rows), len(rows[0]), cells)


def chart():
    table = ChartTable(
        (Cell(""), Cell("Tonnes")), ((Cell("Apples"), Cell("42", number=Number(42))),), Cell("Fruit"), ChartKind.BAR
    )
    return ChartData(ChartReading(table, "fake", Size(10, 10)), (), find_evidence(table, ()))


PICTURE = PageImage(b"png", "image/png", Size(10, 10))
DOCUMENT = DocumentReading(
    "PDF",
    3,
    (
        page(
            1,
            block(BlockKind.HEADER, "Annual report"),
            block(BlockKind.HEADING, "Revenue *up*", level=1),
            block(BlockKind.PARAGRAPH, "It rose by 5 <b>."),
            block(BlockKind.LIST, "• a 2. b", items=("• a", "2. b")),
            block(BlockKind.TABLE, "", table=grid(("Year", "a|b"), ("2024", "7"))),
            block(BlockKind.CHART, "Apples", chart=chart(), image=PICTURE),
            block(BlockKind.CAPTION, "Figure 1"),
        ),
        UnreadablePage(2, "it takes more memory than it may"),
        page(3, block(BlockKind.FIGURE, "inside", image=PICTURE), block(BlockKind.FORMULA, "x = 1")),
    ),
)

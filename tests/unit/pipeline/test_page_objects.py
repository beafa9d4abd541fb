"""Tables, figures and charts of a page whose parts are drawn at another size than the page's own."""

import io

import pytest
from PIL import Image

from serve_app.config import AppConfig
from serve_app.documents.blocks import BlockKind
from serve_app.documents.figures import Figure
from serve_app.documents.page import PageImage
from serve_app.domain import (
    Box,
    Cell,
    CellPlace,
    ChartKind,
    ChartReading,
    ChartTable,
    LayoutTask,
    Number,
    OcrOptions,
    Page,
    Region,
    RegionKind,
    Size,
    TableStructure,
    TextLine,
    Word,
)
from serve_app.hosting.fake import FakeChart, FakeLayout, FakeOcr
from serve_app.pipeline.document import admit_document
from serve_app.pipeline.document_options import DocumentOptions
from serve_app.pipeline.page_objects import MIN_LINES, ObjectReader
from serve_app.pipeline.service import CHART, LAYOUT, OCR
from tests.clients import LocalChart, LocalLayout, LocalOcr, build_service

FIGURE = Box(100, 200, 300, 300)
"""With the white round it, what a model is shown of it is 220 x 120 pixels of the page from (90, 190) on."""

SCALES = pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])


def outline(left, top, right, bottom):
    return (left, top), (right, top), (right, bottom), (left, bottom)


def print_text(text, left, top, width=20, height=10):
    place = outline(left, top, left + width, top + height)
    return TextLine(text, 0.9, place, (Word(text, place),))


class ScaledCanvas:
    """A white page of 1000 x 1000 pixels, of which parts are drawn `scale` times as large."""

    size, turned, live_text, box = Size(1000, 1000), 0, True, Box(0, 0, 1000, 1000)

    def __init__(self, scale):
        self.scale = scale
        self.crops = []

    async def crop(self, box):
        self.crops.append(box)
        size = Size(round(box.width * self.scale), round(box.height * self.scale))
        buffer = io.BytesIO()
        Image.new("RGB", (size.width, size.height), "white").save(buffer, "PNG")
        return PageImage(buffer.getvalue(), "image/png", size)


class PrintedOcr(FakeOcr):
    """Finds `lines`, whose places are shares of the picture, and answers in pixels of the picture at half its size."""

    def __init__(self, *lines):
        self.lines = lines

    def read(self, image, options):
        width, height = image.width / 2, image.height / 2
        lines = tuple(print_text(text, x * width, y * height, width / 10, height / 10) for text, x, y in self.lines)
        return Page(Size(round(width), round(height)), lines, self.name)


class TwoBars(FakeChart):
    """Two bars of one value, side by side: only their places tell which number is whose."""

    kind = ChartKind.BAR

    def read(self, charts):
        [chart] = charts
        self.lines, (width, height) = chart.lines, chart.image.size
        rows = tuple(
            (Cell(name, place=outline(x * width, 0.9 * height, (x + 0.1) * width, height)), Cell("7", place=point))
            for name, x in (("Pears", 0.75), ("Apples", 0.25))
            for point in [(x * width, 0.5 * height)]
        )
        title = Cell("Fruit", place=(0.5 * width, 0.0))
        columns = (Cell(""), Cell("Tonnes", place=(0.0, 0.5 * height)))
        return [ChartReading(ChartTable(columns, rows, title, self.kind), "bars", Size(width, height), confidence=0.75)]


PRINTED = (("7", 0.2, 0.45), ("7", 0.7, 0.45), ("Apples", 0.2, 0.9), ("Pears", 0.7, 0.9))


class Reading:
    """An `ObjectReader` between engines, and what it asked of them."""

    def __init__(self, *, ocr=None, chart=None, layout=None, **options):
        self.ocr = LocalOcr(ocr or PrintedOcr(*PRINTED))
        self.chart = LocalChart(chart or TwoBars())
        self.layout = LocalLayout(layout or FakeLayout())
        self.service = build_service(AppConfig(), self.ocr, self.chart, self.layout)
        self.options = DocumentOptions(**options)
        self.in_flight = {}
        for model, client in ((OCR, self.ocr), (CHART, self.chart), (LAYOUT, self.layout)):
            self._watch(model, client)

    def _watch(self, model, client):
        read = client.read

        async def note_and_read(*arguments):
            self.in_flight[model] = self.service.admission.report()[model].in_flight
            return await read(*arguments)

        client.read = note_and_read

    async def read_figure(self, canvas, lines=(), *, live=False, box=FIGURE):
        with admit_document(self.service, 60) as ticket:
            objects = ObjectReader(self.service, ticket, self.options)
            [block] = await objects.read_figures(canvas, [Figure(box, 0.9)], lines, live=live)
        return block

    async def read_tables(self, canvas, regions, lines, figures=()):
        with admit_document(self.service, 60) as ticket:
            return await ObjectReader(self.service, ticket, self.options).read_tables(canvas, regions, figures, lines)


async def test_ocr_looks_closely_at_a_chart_of_a_page():
    reading = Reading()
    await reading.read_figure(ScaledCanvas(1.0))
    assert reading.ocr.options == OcrOptions(return_word_box=True, chart=True)


async def test_the_text_of_a_chart_is_read_with_the_model_for_the_documents_language():
    reading = Reading(language="ru")
    await reading.read_figure(ScaledCanvas(1.0))
    assert reading.ocr.options == OcrOptions(return_word_box=True, chart=True, language="ru")


@SCALES
async def test_the_table_of_a_chart_is_in_pixels_of_the_page(scale):
    block = await Reading().read_figure(ScaledCanvas(scale))
    table = block.chart.reading.table
    assert (block.kind, block.box, block.confidence) == (BlockKind.CHART, FIGURE, 0.75)
    assert table.title.place == pytest.approx((200, 190))
    assert table.columns[1].place == pytest.approx((90, 250))
    assert [row[1].place for row in table.rows] == [pytest.approx((255, 250)), pytest.approx((145, 250))]
    assert table.rows[1][0].place[2] == pytest.approx((167, 310))


@SCALES
async def test_the_texts_of_a_chart_are_in_pixels_of_the_page_and_confirm_its_cells(scale):
    block = await Reading().read_figure(ScaledCanvas(scale))
    lines = block.chart.lines
    assert [line.text for line in lines] == ["7", "7", "Apples", "Pears"]
    assert lines[0].polygon == lines[0].words[0].polygon
    assert lines[0].polygon[0] == pytest.approx((134, 244))
    assert lines[3].polygon[2] == pytest.approx((266, 310))
    # Each bar has the number that is printed at its end.
    assert [[cell.line for cell in row] for row in block.chart.evidence.rows] == [[3, 1], [2, 0]]


@SCALES
async def test_the_model_gets_the_words_in_pixels_of_the_picture(scale):
    chart = TwoBars()
    await Reading(chart=chart).read_figure(ScaledCanvas(scale))
    assert [line.text for line in chart.lines] == ["7", "7", "Apples", "Pears"]
    assert chart.lines[3].polygon[0] == pytest.approx((0.7 * 220 * scale, 0.9 * 120 * scale))


@SCALES
async def test_the_files_own_text_in_the_figure_takes_the_place_of_ocr(scale):
    inside = [print_text(name, 140 + 40 * i, 285) for i, name in enumerate(("Apples", "Pears", "Plums"))]
    outside = print_text("Prose", 400, 285)
    chart = TwoBars()
    reading, canvas = Reading(chart=chart), ScaledCanvas(scale)
    block = await reading.read_figure(canvas, [outside, *inside], live=True)
    assert reading.ocr.calls == 0
    assert canvas.crops == [FIGURE]
    assert [line.text for line in chart.lines] == ["Apples", "Pears", "Plums"]
    assert chart.lines[1].polygon[0] == chart.lines[1].words[0].polygon[0] == pytest.approx((90 * scale, 95 * scale))
    for line, given in zip(block.chart.lines, inside, strict=True):
        assert line.polygon[0] == pytest.approx(given.polygon[0])
        assert line.polygon[2] == pytest.approx(given.polygon[2])


@pytest.mark.parametrize(("count", "live", "calls"), [(MIN_LINES, True, 0), (MIN_LINES - 1, True, 1), (9, False, 1)])
async def test_ocr_reads_a_figure_with_little_text_or_a_scanned_one(count, live, calls):
    lines = [print_text(f"line {i}", 110, 205 + 10 * i) for i in range(count)]
    reading = Reading()
    await reading.read_figure(ScaledCanvas(1.0), lines, live=live)
    assert reading.ocr.calls == calls


async def test_each_call_counts_for_its_own_model():
    reading = Reading()
    await reading.read_figure(ScaledCanvas(1.0))
    await reading.read_tables(ScaledCanvas(1.0), [Region(RegionKind.TABLE, FIGURE, 0.9)], grid_of_words())
    assert reading.in_flight == {OCR: 1, CHART: 1, LAYOUT: 1}


@pytest.mark.parametrize("figures", [True, False])
async def test_a_figures_image_comes_along_where_it_is_asked_for(figures):
    block = await Reading(figures=figures, charts=False).read_figure(ScaledCanvas(2.0))
    assert (block.kind, block.box, block.chart) == (BlockKind.FIGURE, FIGURE, None)
    assert (block.image and block.image.size) == (Size(400, 200) if figures else None)
    block = await Reading(figures=figures).read_figure(ScaledCanvas(2.0))
    assert (block.kind, block.image is not None) == (BlockKind.CHART, figures)


async def test_no_model_is_asked_where_nobody_wants_charts():
    reading = Reading(charts=False)
    await reading.read_figure(ScaledCanvas(1.0))
    assert (reading.ocr.calls, reading.chart.calls) == (0, 0)


async def test_what_the_model_takes_for_no_chart_stays_a_figure():
    chart = TwoBars()
    chart.kind = ChartKind.NONE
    block = await Reading(chart=chart).read_figure(ScaledCanvas(1.0))
    assert (block.kind, block.chart, block.confidence) == (BlockKind.FIGURE, None, 1.0)


@pytest.mark.parametrize(("texts", "kind"), [(["Oslo", "Rome", "41"], BlockKind.CHART), (["41"], BlockKind.FIGURE)])
async def test_a_table_without_a_kind_is_a_chart_where_the_text_confirms_it(texts, kind):
    class Kindless(FakeChart):
        def read(self, charts):
            rows = ((Cell("Oslo"), Cell("41", number=Number(41.0))), (Cell("Rome"), Cell("17", number=Number(17.0))))
            return [ChartReading(ChartTable((Cell(""), Cell("value")), rows), "kindless", Size(1, 1))]

    lines = [print_text(text, 150, 205 + 20 * i) for i, text in enumerate([*texts, "note", "seen", "here"][:4])]
    block = await Reading(chart=Kindless()).read_figure(ScaledCanvas(1.0), lines, live=True)
    assert block.kind is kind


async def test_a_chart_without_rows_stays_a_figure():
    class Empty(FakeChart):
        def read(self, charts):
            return [ChartReading(ChartTable(kind=ChartKind.BAR), "empty", Size(1, 1))]

    block = await Reading(chart=Empty()).read_figure(ScaledCanvas(1.0))
    assert block.kind is BlockKind.FIGURE


async def test_a_picture_thinner_than_a_pixel_is_read():
    assert (await Reading().read_figure(ScaledCanvas(4.0), box=Box(10, 10, 10.4, 60))).kind is BlockKind.CHART


def grid_of_words(rows=3, columns=2, left=100, top=200):
    return [
        print_text(f"{row * 10 + column}", left + 100 * column, top + 30 * row)
        for row in range(rows)
        for column in range(columns)
    ]


class Structure(FakeLayout):
    """Sees these cells, whose boxes are shares of the picture."""

    def __init__(self, *cells):
        self.cells = cells

    def read_table_structure(self, image):
        width, height = image.size
        cells = (
            CellPlace(Box(left * width, top * height, right * width, bottom * height), *place)
            for (left, top, right, bottom), *place in self.cells
        )
        return TableStructure(tuple(cells), 0.9)


SPANNING = Structure(
    ((0, 0, 0.5, 0.67), 0, 0, 2, 1),
    ((0.5, 0, 1, 0.33), 0, 1),
    ((0.5, 0.33, 1, 0.67), 1, 1),
    ((0, 0.67, 0.5, 1), 2, 0),
    ((0.5, 0.67, 1, 1), 2, 1),
)
TABLE = Region(RegionKind.TABLE, Box(90, 190, 290, 280), 0.9)


@SCALES
async def test_the_models_cells_are_placed_on_the_page(scale):
    lines = [line for line in grid_of_words() if line.text != "10"]  # below the cell that spans two rows
    reading, canvas = Reading(layout=SPANNING), ScaledCanvas(scale)
    [block] = await reading.read_tables(canvas, [TABLE], lines)
    assert canvas.crops == [TABLE.box]
    assert reading.layout.tasks == [LayoutTask(table=True)]
    assert (block.kind, block.box, block.confidence) == (BlockKind.TABLE, TABLE.box, block.table.confidence)
    cells = {(cell.row, cell.column): (cell.text, cell.row_span) for cell in block.table.cells}
    assert cells == {(0, 0): ("0", 2), (0, 1): ("1", 1), (1, 1): ("11", 1), (2, 0): ("20", 1), (2, 1): ("21", 1)}


async def test_without_the_models_cells_the_words_make_the_table():
    [block] = await Reading().read_tables(ScaledCanvas(1.0), [TABLE], grid_of_words())
    assert (block.table.rows, block.table.columns) == (3, 2)


async def test_only_the_words_inside_are_the_tables():
    words = [*grid_of_words(), print_text("Note", 100, 400), print_text("Aside", 400, 200)]
    [block] = await Reading().read_tables(ScaledCanvas(1.0), [TABLE], words)
    assert {cell.text for cell in block.table.cells} == {"0", "1", "10", "11", "20", "21"}


@pytest.mark.parametrize(("rows", "columns", "tables"), [(2, 2, 1), (1, 3, 0), (1, 4, 1), (5, 1, 0)])
async def test_the_smallest_table_has_four_cells_in_two_columns(rows, columns, tables):
    words = grid_of_words(rows, columns)
    region = Region(RegionKind.TABLE, Box(90, 190, 600, 400), 0.9)
    assert len(await Reading().read_tables(ScaledCanvas(1.0), [region], words)) == tables


@pytest.mark.parametrize(("share", "tables"), [(0.4, 1), (0.6, 0)])
async def test_a_region_that_lies_in_a_figure_is_no_table(share, tables):
    box = TABLE.box
    figure = Figure(Box(box.left, box.top, box.left + share * box.width, box.bottom), 0.9)
    assert len(await Reading().read_tables(ScaledCanvas(1.0), [TABLE], grid_of_words(), [figure])) == tables


@pytest.mark.parametrize(
    ("region", "options"),
    [
        (TABLE, {"tables": False}),
        (Region(RegionKind.TEXT, TABLE.box, 0.9), {}),
        (Region(RegionKind.TABLE, Box(500, 500, 700, 700), 0.9), {}),  # where no words are
    ],
)
async def test_where_no_table_can_be_no_model_is_asked(region, options):
    reading = Reading(**options)
    assert await reading.read_tables(ScaledCanvas(1.0), [region], grid_of_words()) == []
    assert reading.layout.calls == 0

"""Documents through the pipeline: real PDFs in the real child process, engines that answer by script."""

import asyncio
import io
import time

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from serve_app.config import AppConfig, DocumentsConfig
from serve_app.documents.blocks import BlockKind, PageReading
from serve_app.documents.page import TextSource, UnreadablePage
from serve_app.domain import (
    Box,
    Cell,
    ChartKind,
    ChartReading,
    ChartTable,
    Orientation,
    Page,
    Region,
    RegionKind,
    Size,
    TextLine,
)
from serve_app.errors import Busy, DeadlineExceeded, ModelUnavailable
from serve_app.hosting.fake import FakeChart, FakeLayout, FakeOcr
from serve_app.pipeline.document import DocumentTurns, admit_document, read_document
from serve_app.pipeline.document_options import DocumentOptions
from tests.clients import LocalChart, LocalLayout, LocalOcr, build_service


def draw(*pages):
    """A PDF of A4 pages, each drawn by a function of the canvas."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842))
    for page in pages:
        page(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def prose(canvas):
    for i in range(12):
        canvas.drawString(72, 760 - 14 * i, f"Line {i} of the report, which has some words in it.")


def bars(canvas):
    prose(canvas)
    canvas.setFillColorRGB(0.1, 0.3, 0.8)
    for i, height in enumerate((120, 60, 90)):
        canvas.rect(160 + 70 * i, 200, 40, height, stroke=0, fill=1)
    canvas.setFillColorRGB(0, 0, 0)
    canvas.line(150, 200, 400, 200)
    for i, name in enumerate(("Apples", "Pears", "Plums")):
        canvas.drawString(162 + 70 * i, 186, name)


def scan(canvas):
    image = Image.new("RGB", (600, 840), "white")
    image.paste((30, 30, 30), (60, 60, 540, 80))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    buffer.seek(0)
    from reportlab.lib.utils import ImageReader

    canvas.drawImage(ImageReader(buffer), 0, 0, 595, 842)


def build(*, ocr=None, chart=None, layout=None, **documents):
    config = AppConfig(documents=DocumentsConfig(**documents))
    clients = LocalOcr(ocr or FakeOcr()), LocalChart(chart or FakeChart()), LocalLayout(layout or FakeLayout())
    return build_service(config, *clients)


async def read(service, data, deadline_s=60, **options):
    with admit_document(service, deadline_s) as ticket:
        return await read_document(service, ticket, data, DocumentOptions(**options))


async def test_a_digital_page_needs_no_ocr():
    service = build()
    document = await read(service, draw(prose, prose))
    assert (document.pages_total, document.pages_read) == (2, 2)
    assert service.ocr.calls == 0
    [page, _] = document.pages
    assert page.source is TextSource.PDF
    assert page.blocks[0].text.startswith("Line 0 of the report, which has some words in it. Line 1")


async def test_a_scan_is_read_by_ocr_and_the_pages_stay_in_order():
    service = build()
    document = await read(service, draw(prose, scan, prose))
    assert [page.source for page in document.pages] == [TextSource.PDF, TextSource.OCR, TextSource.PDF]
    assert document.pages[1].blocks[0].text.startswith("fake ")


@pytest.mark.parametrize(("ocr", "calls"), [("auto", 1), ("always", 2), ("never", 0)])
async def test_what_ocr_is_used_for(ocr, calls):
    service = build()
    await read(service, draw(prose, scan), ocr=ocr)
    assert service.ocr.calls == calls


class PointingChart(FakeChart):
    """Puts its one cell into the middle of the picture."""

    def read(self, charts):
        [chart] = charts
        self.lines = chart.lines
        width, height = chart.image.size
        cell = Cell("Apples", place=(width / 2, height / 2))
        table = ChartTable((Cell(""), Cell("Tonnes")), ((cell, Cell("42")),), kind=ChartKind.BAR)
        return [ChartReading(table, "pointing", Size(width, height))]


async def test_a_chart_is_read_with_the_files_own_text_and_placed_on_the_page():
    chart = PointingChart()
    service = build(chart=chart)
    document = await read(service, draw(bars))
    assert service.ocr.calls == 0
    [page] = document.pages
    [block] = [block for block in page.blocks if block.kind is BlockKind.CHART]
    assert {line.text for line in chart.lines} >= {"Apples", "Pears", "Plums"}
    x, y = block.chart.reading.table.rows[0][0].place
    assert (x, y) == pytest.approx(
        ((block.box.left + block.box.right) / 2, (block.box.top + block.box.bottom) / 2), abs=2
    )
    # 160 to 340 points from the left and 200 to 320 from the bottom, at two pixels a point.
    assert block.box.left == pytest.approx(2 * 150, abs=20)
    assert block.box.bottom == pytest.approx(2 * (842 - 186), abs=30)
    apples = next(line for line in block.chart.lines if line.text == "Apples")
    assert apples.polygon[0][0] == pytest.approx(2 * 162, abs=6)


async def test_a_figure_that_is_no_chart_stays_a_figure():
    class NoChart(FakeChart):
        def read(self, charts):
            return [ChartReading(ChartTable(kind=ChartKind.NONE), "none", Size(*c.image.size)) for c in charts]

    document = await read(build(chart=NoChart()), draw(bars), figures=True)
    [figure] = [block for block in document.pages[0].blocks if block.kind is BlockKind.FIGURE]
    assert figure.image.data.startswith(b"\x89PNG")
    assert "Apples" in figure.text


async def test_charts_are_not_asked_for_where_nobody_wants_them():
    service = build()
    await read(service, draw(bars), charts=False)
    assert service.chart.calls == 0


class OneRegion(FakeLayout):
    def __init__(self, kind):
        self.kind = kind

    def find_regions(self, image):
        width, height = image.size
        return [Region(self.kind, Box(0, 0, width, height / 2), 0.9)]


async def test_regions_come_back_in_pixels_of_the_page():
    document = await read(build(layout=OneRegion(RegionKind.FORMULA)), draw(prose))
    assert {block.kind for block in document.pages[0].blocks} == {BlockKind.FORMULA}


async def test_the_words_of_a_table_become_its_cells():
    def table(canvas):
        for row in range(5):
            for column in range(3):
                canvas.drawString(80 + 150 * column, 700 - 20 * row, f"{row * 10 + column}")

    document = await read(build(layout=OneRegion(RegionKind.TABLE)), draw(table))
    [block] = document.pages[0].blocks
    assert (block.table.rows, block.table.columns) == (5, 3)
    assert [cell.text for cell in block.table.cells][:4] == ["0", "1", "2", "10"]
    assert block.table.cells[4].number.value == 11


async def test_a_caption_in_the_box_of_a_table_is_no_row_of_it():
    def table(canvas):
        canvas.drawString(80, 740, "Table 1. What was sold in each of the shops")
        for row in range(5):
            for column in range(3):
                canvas.drawString(80 + 150 * column, 700 - 20 * row, f"{row * 10 + column}")

    document = await read(build(layout=OneRegion(RegionKind.TABLE)), draw(table))
    caption, block = document.pages[0].blocks
    assert (caption.kind, block.kind) == (BlockKind.CAPTION, BlockKind.TABLE)
    assert (block.table.rows, block.table.columns) == (5, 3)


class Sideways(FakeLayout):
    def tell_orientation(self, image):
        return Orientation(90, 0.9)


def print_lines(width, height, text, score):
    """Ten lines of print, each so wide and high."""
    return tuple(
        TextLine(text, score, ((9, 9 + 80 * i), (9 + width, 9 + 80 * i), (9 + width, 9 + height + 80 * i), (9, 90 * i)))
        for i in range(10)
    )


class Unsure(FakeOcr):
    """Sees tall lines in an image that is higher than wide, and cannot read them."""

    def read(self, image, options):
        width, height = image.size
        lines = print_lines(300, 20, "upright", 1.0) if width > height else print_lines(20, 300, "sdrawkcab", 0.5)
        return Page(Size(width, height), lines, "unsure", {})


async def test_a_scan_on_its_side_is_turned_before_it_is_read():
    document = await read(build(ocr=Unsure(), layout=Sideways()), draw(scan))
    [page] = document.pages
    assert page.turned == 90
    assert page.blocks[0].text.startswith("upright")
    assert page.size.width > page.size.height


async def test_a_page_that_ocr_reads_well_is_never_turned():
    class Fluent(FakeOcr):
        def read(self, image, options):
            return Page(Size(*image.size), print_lines(300, 20, "reads well as it is", 0.98), "fluent", {})

    document = await read(build(ocr=Fluent(), layout=Sideways()), draw(scan))
    assert document.pages[0].turned == 0


@pytest.mark.parametrize(("classified", "turned"), [(True, 90), (False, 0)])
async def test_where_a_page_is_classified_the_model_alone_decides(classified, turned):
    class Fluent(FakeOcr):
        def read(self, image, options):
            return Page(Size(*image.size), print_lines(300, 20, "reads well", 0.98), "fluent", {})

    service = build(ocr=Fluent(), layout=Sideways())
    [page] = (await read(service, draw(scan), classified=classified)).pages
    assert page.turned == turned
    assert (page.size.width > page.size.height) == classified
    assert service.ocr.calls == 1


async def test_a_scan_is_left_as_it_lies_where_that_is_asked_for():
    [page] = (await read(build(ocr=Unsure(), layout=Sideways()), draw(scan), upright=False)).pages
    assert page.turned == 0
    assert page.blocks[0].text.startswith("sdrawkcab")


def prose_upwards(canvas):
    canvas.rotate(90)
    for i in range(12):
        canvas.drawString(72, -80 - 14 * i, f"Line {i} of the report, which has some words in it.")


@pytest.mark.parametrize(
    ("page", "options", "turned", "source"),
    [
        (prose_upwards, {"classified": True}, 270, TextSource.OCR),
        (prose_upwards, {"classified": True, "ocr": "never"}, 0, TextSource.PDF),
        (prose_upwards, {}, 0, TextSource.PDF),
        (prose, {"classified": True}, 0, TextSource.PDF),  # whatever the model says of a page whose text stands upright
    ],
)
async def test_a_digital_page_is_classified_by_its_text_layer(page, options, turned, source):
    [found] = (await read(build(layout=Sideways()), draw(page), **options)).pages
    assert (found.turned, found.source) == (turned, source)


async def test_a_page_that_fails_loses_no_other():
    service = build()
    answer, pages = service.layout.read, []

    async def fail_once(image, task):
        pages.append(task)
        if len(pages) == 2:
            raise ModelUnavailable("Two replicas of Layout died. Try again")
        return await answer(image, task)

    service.layout.read = fail_once
    document = await read(service, draw(prose, prose, prose))
    assert document.pages_read == 2
    [failed] = [page for page in document.pages if isinstance(page, UnreadablePage)]
    assert failed.reason == "Two replicas of Layout died. Try again"


async def test_pages_that_are_late_are_named_and_the_others_kept():
    begun = time.monotonic()
    await read(build(), draw(prose))
    deadline_s = max(1.5, 4 * (time.monotonic() - begun))  # of which the first page takes a quarter, on any machine
    service = build()
    answer, pages = service.layout.read, []

    async def hang(image, task):
        pages.append(task)
        if len(pages) > 1:
            await asyncio.Event().wait()
        return await answer(image, task)

    service.layout.read = hang
    document = await read(service, draw(prose, prose, prose), deadline_s=deadline_s)
    assert [isinstance(page, PageReading) for page in document.pages] == [True, False, False]
    assert f"{deadline_s:g} seconds" in document.pages[2].reason


async def test_a_document_of_which_nothing_was_read_in_time_is_an_error():
    service = build()

    async def hang(image, task):
        await asyncio.Event().wait()

    service.layout.read = hang
    with pytest.raises(DeadlineExceeded):
        await read(service, draw(prose), deadline_s=1.5)


async def test_few_pages_are_in_flight_at_a_time():
    service = build()
    answer, now, most = service.layout.read, 0, 0

    async def count(image, task):
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        try:
            return await answer(image, task)
        finally:
            now -= 1

    service.layout.read = count
    await read(service, draw(*[prose] * 8))
    assert most <= service.config.limits.calls_per_request


@pytest.mark.parametrize(("pages", "background"), [(None, True), ("2-3", True), ("2", False)])
async def test_several_pages_let_other_requests_pass(pages, background):
    service = build()
    await read(service, draw(*[scan] * 3), pages=pages)
    assert service.ocr.options.background is background


async def test_the_pages_asked_for():
    document = await read(build(), draw(prose, prose, prose), pages="-1,1")
    assert [page.number for page in document.pages] == [1, 3]
    assert document.pages_total == 3


async def test_documents_take_turns():
    turns = DocumentTurns(1)
    async with turns.take():
        with pytest.raises(Busy):
            async with turns.take():
                pass
    async with turns.take():
        pass

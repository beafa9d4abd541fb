"""Pictures in which there is no chart: tables are read as tables by the installed layout models, the rest is none."""

import asyncio

import pytest
from PIL import Image, ImageDraw, ImageFont

from serve_app.config import AppConfig, LayoutConfig
from serve_app.domain import ChartKind, ChartReading, ChartTable, Page, ReadingWarning, Size, TextLine, Word
from serve_app.errors import ModelUnavailable
from serve_app.hosting.fake import FakeChart, FakeOcr
from serve_app.pipeline.analysis import admit_analysis, analyze
from serve_app.pipeline.chart import admit_chart, read_chart
from serve_app.pipeline.service import LAYOUT
from serve_app.pipeline.upload import Upload
from serve_app.serving.engines import load_layout
from tests.clients import LocalChart, LocalLayout, LocalOcr, build_service
from tests.drawings import encode

EXPORTS = [
    ["Country", "2019", "2020", "2021"],
    ["France", "12.5", "13.1", "9.8"],
    ["Germany", "20.4", "18.2", "21.0"],
    ["Italy", "7.7", "8.1", "8.9"],
    ["Spain", "5.2", "4.9", "6.3"],
    ["Poland", "3.1", "3.3", "3.8"],
]
PEOPLE = [
    ["Name", "Role", "City"],
    ["Ada Lovelace", "Analyst", "London"],
    ["Alan Turing", "Engineer", "Wilmslow"],
    ["Grace Hopper", "Admiral", "New York"],
    ["Edsger Dijkstra", "Professor", "Nuenen"],
]

SENTENCE = "The board met in spring to discuss the results of the year and found that costs fell"


class Drawing:
    """A picture, and the words that are printed in it."""

    def __init__(self, width, height):
        self.image = Image.new("RGB", (width, height), "white")
        self.pen = ImageDraw.Draw(self.image)
        self.lines = []

    def print(self, x, y, text, size=20):
        font = ImageFont.load_default(size)
        self.pen.text((x, y), text, "black", font=font)
        left, top, right, bottom = self.pen.textbbox((x, y), text, font=font)
        words, at = [], left
        for word in text.split():
            end = at + self.pen.textlength(word, font=font)
            words.append(Word(word, outline(at, top, end, bottom)))
            at = end + self.pen.textlength(" ", font=font)
        self.lines.append(TextLine(text, 0.99, outline(left, top, right, bottom), tuple(words)))


def outline(left, top, right, bottom):
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def draw_table(rows, rules, title=None):
    top = 60 if title else 20
    drawing = Drawing(800, top + 40 * len(rows) + 20)
    if title:
        drawing.print(20, 15, title, 24)
    width = 760 // len(rows[0])
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            drawing.print(30 + j * width, top + 8 + 40 * i, text)
    levels = {"all": range(len(rows) + 1), "few": (0, 1, len(rows)), "none": ()}[rules]
    for i in levels:
        drawing.pen.line((20, top + 40 * i, 780, top + 40 * i), "black", 2)
    for j in range(len(rows[0]) + 1) if rules == "all" else ():
        drawing.pen.line((20 + j * width, top, 20 + j * width, top + 40 * len(rows)), "black", 2)
    return drawing


def draw_form(*, boxes):
    drawing = Drawing(700, 500)
    drawing.print(20, 15, "Application for membership", 26)
    fields = ("First name: Ada", "Last name: Lovelace", "City: London", "Born: 10/12/1815", "Since: 1833", "Number: 12")
    for i, (name, value) in enumerate(field.split(": ") for field in fields):
        drawing.print(30, 80 + 50 * i, f"{name}:")
        drawing.print(240, 80 + 50 * i, value)
        if boxes:
            drawing.pen.rectangle((230, 70 + 50 * i, 660, 108 + 50 * i), outline="black")
        else:
            drawing.pen.line((230, 108 + 50 * i, 660, 108 + 50 * i), "gray")
    return drawing


def draw_prose(columns):
    drawing = Drawing(1000, 900)
    printed = SENTENCE.split()
    long = 10 // columns
    for column in range(columns):
        for i in range(24):
            words = (printed[(long * (i + 24 * column) + k) % len(printed)] for k in range(long))
            drawing.print(30 + 490 * column, 30 + 34 * i, " ".join(words))
    return drawing


def draw_photo():
    drawing = Drawing(640, 480)
    drawing.image.paste(Image.radial_gradient("L").resize((640, 480)).convert("RGB"))
    for i, text in enumerate(("Exit 12 and 13", "Main Street", "North 66")):
        drawing.print(200, 100 + 80 * i, text, 30)
    return drawing


def draw_flow():
    drawing = Drawing(800, 500)
    places = [(50, 50), (320, 50), (580, 50), (50, 250), (320, 250), (580, 250)]
    names = ("Start", "Read file", "Parse", "Error", "Write 2 rows", "End")
    for (x, y), text in zip(places, names, strict=True):
        drawing.pen.rectangle((x, y, x + 170, y + 80), outline="black", width=2)
        drawing.print(x + 20, y + 28, text)
    return drawing


TABLES = {
    "ruled": (draw_table(EXPORTS, "all"), EXPORTS, None),
    "few rules": (draw_table(EXPORTS, "few"), EXPORTS, None),
    "no rules": (draw_table(EXPORTS, "none"), EXPORTS, None),
    "words, ruled": (draw_table(PEOPLE, "all"), PEOPLE, None),
    "words, few rules": (draw_table(PEOPLE, "few"), PEOPLE, None),
    "titled": (draw_table(EXPORTS, "few", "Exports by country"), EXPORTS, "Exports by country"),
    "titled, no rules": (draw_table(EXPORTS, "none", "Exports by country"), EXPORTS, "Exports by country"),
}
OTHERS = {
    "form of boxes": draw_form(boxes=True),
    "form of lines": draw_form(boxes=False),
    "page": draw_prose(1),
    "page of columns": draw_prose(2),
    "photo": draw_photo(),
    "flow chart": draw_flow(),
    "blank": Drawing(400, 300),
}


class Refusing(FakeChart):
    def read(self, charts):
        warnings = (ReadingWarning("truncated", "cut"), ReadingWarning("not_a_chart", "The image shows no axis"))
        none = ChartTable(kind=ChartKind.NONE)
        return [ChartReading(none, "refusing", Size(9, 9), warnings=warnings, confidence=0.0) for _ in charts]


class Knowing(FakeOcr):
    """Reads what was drawn."""

    def __init__(self, lines):
        self.lines = tuple(lines)

    def read(self, image, options):
        return Page(Size(*image.size), self.lines, self.name)


@pytest.fixture(scope="module")
def engine():
    return load_layout(LayoutConfig(), "cpu")


def build(engine, drawing, chart=None):
    layout = LocalLayout(engine)
    clients = LocalOcr(Knowing(drawing.lines)), LocalChart(chart or Refusing())
    return build_service(AppConfig(), *clients, layout), layout


async def read(service, drawing):
    with admit_chart(service, 60) as ticket:
        return await read_chart(service, ticket, await Upload.open(service, encode(drawing.image)))


@pytest.mark.parametrize("name", list(TABLES))
def test_a_drawn_table_is_told_and_read_as_one(engine, name):
    drawing, rows, title = TABLES[name]
    service, _ = build(engine, drawing)
    reading = asyncio.run(read(service, drawing))
    table = reading.table
    assert table.kind is ChartKind.TABLE
    assert [[cell.text for cell in row] for row in (table.columns, *table.rows)] == rows
    assert (table.title and table.title.text) == title
    assert [warning.code for warning in reading.warnings] == ["truncated"]
    assert 0 < reading.confidence <= 1
    assert reading.model == "refusing"
    if rows is EXPORTS:
        assert table.rows[0][1].number is not None
        assert table.rows[0][1].number.value == 12.5


@pytest.mark.parametrize("name", list(OTHERS))
def test_what_is_neither_a_chart_nor_a_table_stays_none(engine, name):
    service, layout = build(engine, OTHERS[name])
    reading = asyncio.run(read(service, OTHERS[name]))
    assert reading.table == ChartTable(kind=ChartKind.NONE)
    assert [warning.code for warning in reading.warnings] == ["truncated", "not_a_chart"]
    assert layout.calls == (0 if name == "blank" else 1 + ("columns" in name))


def test_text_beside_the_table_is_told(engine):
    drawing = draw_table(EXPORTS, "all")
    taller = Drawing(800, 400)
    taller.image.paste(drawing.image)
    taller.lines = drawing.lines
    taller.print(20, 330, "Source: customs")
    taller.print(20, 365, "Billion euros")
    service, _ = build(engine, taller)
    reading = asyncio.run(read(service, taller))
    assert reading.table.kind is ChartKind.TABLE
    assert reading.warnings[-1].code == "text_left_out"
    assert reading.warnings[-1].message.startswith("2 lines")


def test_a_chart_is_never_looked_at_for_a_table(engine):
    drawing = draw_table(EXPORTS, "all")
    service, layout = build(engine, drawing, FakeChart())
    assert asyncio.run(read(service, drawing)).table.kind is ChartKind.UNKNOWN
    assert layout.calls == 0


def test_the_analysis_says_the_same_and_where_each_cell_is_printed(engine):
    drawing, *_ = TABLES["ruled"]
    service, _ = build(engine, drawing)

    async def analyze_it():
        with admit_analysis(service, 60) as ticket:
            return await analyze(service, ticket, await Upload.open(service, encode(drawing.image)))

    analysis = asyncio.run(analyze_it())
    assert analysis.reading == asyncio.run(read(service, drawing))
    assert all(each.line is not None for row in analysis.evidence.rows for each in row)


def test_an_error_of_the_layout_model_comes_as_it_is_and_frees_its_place(engine):
    drawing, *_ = TABLES["ruled"]
    service, layout = build(engine, drawing)
    layout.error = ModelUnavailable("away")
    with pytest.raises(ModelUnavailable, match="away"):
        asyncio.run(read(service, drawing))
    assert service.admission.report()[LAYOUT].in_flight == 0

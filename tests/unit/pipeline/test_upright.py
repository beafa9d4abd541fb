"""An image that lies on its side or upside down is read once more, turned, and told in its own pixels."""

import io

import pytest
from PIL import Image

from serve_app.config import AppConfig
from serve_app.domain import (
    Cell,
    ChartReading,
    ChartTable,
    LayoutAnswer,
    OcrOptions,
    Orientation,
    Page,
    Size,
    TextLine,
    Turn,
    Word,
)
from serve_app.hosting.fake import FakeChart, FakeLayout, FakeOcr
from serve_app.pipeline.chart import admit_chart, read_chart
from serve_app.pipeline.text import admit_text, read_classified, read_text
from serve_app.pipeline.upload import Upload
from tests.clients import LocalChart, LocalLayout, LocalOcr, build_service

SENT = Size(300, 200)
OPTIONS = OcrOptions(return_word_box=True)
WORD = "printed"


def box(left, top, right, bottom):
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def lines(score, *, tall=False, count=6):
    shape = (4, 40) if tall else (40, 4)
    return tuple(
        TextLine("printed text", score, box(10, 10 * i, 10 + shape[0], 10 * i + shape[1])) for i in range(count)
    )


class Reader(FakeOcr):
    """Reads these lines one after the other in whatever it is given, and keeps that."""

    def __init__(self, *found):
        self.found, self.seen, self.options = list(found), [], []

    def read(self, image, options):
        self.seen.append(image)
        self.options.append(options)
        return Page(Size(*image.size), self.found.pop(0), "reader", {"model_settings": {"use": False}})


class Compass(LocalLayout):
    def __init__(self, degrees, score=0.95):
        super().__init__(FakeLayout())
        self.told = None if degrees is None else Orientation(degrees, score)

    async def read(self, image, task):
        self.tasks.append(task)
        return LayoutAnswer(orientation=self.told)


class Corner(FakeChart):
    """Finds a value at (10, 20) of each chart."""

    def __init__(self):
        self.seen = []

    def read(self, charts):
        self.seen += [chart.image for chart in charts]
        rows = ((Cell("printed"), Cell("42", place=(10.0, 20.0))),)
        return [ChartReading(ChartTable((Cell(""), Cell("t")), rows), "c", Size(*chart.image.size)) for chart in charts]


def make_image(frames=1):
    """One red pixel at (10, 20) of a white image."""
    image = Image.new("RGB", (SENT.width, SENT.height), "white")
    image.putpixel((10, 20), (255, 0, 0))
    buffer = io.BytesIO()
    if frames > 1:
        image.save(buffer, "tiff", save_all=True, append_images=[image] * (frames - 1))
    else:
        image.save(buffer, "png")
    return buffer.getvalue()


class Reading:
    """A page read as sent and again, beside a model that tells the orientation."""

    def __init__(self, degrees, *found, wants_words=True):
        self.ocr, self.chart, self.compass = Reader(*found), Corner(), Compass(degrees)
        clients = LocalOcr(self.ocr), LocalChart(self.chart), self.compass
        self.service = build_service(AppConfig(), *clients, wants_words=wants_words)

    async def read(self, *, upright=True, frames=1):
        with admit_text(self.service, 60) as ticket:
            upload = await Upload.open(self.service, make_image(frames))
            return await read_text(self.service, ticket, upload, OPTIONS, upright=upright)

    async def read_chart(self, *, upright=True, frames=1):
        with admit_chart(self.service, 60) as ticket:
            upload = await Upload.open(self.service, make_image(frames))
            return await read_chart(self.service, ticket, upload, upright=upright)


@pytest.mark.parametrize(("score", "upright"), [(0.97, True), (0.5, False)])
async def test_an_upright_page_and_one_that_is_to_stay_ask_no_model(score, upright):
    reading = Reading(180, lines(score))
    page = await reading.read(upright=upright)
    assert (page.turned, len(reading.ocr.seen), reading.compass.tasks) == (0, 1, [])


@pytest.mark.parametrize("degrees", [None, 0, 90])
async def test_a_page_stays_as_sent_where_the_model_does_not_agree(degrees):
    reading = Reading(degrees, lines(0.5))  # low scores suggest half a turn, never a quarter
    page = await reading.read()
    [task] = reading.compass.tasks
    assert task.orientation
    assert (page.turned, page.turn, len(reading.ocr.seen)) == (0, None, 1)


async def test_a_page_that_reads_no_better_turned_stays_as_sent():
    reading = Reading(180, lines(0.6), lines(0.5))
    page = await reading.read()
    assert (page.turned, {line.score for line in page.lines}, len(reading.ocr.seen)) == (0, {0.6}, 2)


TURNS = [
    (180, False, (300, 200), (289, 179), box(230, 120, 290, 140)),
    # Turned counter-clockwise by 90 degrees, what was right is up.
    (90, True, (200, 300), (20, 289), box(220, 10, 240, 70)),
    (270, True, (200, 300), (179, 10), box(60, 130, 80, 190)),
]


@pytest.mark.parametrize(("degrees", "tall", "size", "pixel", "outline"), TURNS)
async def test_what_is_read_turned_is_told_in_pixels_of_what_was_sent(degrees, tall, size, pixel, outline):
    words = (Word(WORD, box(10, 60, 40, 80)),)
    line = TextLine("printed first", 0.99, box(10, 60, 70, 80), words=words)
    reading = Reading(degrees, lines(0.6, tall=tall), (line, *lines(0.99, count=5)))
    page = await reading.read()
    _, image = reading.ocr.seen
    assert (image.size, image.getpixel(pixel)) == (size, (255, 0, 0))
    assert reading.ocr.options == [OPTIONS] * 2
    assert (page.size, page.turned, page.turn) == (SENT, degrees, Turn(degrees, SENT))
    assert [warning.code for warning in page.warnings] == ["turned"]
    [found] = [line for line in page.lines if line.words]
    assert sorted(found.polygon) == sorted(outline)
    assert tuple(map(page.turn.apply, found.polygon)) == line.polygon
    assert tuple(map(page.turn.apply, found.words[0].polygon)) == words[0].polygon


async def test_further_pages_are_told():
    page = await Reading(None, lines(0.97)).read(frames=3)
    assert [(warning.code, "3 pages" in warning.message) for warning in page.warnings] == [("further_pages", True)]
    chart = await Reading(None, lines(0.97)).read_chart(frames=3)
    assert "further_pages" in [warning.code for warning in chart.warnings]


@pytest.mark.parametrize("wants_words", [True, False])
@pytest.mark.parametrize(("degrees", "tall", "size", "pixel", "_"), TURNS)
async def test_a_chart_is_read_turned_and_its_places_are_those_of_what_was_sent(
    degrees, tall, size, pixel, _, wants_words
):
    found = lines(0.6, tall=tall), lines(0.99), lines(0.99)
    reading = Reading(degrees, *found, wants_words=wants_words)
    chart = await reading.read_chart()
    assert (reading.chart.seen[-1].size, reading.chart.seen[-1].getpixel(pixel)) == (size, (255, 0, 0))
    assert len(reading.chart.seen) == (1 if wants_words else 2)
    assert chart.turn == Turn(degrees, SENT)
    assert chart.turn.apply(chart.table.rows[0][1].place) == (10.0, 20.0)
    assert "turned" in [warning.code for warning in chart.warnings]


@pytest.mark.parametrize(("score", "upright"), [(0.97, True), (0.5, False)])
async def test_an_upright_chart_and_one_that_is_to_stay_ask_no_model(score, upright):
    reading = Reading(180, lines(score))
    chart = await reading.read_chart(upright=upright)
    assert (chart.turn, len(reading.ocr.seen), len(reading.chart.seen), reading.compass.tasks) == (None, 1, 1, [])
    assert chart.table.rows[0][1].place == (10.0, 20.0)


@pytest.mark.parametrize("degrees", [0, 90])
async def test_paddlexs_preprocessing_turns_as_the_model_says_whatever_the_text_says(degrees):
    reading = Reading(degrees, lines(0.97))
    with admit_text(reading.service, 60) as ticket:
        upload = await Upload.open(reading.service, make_image())
        page, angle = await read_classified(reading.service, ticket, upload, OPTIONS)
    [image] = reading.ocr.seen
    assert angle == degrees
    assert image.size == ((200, 300) if degrees else (300, 200))
    assert (page.size, page.lines[0].polygon) == (Size(*image.size), lines(0.97)[0].polygon)
    settings = {"use_doc_orientation_classify": True, "use_doc_unwarping": False}
    assert page.paddlex["doc_preprocessor_res"] == {"model_settings": settings, "angle": degrees}
    assert page.paddlex["model_settings"] == {"use": False, "use_doc_preprocessor": True}

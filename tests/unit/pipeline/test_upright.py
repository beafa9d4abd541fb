"""An image that lies on its side or upside down is read once more, turned, and told in its own pixels."""

import io

import pytest
from PIL import Image

from serve_app.config import AppConfig
from serve_app.domain import LayoutAnswer, OcrOptions, Orientation, Page, Size, TextLine, Word
from serve_app.hosting.fake import FakeChart, FakeLayout, FakeOcr
from serve_app.pipeline.document import admit_document
from serve_app.pipeline.upright import read_upright
from tests.clients import LocalChart, LocalLayout, LocalOcr, build_service

SENT = Size(300, 200)
OPTIONS = OcrOptions(return_word_box=True)


def box(left, top, right, bottom):
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def lines(score, *, tall=False, count=6):
    shape = (4, 40) if tall else (40, 4)
    return tuple(
        TextLine("printed text", score, box(10, 10 * i, 10 + shape[0], 10 * i + shape[1])) for i in range(count)
    )


class Reader(FakeOcr):
    """Reads these lines in whatever it is given, and keeps the sizes and options of it."""

    def __init__(self, found):
        super().__init__()
        self.found, self.seen, self.options = found, [], []

    def read(self, image, options):
        self.seen.append(image)
        self.options.append(options)
        return Page(Size(*image.size), self.found, "reader")


class Compass(FakeLayout):
    def __init__(self, degrees, score=0.95):
        super().__init__()
        self.told = Orientation(degrees, score) if degrees is not None else None

    def find_orientation(self, image):
        return self.told


def make_image():
    """One red pixel at (10, 20) of a white image."""
    image = Image.new("RGB", (SENT.width, SENT.height), "white")
    image.putpixel((10, 20), (255, 0, 0))
    buffer = io.BytesIO()
    image.save(buffer, "png")
    return buffer.getvalue()


async def upright(page, again, degrees, monkeypatch):
    ocr, layout = LocalOcr(Reader(again)), LocalLayout(Compass(degrees))
    service = build_service(AppConfig(), ocr, LocalChart(FakeChart()), layout)

    async def tell(image, task):
        layout.tasks.append(task)
        return LayoutAnswer(orientation=layout.engine.told)

    monkeypatch.setattr(layout, "read", tell)
    with admit_document(service, 60) as ticket:
        read = await read_upright(service, ticket, make_image(), page, OPTIONS)
    return read, ocr.engine, layout.tasks


async def test_an_upright_page_asks_no_model(monkeypatch):
    page = Page(SENT, lines(0.97), "reader")
    read, ocr, asked = await upright(page, lines(1.0), 180, monkeypatch)
    assert (read, ocr.seen, asked) == (page, [], [])


@pytest.mark.parametrize("degrees", [None, 0, 90])
async def test_a_page_stays_as_sent_where_the_model_does_not_agree(degrees, monkeypatch):
    page = Page(SENT, lines(0.5), "reader")  # low scores suggest half a turn, never a quarter
    read, ocr, [task] = await upright(page, lines(1.0), degrees, monkeypatch)
    assert task.orientation
    assert (read, ocr.seen) == (page, [])


async def test_a_page_that_reads_no_better_turned_stays_as_sent(monkeypatch):
    page = Page(SENT, lines(0.6), "reader")
    read, ocr, _ = await upright(page, lines(0.5), 180, monkeypatch)
    assert read == page
    assert len(ocr.seen) == 1


@pytest.mark.parametrize(
    ("degrees", "tall", "size", "pixel", "outline"),
    [
        (180, False, (300, 200), (289, 179), box(230, 120, 290, 140)),
        # Turned counter-clockwise by 90 degrees, what was right is up.
        (90, True, (200, 300), (20, 289), box(220, 10, 240, 70)),
        (270, True, (200, 300), (179, 10), box(60, 130, 80, 190)),
    ],
)
async def test_what_is_read_turned_is_told_in_pixels_of_what_was_sent(degrees, tall, size, pixel, outline, monkeypatch):
    words = (Word("printed", box(10, 20, 40, 40)),)
    again = (TextLine("printed text", 0.99, box(10, 60, 70, 80), words=words), *lines(0.99))
    page = Page(SENT, lines(0.6, tall=tall), "reader")
    read, ocr, _ = await upright(page, again, degrees, monkeypatch)
    [image] = ocr.seen
    assert (image.size, image.getpixel(pixel)) == (size, (255, 0, 0))
    assert ocr.options == [OPTIONS]
    assert (read.size, read.turned) == (SENT, degrees)
    corners = sorted(read.lines[0].polygon)
    assert corners == sorted(outline)
    assert read.lines[0].words[0].polygon != words[0].polygon

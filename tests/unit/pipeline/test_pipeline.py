import asyncio
from dataclasses import replace

import pytest

from serve_app.config import AppConfig, ChartConfig, Limits
from serve_app.domain import Cell, ChartReading, ChartTable, Number, OcrOptions, ReadingWarning, Size
from serve_app.errors import Busy, DeadlineExceeded, ModelUnavailable, UnreadableImage
from serve_app.hosting.fake import FakeChart, FakeOcr
from serve_app.pipeline.analysis import admit_analysis, analyze
from serve_app.pipeline.chart import admit_chart, read_chart
from serve_app.pipeline.service import CHART, OCR
from serve_app.pipeline.text import admit_text, read_text
from serve_app.pipeline.upload import Upload
from tests.clients import LocalChart, LocalOcr, build_service
from tests.drawings import draw_page, encode

LARGE = encode(draw_page(("one line",), width=2048))
SMALL = encode(draw_page(("one line",), width=300))
PAGE = encode(draw_page(("one line",) * 20, width=1500))


def build(*, wants_words, config=None, chart_engine=None):
    config, ocr, chart = config or AppConfig(), LocalOcr(FakeOcr()), LocalChart(chart_engine or FakeChart())
    return build_service(config, ocr, chart, wants_words=wants_words), ocr, chart


async def opened(service, data):
    return await Upload.open(service, data)


def count_in_flight(service):
    report = service.admission.report()
    return {model: report[model].in_flight for model in (OCR, CHART)}


async def test_a_model_without_words_reads_beside_the_ocr():
    service, ocr, chart = build(wants_words=False)
    both = asyncio.Barrier(2)
    read_text, read_chart = ocr.read, chart.read

    async def wait_then_read_text(*arguments):
        await both.wait()
        return await read_text(*arguments)

    async def wait_then_read_chart(*arguments):
        await both.wait()
        return await read_chart(*arguments)

    ocr.read, chart.read = wait_then_read_text, wait_then_read_chart
    analysis = await asyncio.wait_for(
        analyze(service, admit_analysis(service, 60), await opened(service, LARGE)), 60
    )  # would wait for ever if one came after the other
    assert chart.lines == ()
    assert analysis.page.size == Size(2048, 116)


async def test_a_chart_alone_is_checked_against_the_words_that_its_model_does_not_want():
    class Inventing(FakeChart):
        def read(self, charts):
            values = ("42", "17", "35", "99")
            rows = tuple((Cell("bar"), Cell(value, number=Number(float(value)))) for value in values)
            return [ChartReading(ChartTable((Cell(""), Cell("t")), rows), "inventing", Size(9, 9)) for _ in charts]

    class Printed(FakeOcr):
        def read(self, image, options):
            page = super().read(image, options)
            return replace(page, lines=(replace(page.lines[0], text="42 17 35 28"),))

    service, ocr, chart = build(wants_words=False, chart_engine=Inventing())
    ocr.engine = Printed()
    reading = await read_chart(service, admit_chart(service, 60), await opened(service, LARGE))
    assert (ocr.calls, chart.calls, chart.lines) == (1, 1, ())
    assert [row[1].suspect for row in reading.table.rows] == [False, False, False, True]
    assert [warning.code for warning in reading.warnings] == ["values_unsupported"]
    analysis = await analyze(service, admit_analysis(service, 60), await opened(service, LARGE))
    assert analysis.reading == reading


async def test_places_come_back_in_pixels_of_the_upload():
    class Pointing(FakeChart):
        def read(self, charts):
            width, height = charts[0].image.size
            cell = Cell("corner", place=(float(width), float(height)))
            return [ChartReading(ChartTable((cell,), ((cell,),)), "pointing", Size(width, height))]

    config = AppConfig(chart=ChartConfig(max_long_side=1024))
    service, *_ = build(wants_words=False, config=config, chart_engine=Pointing())
    reading = await read_chart(service, admit_chart(service, 60), await opened(service, LARGE))
    assert reading.resolution == Size(1024, 58)
    assert reading.table.columns[0].place == reading.table.rows[0][0].place == (2048.0, 116.0)


@pytest.mark.parametrize("wants_words", [True, False])
async def test_a_models_error_comes_as_it_is(wants_words):
    service, ocr, _ = build(wants_words=wants_words)
    ocr.error = ModelUnavailable("died")
    with pytest.raises(ModelUnavailable):
        await analyze(service, admit_analysis(service, 60), await opened(service, LARGE))


async def test_damage_behind_the_header_is_found_before_any_model():
    service, ocr, _ = build(wants_words=True)
    with pytest.raises(UnreadableImage):
        await read_text(service, admit_text(service, 60), await opened(service, LARGE[: len(LARGE) // 2]), OcrOptions())
    assert ocr.calls == 0


async def test_an_image_that_needs_no_change_is_forwarded_as_it_came():
    service, ocr, _ = build(wants_words=True)
    await read_text(service, admit_text(service, 60), await opened(service, LARGE), OcrOptions())
    assert ocr.images == [LARGE]


async def test_small_requests_get_in_between_the_tiles_of_a_large_one():
    service, ocr, _ = build(wants_words=True, config=AppConfig(limits=Limits(calls_per_request=2)))
    replica, order, at_once = asyncio.Lock(), [], []
    second, small_is_there = asyncio.Event(), asyncio.Event()
    read_now = ocr.read

    async def read(image, options):
        at_once.append(service.admission.report()[OCR].in_flight)
        if image == SMALL:
            small_is_there.set()
        async with replica:  # first come, first served
            if len(order) == 2:
                second.set()
                await small_is_there.wait()
            order.append("small" if image == SMALL else "tile")
            return await read_now(image, options)

    ocr.read = read
    with admit_text(service, 60) as ticket, admit_text(service, 60) as other:
        large = asyncio.create_task(read_text(service, ticket, await opened(service, PAGE), OcrOptions(), zoom=True))
        await second.wait()
        await read_text(service, other, await opened(service, SMALL), OcrOptions())
        place = order.index("small")
        await large
    assert order.count("tile") > 10
    assert place <= 6
    assert max(at_once) <= 3
    assert count_in_flight(service) == {OCR: 0, CHART: 0}


@pytest.mark.parametrize("wants_words", [True, False])
async def test_a_chart_is_admitted_to_all_its_models_at_once(wants_words):
    service, *_ = build(wants_words=wants_words)
    with admit_chart(service, 60) as ticket:
        assert count_in_flight(service) == {OCR: 0, CHART: 0}  # its upload has yet to come
        ticket.reserve()
        assert count_in_flight(service) == {OCR: 1, CHART: 1}
    with admit_analysis(service, 60) as ticket:
        ticket.reserve()
        assert count_in_flight(service) == {OCR: 1, CHART: 1}
    with admit_text(service, 60) as ticket:
        ticket.reserve()
        assert count_in_flight(service) == {OCR: 1, CHART: 0}
    assert count_in_flight(service) == {OCR: 0, CHART: 0}


async def test_each_end_of_a_request_frees_its_place():
    service, ocr, _ = build(wants_words=True)
    with admit_chart(service, 60) as ticket:
        await read_chart(service, ticket, await opened(service, LARGE))
        assert count_in_flight(service) == {OCR: 0, CHART: 0}

    ocr.error = ModelUnavailable("died")
    with pytest.raises(ModelUnavailable), admit_chart(service, 60) as ticket:
        await read_chart(service, ticket, await opened(service, LARGE))
    assert count_in_flight(service) == {OCR: 0, CHART: 0}

    begun = asyncio.Event()

    async def hang(*_):
        begun.set()
        await asyncio.Event().wait()

    ocr.read = hang
    with pytest.raises(DeadlineExceeded, match=r"0\.05 s"), admit_chart(service, 0.05) as ticket:
        await read_chart(service, ticket, await opened(service, LARGE))
    assert count_in_flight(service) == {OCR: 0, CHART: 0}

    async def serve():
        with admit_chart(service, 60) as ticket:
            ticket.reserve()
            await read_chart(service, ticket, await opened(service, LARGE))

    begun.clear()
    request = asyncio.create_task(serve())
    await begun.wait()
    assert count_in_flight(service) == {OCR: 1, CHART: 1}
    request.cancel()
    await asyncio.gather(request, return_exceptions=True)
    assert count_in_flight(service) == {OCR: 0, CHART: 0}


async def test_a_full_queue_behind_the_admission_tells_when_to_come_again():
    service, ocr, _ = build(wants_words=True)
    ocr.error = Busy("the queue is full")
    with pytest.raises(Busy) as caught, admit_text(service, 60) as ticket:
        await read_text(service, ticket, await opened(service, LARGE), OcrOptions())
    assert caught.value.retry_after == 1


class WarningChart(FakeChart):
    """Answers each chart with a warning and half of the confidence."""

    def read(self, charts):
        warning = ReadingWarning("marks_unread", "2 marks are missing")
        return [replace(reading, warnings=(warning,), confidence=0.5) for reading in super().read(charts)]


async def test_warnings_and_confidence_of_a_chart_reach_the_caller():
    pipeline, _, _ = build(wants_words=True, chart_engine=WarningChart())
    with admit_chart(pipeline, 60) as ticket:
        reading = await read_chart(pipeline, ticket, await opened(pipeline, LARGE))
    assert [warning.code for warning in reading.warnings] == ["marks_unread"]
    assert reading.confidence == 0.5

import asyncio
from dataclasses import replace

import pytest

from serve_app.config import AppConfig, ChartConfig, Limits
from serve_app.domain import Cell, ChartReading, ChartTable, OcrOptions, ReadingWarning, Size
from serve_app.errors import Busy, DeadlineExceeded, ModelUnavailable, UnreadableImage
from serve_app.hosting.fake import FakeChart, FakeOcr
from serve_app.pipeline.admission import Admission, Load, Supply
from serve_app.pipeline.pipeline import CHART, OCR, Pipeline
from tests.clients import LocalChart, LocalOcr
from tests.drawings import draw_page, encode

LARGE = encode(draw_page(("one line",), width=2048))
SMALL = encode(draw_page(("one line",), width=300))
PAGE = encode(draw_page(("one line",) * 20, width=1500))


def build(*, wants_words, config=None, chart_engine=None):
    config, ocr, chart = config or AppConfig(), LocalOcr(FakeOcr()), LocalChart(chart_engine or FakeChart())
    loads = {model: Load(model, config.limits, Supply) for model in (OCR, CHART)}
    return Pipeline(config, ocr, chart, Admission(loads), chart_wants_words=wants_words), ocr, chart


def count_in_flight(pipeline):
    return {model: capacity.in_flight for model, capacity in pipeline.tell_capacity().items()}


async def test_a_model_without_words_reads_beside_the_ocr():
    pipeline, ocr, chart = build(wants_words=False)
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
        pipeline.analyze(pipeline.admit_analysis(60), LARGE), 5
    )  # would wait for ever if one came after the other
    assert chart.lines == ()
    assert analysis.page.size == Size(2048, 116)


async def test_a_chart_alone_needs_no_ocr_where_the_model_wants_no_words():
    pipeline, ocr, chart = build(wants_words=False)
    await pipeline.read_chart(pipeline.admit_chart(60), LARGE)
    assert (ocr.calls, chart.calls) == (0, 1)


async def test_places_come_back_in_pixels_of_the_upload():
    class Pointing(FakeChart):
        def read(self, charts):
            width, height = charts[0].image.size
            cell = Cell("corner", place=(float(width), float(height)))
            return [ChartReading(ChartTable((cell,), ((cell,),)), "pointing", Size(width, height))]

    config = AppConfig(chart=ChartConfig(max_long_side=1024))
    pipeline, *_ = build(wants_words=False, config=config, chart_engine=Pointing())
    reading = await pipeline.read_chart(pipeline.admit_chart(60), LARGE)
    assert reading.resolution == Size(1024, 58)
    assert reading.table.columns[0].place == reading.table.rows[0][0].place == (2048.0, 116.0)


@pytest.mark.parametrize("wants_words", [True, False])
async def test_a_models_error_comes_as_it_is(wants_words):
    pipeline, ocr, _ = build(wants_words=wants_words)
    ocr.error = ModelUnavailable("died")
    with pytest.raises(ModelUnavailable):
        await pipeline.analyze(pipeline.admit_analysis(60), LARGE)


async def test_damage_behind_the_header_is_found_before_any_model():
    pipeline, ocr, _ = build(wants_words=True)
    with pytest.raises(UnreadableImage):
        await pipeline.read_text(pipeline.admit_text(60), LARGE[: len(LARGE) // 2], OcrOptions())
    assert ocr.calls == 0


async def test_an_image_that_needs_no_change_is_forwarded_as_it_came():
    pipeline, ocr, _ = build(wants_words=True)
    await pipeline.read_text(pipeline.admit_text(60), LARGE, OcrOptions())
    assert ocr.images == [LARGE]


async def test_small_requests_get_in_between_the_tiles_of_a_large_one():
    pipeline, ocr, _ = build(wants_words=True, config=AppConfig(limits=Limits(calls_per_request=2)))
    replica, order, at_once = asyncio.Lock(), [], []
    read_now = ocr.read

    async def read(image, options):
        at_once.append(pipeline.tell_capacity()[OCR].in_flight)
        async with replica:  # first come, first served
            await asyncio.sleep(0.002)
            order.append("small" if image == SMALL else "tile")
            return await read_now(image, options)

    ocr.read = read
    with pipeline.admit_text(60) as ticket, pipeline.admit_text(60) as other:
        large = asyncio.create_task(pipeline.read_text(ticket, PAGE, OcrOptions(), zoom=True))
        while len(order) < 2:
            await asyncio.sleep(0.001)
        await pipeline.read_text(other, SMALL, OcrOptions())
        place = order.index("small")
        await large
    assert order.count("tile") > 10
    assert place <= 6
    assert max(at_once) <= 3
    assert count_in_flight(pipeline) == {OCR: 0, CHART: 0}


@pytest.mark.parametrize("wants_words", [True, False])
async def test_a_chart_is_admitted_to_all_its_models_at_once(wants_words):
    pipeline, *_ = build(wants_words=wants_words)
    with pipeline.admit_chart(60):
        assert count_in_flight(pipeline) == {OCR: int(wants_words), CHART: 1}
    with pipeline.admit_analysis(60):
        assert count_in_flight(pipeline) == {OCR: 1, CHART: 1}
    with pipeline.admit_text(60):
        assert count_in_flight(pipeline) == {OCR: 1, CHART: 0}
    assert count_in_flight(pipeline) == {OCR: 0, CHART: 0}


async def test_each_end_of_a_request_frees_its_place():
    pipeline, ocr, _ = build(wants_words=True)
    with pipeline.admit_chart(60) as ticket:
        await pipeline.read_chart(ticket, LARGE)
        assert count_in_flight(pipeline) == {OCR: 0, CHART: 0}

    ocr.error = ModelUnavailable("died")
    with pytest.raises(ModelUnavailable), pipeline.admit_chart(60) as ticket:
        await pipeline.read_chart(ticket, LARGE)
    assert count_in_flight(pipeline) == {OCR: 0, CHART: 0}

    async def sleep(*_):
        await asyncio.sleep(10)

    ocr.read = sleep
    with pytest.raises(DeadlineExceeded, match=r"0\.05 seconds"), pipeline.admit_chart(0.05) as ticket:
        await pipeline.read_chart(ticket, LARGE)
    assert count_in_flight(pipeline) == {OCR: 0, CHART: 0}

    async def serve():
        with pipeline.admit_chart(60) as ticket:
            await pipeline.read_chart(ticket, LARGE)

    request = asyncio.create_task(serve())
    await asyncio.sleep(0.1)
    assert count_in_flight(pipeline) == {OCR: 1, CHART: 1}
    request.cancel()
    await asyncio.gather(request, return_exceptions=True)
    assert count_in_flight(pipeline) == {OCR: 0, CHART: 0}


async def test_a_full_queue_behind_the_admission_tells_when_to_come_again():
    pipeline, ocr, _ = build(wants_words=True)
    ocr.error = Busy("the queue is full")
    with pytest.raises(Busy) as caught, pipeline.admit_text(60) as ticket:
        await pipeline.read_text(ticket, LARGE, OcrOptions())
    assert caught.value.retry_after == 1


class WarningChart(FakeChart):
    """Answers each chart with a warning and half of the confidence."""

    def read(self, charts):
        warning = ReadingWarning("marks_unread", "2 marks are missing")
        return [replace(reading, warnings=(warning,), confidence=0.5) for reading in super().read(charts)]


async def test_warnings_and_confidence_of_a_chart_reach_the_caller():
    pipeline, _, _ = build(wants_words=True, chart_engine=WarningChart())
    with pipeline.admit_chart(60) as ticket:
        reading = await pipeline.read_chart(ticket, LARGE)
    assert [warning.code for warning in reading.warnings] == ["marks_unread"]
    assert reading.confidence == 0.5

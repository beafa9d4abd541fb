import asyncio

import pytest

from serve_app.config import AppConfig, ChartConfig
from serve_app.domain import Cell, ChartReading, ChartTable, OcrOptions, Size
from serve_app.engines.fake import FakeChart, FakeOcr
from serve_app.errors import ModelUnavailable, UnreadableImage
from serve_app.pipeline import Pipeline
from tests.clients import LocalChart, LocalOcr
from tests.drawings import draw_page, encode

LARGE = encode(draw_page(("one line",), width=2048))


def build(*, wants_words, config=None):
    ocr, chart = LocalOcr(FakeOcr()), LocalChart(FakeChart())
    return Pipeline(config or AppConfig(), ocr, chart, chart_wants_words=wants_words), ocr, chart


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
    analysis = await asyncio.wait_for(pipeline.analyze(LARGE), 5)  # would wait for ever if one came after the other
    assert chart.lines == ()
    assert analysis.page.size == Size(2048, 116)


async def test_a_chart_alone_needs_no_ocr_where_the_model_wants_no_words():
    pipeline, ocr, chart = build(wants_words=False)
    await pipeline.read_chart(LARGE)
    assert (ocr.calls, chart.calls) == (0, 1)


async def test_places_come_back_in_pixels_of_the_upload():
    class Pointing(FakeChart):
        def read(self, charts):
            width, height = charts[0].image.size
            cell = Cell("corner", place=(float(width), float(height)))
            return [ChartReading(ChartTable((cell,), ((cell,),)), "pointing", Size(width, height))]

    config = AppConfig(chart=ChartConfig(max_long_side=1024))
    pipeline = Pipeline(config, LocalOcr(FakeOcr()), LocalChart(Pointing()), chart_wants_words=False)
    reading = await pipeline.read_chart(LARGE)
    assert reading.resolution == Size(1024, 58)
    assert reading.table.columns[0].place == reading.table.rows[0][0].place == (2048.0, 116.0)


@pytest.mark.parametrize("wants_words", [True, False])
async def test_a_models_error_comes_as_it_is(wants_words):
    pipeline, ocr, _ = build(wants_words=wants_words)
    ocr.error = ModelUnavailable("died")
    with pytest.raises(ModelUnavailable):
        await pipeline.analyze(LARGE)


async def test_damage_behind_the_header_is_found_before_any_model():
    pipeline, ocr, _ = build(wants_words=True)
    with pytest.raises(UnreadableImage):
        await pipeline.read_text(LARGE[: len(LARGE) // 2], OcrOptions())
    assert ocr.calls == 0


async def test_an_image_that_needs_no_change_is_forwarded_as_it_came():
    pipeline, ocr, _ = build(wants_words=True)
    await pipeline.read_text(LARGE, OcrOptions())
    assert ocr.images == [LARGE]

import numpy as np
import pytest

from serve_app.config import AppConfig, ChartConfig, OcrConfig
from serve_app.domain import OcrOptions, Size
from serve_app.pipeline.chart import admit_chart, read_chart
from serve_app.pipeline.service import CHART, OCR
from serve_app.pipeline.upload import Upload
from tests.drawings import draw_page, encode

WIDE = encode(draw_page(("one line",), width=2048))  # 2048 x 116


async def read(made, config, data=WIDE):
    with admit_chart(made.service, 60) as ticket:
        reading = await read_chart(made.service, ticket, await Upload.open(made.service, data))
    assert made.count_in_flight() == {OCR: 0, CHART: 0}
    return reading


async def test_places_come_back_in_pixels_of_the_upload(bench):
    config = AppConfig(chart=ChartConfig(max_long_side=1024))
    reading = await read(bench(config), config)
    assert reading.resolution == Size(1024, 58)
    assert reading.table.rows[0][1].place == reading.table.title.place == (2048.0, 116.0)


async def test_the_words_are_given_in_pixels_of_the_charts_own_copy(bench):
    config = AppConfig(ocr=OcrConfig(max_long_side=1536), chart=ChartConfig(max_long_side=1024))
    made = bench(config)
    await read(made, config)
    [chart] = made.chart.charts
    assert made.ocr.images[0].size == (1536, 87)
    assert chart.image.size == (1024, 58)
    [line] = chart.lines
    assert line.polygon == line.words[0].polygon == ((512.0, 29.0), (1024.0, 29.0), (1024.0, 58.0), (512.0, 58.0))
    assert made.ocr.options[0].chart is True


async def test_a_model_without_words_is_given_none(bench):
    made = bench(wants_words=False)
    await read(made, AppConfig())
    assert made.ocr.options == [OcrOptions(return_word_box=True, chart=True)]
    assert made.chart.charts[0].lines == ()


@pytest.mark.parametrize("binarise", [False, True])
async def test_black_and_white_as_the_config_asks(bench, binarise):
    config = AppConfig(chart=ChartConfig(binarise=binarise))
    made = bench(config, wants_words=False)
    await read(made, config)
    assert (set(np.unique(np.asarray(made.chart.charts[0].image))) == {0, 255}) is binarise

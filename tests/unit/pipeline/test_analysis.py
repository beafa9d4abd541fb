import pytest

from serve_app.config import AppConfig, ChartConfig, OcrConfig
from serve_app.domain import OcrOptions, Size
from serve_app.errors import OutOfMemory
from serve_app.pipeline.analysis import admit_analysis, analyze
from serve_app.pipeline.service import CHART, OCR
from serve_app.pipeline.upload import Upload
from tests.drawings import draw_page, encode

WIDE = encode(draw_page(("one line",), width=2048))  # 2048 x 116
CONFIG = AppConfig(ocr=OcrConfig(max_long_side=1536), chart=ChartConfig(max_long_side=1024))


async def read(made):
    with admit_analysis(made.service, 60) as ticket:
        ticket.reserve()
        assert made.count_in_flight() == {OCR: 1, CHART: 1}
        analysis = await analyze(made.service, ticket, await Upload.open(made.service, WIDE))
    assert made.count_in_flight() == {OCR: 0, CHART: 0}
    return analysis


@pytest.mark.parametrize("wants_words", [True, False])
async def test_page_and_table_are_in_pixels_of_the_upload_and_confirm_each_other(bench, wants_words):
    made = bench(CONFIG, wants_words=wants_words)
    analysis = await read(made)
    assert analysis.page.size == Size(2048, 116)
    assert analysis.page.lines[0].polygon[2] == (2048.0, 116.0)
    assert analysis.reading.table.rows[0][1].place == (2048.0, 116.0)
    evidence = analysis.evidence.rows[0]
    assert (evidence[0].line, evidence[1].line) == (None, 0)
    assert made.ocr.options == [OcrOptions(return_word_box=True, chart=True)]
    assert len(made.chart.charts[0].lines) == int(wants_words)


@pytest.mark.parametrize("wants_words", [True, False])
@pytest.mark.parametrize("failing", [0, 1])
async def test_an_error_of_either_model_comes_as_it_is_and_frees_both(bench, wants_words, failing):
    made = bench(CONFIG, wants_words=wants_words)
    made.clients[failing].error = OutOfMemory("too large")
    with pytest.raises(OutOfMemory, match="too large"):
        await read(made)
    assert made.count_in_flight() == {OCR: 0, CHART: 0}

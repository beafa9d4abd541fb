import numpy as np
import pytest

from serve_app.config import AppConfig, OcrConfig
from serve_app.domain import OcrOptions, Size
from serve_app.pipeline.service import CHART, OCR
from serve_app.pipeline.text import admit_text, read_classified, read_text, read_words
from serve_app.pipeline.upload import Upload
from tests.drawings import draw_page, encode

WIDE = encode(draw_page(("one line",), width=2048))  # 2048 x 116
NARROW = AppConfig(ocr=OcrConfig(max_long_side=1024))


async def read(bench, data=WIDE, config=NARROW, options=None, **arguments):
    made = bench(config)
    upload = await Upload.open(made.service, data)
    with admit_text(made.service, 60) as ticket:
        page = await read_text(made.service, ticket, upload, options or OcrOptions(), **arguments)
    assert made.count_in_flight() == {OCR: 0, CHART: 0}
    return page, made


async def test_places_come_back_in_pixels_of_the_upload(bench):
    page, made = await read(bench, strips=False)
    assert made.ocr.images[0].size == (1024, 58)
    assert page.size == Size(2048, 116)
    [line] = page.lines
    assert line.polygon == line.words[0].polygon == ((1024.0, 58.0), (2048.0, 58.0), (2048.0, 116.0), (1024.0, 116.0))
    assert page.paddlex["rec_boxes"] == [[1024, 58, 2048, 116]]


async def test_words_for_a_chart_come_back_in_pixels_of_the_upload_too(bench):
    made = bench(NARROW)
    with admit_text(made.service, 60) as ticket:
        page = (await read_words(made.service, ticket, await Upload.open(made.service, WIDE))).page
    assert (page.size, made.ocr.images[0].size) == (Size(2048, 116), (1024, 58))
    assert page.lines[0].polygon[2] == page.lines[0].words[0].polygon[2] == (2048.0, 116.0)


async def test_words_for_a_chart_are_looked_for_closely(bench):
    made = bench()
    with admit_text(made.service, 60) as ticket:
        await read_words(made.service, ticket, await Upload.open(made.service, WIDE))
    assert made.ocr.options == [OcrOptions(return_word_box=True, chart=True)]


async def test_the_options_reach_the_engine(bench):
    options = OcrOptions(text_det_thresh=0.4, return_word_box=True)
    _, made = await read(bench, options=options, strips=False)
    assert made.ocr.options == [options]


@pytest.mark.parametrize(("by_config", "by_request"), [(False, False), (True, False), (False, True), (True, True)])
async def test_black_and_white_as_the_config_or_the_request_asks(bench, by_config, by_request):
    config = AppConfig(ocr=OcrConfig(binarise=by_config))
    _, made = await read(bench, config=config, binarise=by_request)
    values = set(np.unique(np.asarray(made.ocr.images[0])))
    assert (values == {0, 255}) is (by_config or by_request)


@pytest.mark.parametrize("by_config", [False, True])
async def test_words_for_a_chart_are_read_in_black_and_white_where_the_config_says_so(bench, by_config):
    config = AppConfig(ocr=OcrConfig(binarise=by_config))
    made = bench(config)
    with admit_text(made.service, 60) as ticket:
        await read_words(made.service, ticket, await Upload.open(made.service, WIDE))
    assert (set(np.unique(np.asarray(made.ocr.images[0]))) == {0, 255}) is by_config


@pytest.mark.parametrize("strips", [True, False])
async def test_a_long_image_is_read_in_strips_or_scaled_down(bench, strips):
    data = encode(draw_page(("one line",) * 42, width=400))  # 400 x 2412
    page, made = await read(bench, data, strips=strips)
    sizes = [image.size for image in made.ocr.images]
    assert (all(size[0] == 400 for size in sizes), len(sizes)) == ((True, 3) if strips else (False, 1))
    assert max(max(size) for size in sizes) <= 1024
    assert page.size == Size(400, 2412)
    assert max(point[1] for line in page.lines for point in line.polygon) == 2412.0


async def test_a_long_image_that_is_classified_is_one_image_as_in_paddlex(bench):
    made = bench(NARROW)
    upload = await Upload.open(made.service, encode(draw_page(("one line",) * 42, width=400)))
    with admit_text(made.service, 60) as ticket:
        page, angle = await read_classified(made.service, ticket, upload, OcrOptions())
    assert (len(made.ocr.images), page.size, angle) == (1, Size(400, 2412), 0)
    assert page.paddlex["doc_preprocessor_res"]["angle"] == 0


async def test_small_print_is_read_in_enlarged_tiles_with_places_of_the_upload(bench):
    config = AppConfig(ocr=OcrConfig(tile_side=1200))
    data = encode(draw_page(("one line",) * 20, width=800))  # 800 x 1180
    options = OcrOptions(text_det_thresh=0.4)
    page, made = await read(bench, data, config, options, zoom=True)
    assert len(made.ocr.images) > 1
    assert all(max(image.size) <= 1200 for image in made.ocr.images)
    assert set(made.ocr.options) == {options}
    assert (page.size, page.model) == (Size(800, 1180), "placing")
    right, bottom = (max(point[axis] for line in page.lines for point in line.polygon) for axis in (0, 1))
    assert (right, bottom) == (800.0, 1180.0)  # of the last tile, which ends where the upload ends
    assert len(page.lines) >= 2

import pytest
from PIL import Image

from serve_app.config import OcrConfig
from serve_app.domain import OcrOptions
from serve_app.engines.base import load_ocr
from serve_app.errors import ConfigError
from tests.drawings import PAGE_LINES, draw_page


@pytest.fixture(scope="module")
def engine():
    return load_ocr(OcrConfig(), "cpu")


def test_the_installed_weights_read_a_page(engine):
    page = engine.read(draw_page(), OcrOptions())
    assert [line.text for line in page.lines] == list(PAGE_LINES)
    assert all(line.score > 0.9 for line in page.lines)
    left, top = page.lines[0].polygon[0]
    assert left == pytest.approx(40, abs=4)
    assert top == pytest.approx(46, abs=6)


def test_an_empty_image_has_no_lines(engine):
    assert engine.read(Image.new("RGB", (200, 100), "white"), OcrOptions(return_word_box=True)).lines == ()


def test_words_on_request(engine):
    page = engine.read(draw_page(("alpha beta 12",)), OcrOptions(return_word_box=True))
    assert [word.text for word in page.lines[0].words] == ["alpha", "beta", "12"]


@pytest.mark.parametrize("turn", [Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270])
def test_text_that_runs_upwards_or_downwards(engine, turn):
    image = draw_page(("Average temperature",), width=420).transpose(turn)
    [line] = engine.read(image, OcrOptions(upright=True)).lines
    assert line.text == "Average temperature"
    (start_x, start_y), (end_x, end_y) = line.polygon[:2]  # the upper edge, as the text is read
    assert start_x == end_x
    assert (start_y > end_y) is (turn is Image.Transpose.ROTATE_90)


def test_paddlex_result_has_no_path(engine):
    document = engine.read(draw_page(), OcrOptions()).paddlex
    assert document["rec_texts"] == list(PAGE_LINES)
    assert not {"input_path", "page_index"} & set(document)


def test_gpu_is_refused_where_the_library_has_none():
    with pytest.raises(ConfigError, match="onnxruntime-gpu"):
        load_ocr(OcrConfig(), "gpu")


def test_a_wrong_model_directory_is_a_clear_error(tmp_path):
    config = OcrConfig(
        detection_model="PP-OCRv6_small_det",
        detection_dir=str(tmp_path / "det"),
        recognition_model="PP-OCRv6_small_rec",
        recognition_dir=str(tmp_path / "rec"),
    )
    with pytest.raises(ConfigError, match="PP-OCRv6_small_det"):
        load_ocr(config, "cpu")

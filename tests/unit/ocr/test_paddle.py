from contextlib import ExitStack
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from serve_app.config import OcrConfig
from serve_app.domain import OcrOptions
from serve_app.hosting.core_share import CoreShare
from serve_app.ocr import paddle
from serve_app.serving.engines import load_ocr
from tests.clock import Clock
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
    [line] = engine.read(image, OcrOptions(chart=True)).lines
    assert line.text == "Average temperature"
    (start_x, start_y), (end_x, end_y) = line.polygon[:2]  # the upper edge, as the text is read
    assert start_x == pytest.approx(end_x, abs=2)
    assert (start_y > end_y) is (turn is Image.Transpose.ROTATE_90)


def test_small_charts_are_read_enlarged_too(engine):
    """Detection overlooks single digits of a few pixels, which it finds in a larger picture."""
    image = Image.new("RGB", (360, 240), "white")
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(7)
    for number in range(5):
        pen.text((20, 20 + 45 * number), str(number), "black", font)
        pen.text((200, 20 + 45 * number), f"Region {number}", "black", font)
    plain = load_ocr(OcrConfig(enlarge_charts=False), "cpu").read(image, OcrOptions(chart=True)).lines
    chart = engine.read(image, OcrOptions(chart=True)).lines
    assert {line.text for line in chart} == {text for n in range(5) for text in (str(n), f"Region {n}")}
    assert len(plain) < len(chart)
    assert all(0 <= x <= 360 and 0 <= y <= 240 for line in chart for x, y in line.polygon)


def test_paddlex_result_has_no_path(engine):
    document = engine.read(draw_page(), OcrOptions()).paddlex
    assert document["rec_texts"] == list(PAGE_LINES)
    assert not {"input_path", "page_index"} & set(document)


def test_lines_can_be_looked_for_in_a_smaller_copy(engine):
    smaller = load_ocr(OcrConfig(detection_long_side=640), "cpu")
    page, whole = smaller.read(draw_page(), OcrOptions()), engine.read(draw_page(), OcrOptions())
    assert [line.text for line in page.lines] == list(PAGE_LINES)
    assert page.paddlex["text_det_params"]["limit_side_len"] == 640
    assert page.paddlex["text_det_params"]["limit_type"] == "max"
    for line, other in zip(page.lines, whole.lines, strict=True):
        assert np.asarray(line.polygon) == pytest.approx(np.asarray(other.polygon), abs=8)  # pixels of the image


OTHER_LINES = ("Another page", "that is read meanwhile", "with other numbers: 4711")


def test_another_page_can_be_read_between_the_lines_of_one(engine):
    """Its detection, its recognition, with word boxes and without, in a chart's way too; neither sees the other."""
    page, other = draw_page(), draw_page(OTHER_LINES)
    options, others = OcrOptions(return_word_box=True, background=True), OcrOptions(chart=True)
    alone, other_alone = engine.read(page, options), engine.read(other, others)
    meanwhile = []
    assert engine.read(page, options, lambda: meanwhile.append(engine.read(other, others))) == alone
    assert meanwhile == [other_alone] * len(PAGE_LINES)


def test_what_is_raised_between_the_lines_ends_the_call_and_harms_no_later_one(engine):
    class Gone(Exception):
        pass

    def leave():
        raise Gone

    with pytest.raises(Gone):
        engine.read(draw_page(), OcrOptions(), leave)
    assert [line.text for line in engine.read(draw_page(), OcrOptions()).lines] == list(PAGE_LINES)


def test_a_call_in_the_background_rests_while_another_process_is_called(engine, tmp_path, monkeypatch):
    ours, theirs = (CoreShare(2, tmp_path / "cores") for _ in range(2))
    rests = []

    def rest():
        rests.append(ours.count_threads())
        if len(rests) == 3:
            their_call.close()

    monkeypatch.setattr(engine, "_share", ours)
    monkeypatch.setattr(ours, "rest", rest)
    with ExitStack() as their_call:
        their_call.enter_context(theirs.calling())
        engine.read(draw_page(), OcrOptions())
        assert rests == []
        page = engine.read(draw_page(), OcrOptions(background=True))
    assert [line.text for line in page.lines] == list(PAGE_LINES)
    assert rests == [1, 1, 1]


def test_a_call_in_the_background_comes_to_its_end_however_many_others_there_are(engine, tmp_path, monkeypatch):
    ours, theirs = (CoreShare(2, tmp_path / "cores") for _ in range(2))
    clock = Clock(0.0)
    monkeypatch.setattr(engine, "_share", ours)
    monkeypatch.setattr(paddle, "time", SimpleNamespace(monotonic=clock))
    monkeypatch.setattr(ours, "rest", lambda: clock.advance(1.0))
    with theirs.calling():
        page = engine.read(draw_page(), OcrOptions(background=True))
    assert [line.text for line in page.lines] == list(PAGE_LINES)
    assert clock() == paddle.PASSING_S

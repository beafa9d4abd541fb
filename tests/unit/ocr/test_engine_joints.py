"""What PaddleOcrEngine gives PaddleOCR and makes of its answer, and of its errors: on a PaddleOCR of the test."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from serve_app.config import OcrConfig
from serve_app.domain import OcrOptions, Size, Word
from serve_app.errors import ModelBroken, OutOfMemory
from serve_app.gpu.usage import NO_GPU, Usage
from serve_app.hosting.core_share import CoreShare
from serve_app.ocr import paddle
from serve_app.ocr.loading import Loaded, Recogniser
from serve_app.ocr.paddle import CHART_BOX_THRESH, PaddleOcrEngine

QUADRILATERAL = [[10, 20], [50, 20], [50, 30], [10, 30]]


def result(texts=("12",), polygons=(QUADRILATERAL,), scores=None, **more):
    return {
        "input_path": "a.png",
        "page_index": None,
        "rec_texts": list(texts),
        "rec_scores": list(scores or [0.75] * len(texts)),
        "rec_polys": [list(polygon) for polygon in polygons],
        **more,
    }


class PaddleOcr:
    """Answers each image with the next result, the last one for ever; an exception is raised."""

    def __init__(self, *results):
        self.results = list(results)
        self.images = []
        self.arguments = []

    def predict(self, image, **arguments):
        self.images.append(image)
        self.arguments.append(arguments)
        answer = self.results.pop(0) if len(self.results) > 1 else self.results[0]
        if isinstance(answer, Exception):
            raise answer
        return [SimpleNamespace(json={"res": dict(answer)})]


@pytest.fixture
def build(monkeypatch):
    def build(*results, device="cpu", share=None, **settings):
        ocr, config = PaddleOcr(*results), OcrConfig(**settings)

        def load(*arguments):
            assert arguments == (config, "auto")
            return Loaded(ocr, {None: Recogniser(None, "PP-OCR_rec", ())}, "PP-OCR", device, share)

        monkeypatch.setattr(paddle, "load_paddle_ocr", load)
        monkeypatch.setattr(paddle, "precede_batches", lambda *_: None)
        return PaddleOcrEngine(config, "auto"), ocr

    return build


def test_an_rgb_image_is_given_as_bgr(build):
    engine, ocr = build(result())
    engine.read(Image.new("RGB", (60, 40), (200, 100, 50)), OcrOptions())
    [image] = ocr.images
    assert image.shape == (40, 60, 3)
    assert image.dtype == np.uint8
    assert image[0, 0].tolist() == [50, 100, 200]
    assert image.flags.c_contiguous


def test_the_answer_becomes_a_page(build):
    engine, _ = build(result(("12", "", "ab"), [QUADRILATERAL] * 3, [0.9, 0.5, 0.8], text_det_params={"thresh": 0.3}))
    page = engine.read(Image.new("RGB", (60, 40)), OcrOptions())
    assert (page.size, page.model, engine.name, engine.device) == (Size(60, 40), "PP-OCR", "PP-OCR", "cpu")
    assert [(line.text, line.score) for line in page.lines] == [("12", 0.9), ("ab", 0.8)]  # an empty text is no line
    assert page.lines[0].polygon == ((10.0, 20.0), (50.0, 20.0), (50.0, 30.0), (10.0, 30.0))
    assert page.lines[0].words == ()
    assert set(page.paddlex) == {"rec_texts", "rec_scores", "rec_polys", "text_det_params"}


def test_a_result_without_a_path_is_a_result(build):
    found = result()
    del found["input_path"], found["page_index"]
    assert len(build(found)[0].read(Image.new("RGB", (60, 40)), OcrOptions()).lines) == 1


def test_a_text_without_a_place_is_an_error_of_paddle(build):
    engine, _ = build(result(("12", "13"), [QUADRILATERAL]))
    with pytest.raises(ValueError, match="zip"):
        engine.read(Image.new("RGB", (60, 40)), OcrOptions())


def test_words_belong_to_their_lines(build):
    words = {
        "text_word": [["a", " ", "b"], ["c"]],
        "text_word_boxes": [[[10, 20, 20, 30], [20, 20, 30, 30], [30, 20, 50, 30]], [[10, 20, 50, 30]]],
    }
    engine, _ = build(result(("a b", "c"), [QUADRILATERAL] * 2, **words))
    first, second = engine.read(Image.new("RGB", (60, 40)), OcrOptions(return_word_box=True)).lines
    b = Word("b", ((30.0, 20.0), (50.0, 20.0), (50.0, 30.0), (30.0, 30.0)))
    assert [word.text for word in first.words] == ["a", "b"]
    assert first.words[1] == b
    assert [word.text for word in second.words] == ["c"]


def test_options_reach_paddle_by_its_own_names(build):
    engine, ocr = build(result())
    options = OcrOptions(
        text_det_limit_side_len=960,
        text_det_limit_type="max",
        text_det_thresh=0.1,
        text_det_box_thresh=0.2,
        text_det_unclip_ratio=1.7,
        text_rec_score_thresh=0.4,
        return_word_box=True,
        use_textline_orientation=True,
    )
    engine.read(Image.new("RGB", (60, 40)), options)
    assert ocr.arguments == [
        {
            "text_det_limit_side_len": 960,
            "text_det_limit_type": "max",
            "text_det_thresh": 0.1,
            "text_det_box_thresh": 0.2,
            "text_det_unclip_ratio": 1.7,
            "text_rec_score_thresh": 0.4,
            "return_word_box": True,
            "use_textline_orientation": True,
        }
    ]


@pytest.mark.parametrize(
    ("chart", "asked", "given"), [(False, None, None), (True, None, 0.5), (True, 0.7, 0.7), (False, 0.7, 0.7)]
)
def test_boxes_of_a_chart_count_from_a_lower_score_unless_the_request_says_otherwise(build, chart, asked, given):
    engine, ocr = build(result())
    engine.read(Image.new("RGB", (2000, 40)), OcrOptions(chart=chart, text_det_box_thresh=asked))
    assert [arguments["text_det_box_thresh"] for arguments in ocr.arguments] == [given]
    assert CHART_BOX_THRESH == 0.5


@pytest.mark.parametrize(
    ("settings", "chart", "sides"),
    [
        ({}, True, [600, 1200]),
        ({}, False, [600]),
        ({"enlarge_charts": False}, True, [600]),
        ({"max_long_side": 900}, True, [600, 900]),
    ],
)
def test_a_small_chart_is_read_enlarged_too(build, settings, chart, sides):
    factor = sides[-1] / sides[0]
    enlarged = [[x * factor, y * factor] for x, y in QUADRILATERAL]
    engine, ocr = build(result(scores=[0.7]), result(("12",), [enlarged], [0.95]), **settings)
    page = engine.read(Image.new("RGB", (600, 40)), OcrOptions(chart=chart, return_word_box=True))
    assert [image.shape[1] for image in ocr.images] == sides
    assert all(arguments["return_word_box"] is True for arguments in ocr.arguments)
    [line] = page.lines
    assert line.score == (0.95 if len(sides) == 2 else 0.7)  # the surer reading
    assert line.polygon == ((10.0, 20.0), (50.0, 20.0), (50.0, 30.0), (10.0, 30.0))  # in pixels of the image as given
    assert page.paddlex["rec_scores"] == [0.7]  # what PaddleOCR said of the image as it is


def test_a_tall_text_of_a_chart_is_read_again_upright_and_keeps_its_place(build):
    tall = [[100, 100], [120, 100], [120, 300], [100, 300]]
    # The crop, turned clockwise, is the first on the sheet: 24 pixels high, 12 below the upper edge.
    upright = [[14, 14], [200, 14], [200, 34], [14, 34]]
    engine, ocr = build(
        result(("wide", "sauuoL"), [QUADRILATERAL, tall], [0.95, 0.6]), result(("Tonnes",), [upright], [0.99])
    )
    wide, line = engine.read(Image.new("RGB", (1600, 400)), OcrOptions(chart=True)).lines
    assert len(ocr.images) == 2
    assert (wide.text, line.text, line.score) == ("wide", "Tonnes", pytest.approx(0.99))
    assert line.polygon == ((100.0, 300.0), (100.0, 100.0), (120.0, 100.0), (120.0, 300.0))  # it runs upwards


@pytest.mark.parametrize(
    ("words", "boxes"),
    [([["a"], ["b"]], [[[10, 20, 20, 30]]]), ([["a", "b"]], [[[10, 20, 20, 30]]]), ([], [[[10, 20, 20, 30]]])],
)
def test_words_without_a_box_are_an_error_of_paddle(build, words, boxes):
    engine, _ = build(result(("a b",), text_word=words, text_word_boxes=boxes))
    with pytest.raises(ValueError, match="zip"):
        engine.read(Image.new("RGB", (60, 40)), OcrOptions(return_word_box=True))


@pytest.mark.parametrize(
    ("raised", "error", "message"),
    [
        (RuntimeError("ResourceExhaustedError: Out of memory on GPU 0"), OutOfMemory, "an image of 60 x 40 pixels"),
        (MemoryError("out of memory"), OutOfMemory, "60 x 40"),
        (OSError("(External) CUDA error(700), an illegal memory access"), ModelBroken, "the GPU failed"),
        (RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"), ModelBroken, "CUDNN_STATUS"),
        (RuntimeError("shapes differ"), RuntimeError, "shapes differ"),
        (ValueError("out of memory"), ValueError, "out of memory"),  # of the input, whatever it says
    ],
)
def test_errors_of_the_gpu_are_told_apart(build, raised, error, message):
    engine, _ = build(raised)
    with pytest.raises(error, match=message) as caught:
        engine.read(Image.new("RGB", (60, 40)), OcrOptions())
    assert type(caught.value) is error


def test_memory_is_measured_where_paddle_holds_some(build, monkeypatch):
    device = SimpleNamespace(cuda=SimpleNamespace(memory_reserved=lambda: 123))
    flags = SimpleNamespace(device=device, get_flags=lambda name: {name: {"FLAGS_gpu_memory_limit_mb": 6}[name]})
    monkeypatch.setitem(sys.modules, "paddle", flags)
    server = {"detection_model": "PP-OCRv5_server_det", "recognition_model": "PP-OCRv5_server_rec"}
    assert build(result(), device="gpu", engine="paddle", **server)[0].measure() == Usage(123, 6 << 20)
    assert build(result(), device="cpu", engine="paddle", **server)[0].measure() == NO_GPU
    assert build(result(), device="gpu")[0].measure() == NO_GPU  # ONNX Runtime tells nothing


def test_a_call_holds_its_share_of_the_cores_while_it_runs(build, tmp_path):
    ours, theirs = (CoreShare(2, tmp_path) for _ in range(2))
    counts = []
    engine, ocr = build(result(), share=ours)
    predict = ocr.predict
    ocr.predict = lambda image, **arguments: counts.append(theirs.count_threads()) or predict(image, **arguments)
    engine.read(Image.new("RGB", (60, 40)), OcrOptions())
    assert (counts, theirs.count_threads()) == ([1], 2)

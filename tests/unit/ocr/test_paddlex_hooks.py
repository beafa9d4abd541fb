"""What the installed PaddleX must be like for the hooks to hold, and what they say where it is not."""

import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from paddlex.inference.models.runners.onnxruntime_runner import ONNXRuntimeRunner
from paddlex.inference.models.text_detection.predictor import TextDetRunnerPredictor
from paddlex.inference.models.text_recognition.predictor import TextRecRunnerPredictor
from paddlex.inference.models.text_recognition.processors import CTCLabelDecode

from serve_app.config import OcrConfig
from serve_app.errors import ConfigError
from serve_app.hosting.openvino_runner import OpenVinoRunner
from serve_app.ocr import paddlex_hooks
from serve_app.ocr.paddlex_hooks import (
    Decoder,
    Uncopied,
    find_predictors,
    precede_batches,
    replace_decoder,
    run_on_openvino,
)
from serve_app.serving.engines import load_ocr


@pytest.fixture(scope="module")
def engine():
    return load_ocr(OcrConfig(), "cpu")


@pytest.fixture(scope="module")
def untouched():
    """Predictors as PaddleX made them, but for the decoder."""
    return find_predictors(load_ocr(OcrConfig(cpu_runtime="onnxruntime"), "cpu")._ocr)


def test_the_predictors_are_where_paddlex_has_them(engine, untouched):
    detector, recogniser = find_predictors(engine._ocr)
    assert isinstance(detector, TextDetRunnerPredictor)
    assert isinstance(recogniser, TextRecRunnerPredictor)
    assert [type(predictor.runner) for predictor in (detector, recogniser)] == [OpenVinoRunner] * 2
    assert [type(predictor.runner) for predictor in untouched] == [ONNXRuntimeRunner] * 2


def test_only_the_lines_are_widened_and_by_as_much_as_openvino_needs(engine):
    detector, recogniser = find_predictors(engine._ocr)
    assert [predictor.runner._width_step for predictor in (detector, recogniser)] == [1, 32]


def test_lines_are_decoded_from_the_output_itself_and_alike(engine):
    decode = find_predictors(engine._ocr).recogniser.post_op
    assert isinstance(decode, Decoder)
    assert isinstance(decode._decode, CTCLabelDecode)
    output = np.random.default_rng(0).random((2, 40, 18710), dtype=np.float32)
    assert decode([output], max_wh_ratio=7.0) == decode._decode([output])
    assert np.shares_memory(np.array(Uncopied(output)), output)


@pytest.mark.parametrize("widening", [1.0, 1.25])
def test_the_decoder_is_told_how_wide_the_runner_made_the_lines(widening):
    runner = OpenVinoRunner.__new__(OpenVinoRunner)
    runner.widening = widening
    seen = []
    Decoder(lambda _, **arguments: seen.append(arguments), runner)([], max_wh_ratio=8.0, return_word_box=True)
    assert seen == [{"max_wh_ratio": 8.0 * widening, "return_word_box": True}]


def test_another_pipeline_is_refused_with_its_class():
    for ocr in (SimpleNamespace(), SimpleNamespace(paddlex_pipeline=SimpleNamespace(text_det_model=object()))):
        with pytest.raises(ConfigError, match=r"the detection model is of class .*paddlex==3\.7"):
            find_predictors(ocr)


def test_a_pipeline_without_its_recogniser_is_refused(untouched):
    pipeline = SimpleNamespace(text_det_model=untouched.detector, text_rec_model=untouched.detector)
    with pytest.raises(ConfigError, match="the recognition model is of class TextDetRunnerPredictor"):
        find_predictors(SimpleNamespace(paddlex_pipeline=pipeline))


def test_another_runner_is_refused_and_stays(engine):
    for predictor in find_predictors(engine._ocr):
        runner = predictor.runner
        with pytest.raises(
            ConfigError, match=r"the runner of a model is of class OpenVinoRunner, not .*ONNXRuntimeRunner"
        ):
            run_on_openvino(predictor, threads=1, precision="float32")
        assert predictor.runner is runner


def test_another_recogniser_is_refused():
    with pytest.raises(ConfigError, match=r"the recognition model is of class SimpleNamespace"):
        precede_batches(SimpleNamespace(process=len), lambda: None)


def test_another_decoder_is_refused_and_stays(engine):
    recogniser = find_predictors(engine._ocr).recogniser
    decode = recogniser.post_op
    with pytest.raises(ConfigError, match=r"the decoder of lines is of class Decoder, not .*CTCLabelDecode"):
        replace_decoder(recogniser)
    assert recogniser.post_op is decode


@pytest.mark.parametrize("moved", [paddlex_hooks.RUNNER.replace("ONNX", "Onnx"), "paddlex.runners:Runner"])
def test_a_paddlex_whose_classes_have_moved_fails_when_the_engine_is_loaded(monkeypatch, moved):
    monkeypatch.setattr(paddlex_hooks, "RUNNER", moved)
    with pytest.raises(ConfigError, match=f"the runner of a model is of class ONNXRuntimeRunner, not {moved}"):
        load_ocr(OcrConfig(), "cpu")


def test_the_ocr_process_loads_neither_torch_nor_transformers():
    code = (
        "import sys\n"
        "from serve_app.config import OcrConfig\n"
        "from serve_app.ocr.loading import load_paddle_ocr\n"
        "load_paddle_ocr(OcrConfig(), 'cpu')\n"
        "print(sorted({'torch', 'transformers'} & {name for name, module in sys.modules.items() if module}))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.splitlines()[-1] == "[]"

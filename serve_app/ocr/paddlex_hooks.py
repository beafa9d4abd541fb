"""What is replaced inside PaddleX 3.7, whose parts these are without being its interface.

Five hooks: the two models of a PaddleOCR pipeline are looked up, the ONNX Runtime runner of a model gives way to
OpenVINO, the decoder of recognised lines is wrapped, one recognition model is exchanged for another, and something is
done before each batch of lines. Each checks the class that it replaces, so that another PaddleX fails when the engine
is loaded, with a clear message, and not in the middle of a page.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from serve_app.errors import ConfigError
from serve_app.hosting.openvino_runner import OpenVinoRunner

_MODELS = "paddlex.inference.models"
DETECTOR = f"{_MODELS}.text_detection.predictor:TextDetRunnerPredictor"
RECOGNISER = f"{_MODELS}.text_recognition.predictor:TextRecRunnerPredictor"
RUNNER = f"{_MODELS}.runners.onnxruntime_runner:ONNXRuntimeRunner"
DECODER = f"{_MODELS}.text_recognition.processors:CTCLabelDecode"
PIPELINE = "paddlex.inference.pipelines.ocr.pipeline:_OCRPipeline"
"""The classes that are replaced or looked into."""


class Predictors(NamedTuple):
    """PaddleX's predictors of a PaddleOCR pipeline."""

    detector: Any
    recogniser: Any


class Decoder:
    """PaddleX's decoder of the recognised lines, without its `np.array(…)` of the model's output.

    That copy costs more than the decoding: 18,710 probabilities for each of some hundred steps are 56 MB in a batch.
    It also tells PaddleX how much wider the runner made the lines, or it would place their words too far to the left.
    """

    def __init__(self, decode: Callable[..., Any], runner: Any) -> None:
        self._decode = decode
        self._runner = runner

    def __call__(self, outputs: Sequence[NDArray[np.float32]], *, max_wh_ratio: float, **arguments: Any) -> Any:
        """Decode a batch; `max_wh_ratio` is the width over the height of its widest line, as PaddleX gave it."""
        if isinstance(self._runner, OpenVinoRunner):
            max_wh_ratio *= self._runner.widening
        return self._decode([Uncopied(output) for output in outputs], max_wh_ratio=max_wh_ratio, **arguments)


class Uncopied:
    """An array that `np.array` hands back as it is: numpy trusts `__array__` to have made the copy."""

    def __init__(self, array: NDArray[np.float32]) -> None:
        self._array = array

    def __array__(self, dtype: object = None, copy: bool | None = None) -> NDArray[np.float32]:
        return self._array


def find_predictors(ocr: Any) -> Predictors:
    """The detection and the recognition model of a `paddleocr.PaddleOCR`.

    Raises:
        ConfigError: they are not where PaddleX 3.7 has them.
    """
    pipeline = getattr(ocr, "paddlex_pipeline", None)
    return Predictors(
        _expect(getattr(pipeline, "text_det_model", None), DETECTOR, "the detection model"),
        _expect(getattr(pipeline, "text_rec_model", None), RECOGNISER, "the recognition model"),
    )


def list_characters(recogniser: Any) -> list[str]:
    """The dictionary of a recognition model, before its decoder is replaced.

    Raises:
        ConfigError: it does not decode by CTC.
    """
    characters: list[str] = _expect(recogniser.post_op, DECODER, "the decoder of lines").character
    return characters[1:]  # the first stands for no character


def check_dictionary(recogniser: Any, name: str) -> None:
    """Have a recognition model look at an empty line, and count what it tells apart, before its decoder is replaced.

    With a dictionary that is too short, PaddleX fails in the middle of a page; with another one, it spells nonsense.

    Raises:
        ConfigError: the model tells apart more or fewer characters than its dictionary has.
    """
    decoder = _expect(recogniser.post_op, DECODER, "the decoder of lines")
    shape = recogniser.pre_tfs["ReisizeNorm"].rec_image_shape  # PaddleX's spelling
    scores = np.asarray(recogniser.runner(x=[np.zeros((1, *shape), np.float32)])[0])
    classes, known = scores.shape[-1], len(decoder.character)
    if classes != known:
        raise ConfigError(
            f"{name}: the model tells {classes} characters apart, and the dictionary in its inference.yml has {known}, "
            "the blank and the space included. The two files belong to different models"
        )


def create_recogniser(ocr: Any, name: str, folder: str | None, batch: int) -> Any:
    """Another recognition model, on the engine and device of a `paddleocr.PaddleOCR`.

    Args:
        ocr: the PaddleOCR.
        name: of the model.
        folder: its directory; without one PaddleX downloads it.
        batch: lines recognised at once.

    Raises:
        ConfigError: PaddleX is another one.
    """
    config = {"model_name": name, "model_dir": folder, "batch_size": batch}
    return _expect(_pipeline(ocr).create_model(config, input_shape=None), RECOGNISER, "the recognition model")


def use_recogniser(ocr: Any, recogniser: Any) -> None:
    """Have a `paddleocr.PaddleOCR` recognise lines by this model from now on."""
    _pipeline(ocr).text_rec_model = recogniser


def _pipeline(ocr: Any) -> Any:
    """The pipeline inside of PaddleX's wrapper for several devices, which is not the one that reads."""
    pipeline = getattr(ocr.paddlex_pipeline, "_pipeline", None)
    return _expect(pipeline, PIPELINE, "the pipeline")


def run_on_openvino(predictor: Any, **settings: Any) -> None:
    """Replace a predictor's ONNX Runtime by OpenVINO; the settings are those of `OpenVinoRunner`.

    Raises:
        ConfigError: the predictor runs on anything else, or has its model elsewhere.
    """
    runner = _expect(predictor.runner, RUNNER, "the runner of a model")
    path = Path(runner.model_dir) / f"{runner.model_file_prefix}.onnx"
    predictor.runner = OpenVinoRunner(path, **settings)


def replace_decoder(recogniser: Any) -> None:
    """Wrap the decoder of a recognition model, once its runner is the one that stays.

    Raises:
        ConfigError: it does not decode by CTC.
    """
    recogniser.post_op = Decoder(_expect(recogniser.post_op, DECODER, "the decoder of lines"), recogniser.runner)


def precede_batches(recogniser: Any, step: Callable[[], None]) -> None:
    """Have `step` called before each batch of lines that a recognition model reads.

    The pipeline may be used for another image meanwhile: it has found and cut all lines of this one by then, has
    decoded those that are read, and keeps both in variables of the call.

    Raises:
        ConfigError: it is not PaddleX's predictor.
    """
    process = _expect(recogniser, RECOGNISER, "the recognition model").process

    def process_after_step(*arguments: Any, **keywords: Any) -> Any:
        step()
        return process(*arguments, **keywords)

    recogniser.process = process_after_step


def _expect(found: Any, wanted: str, what: str) -> Any:
    try:
        fits = isinstance(found, resolve_name(wanted))
    except (ImportError, AttributeError):
        fits = False
    if fits:
        return found
    raise ConfigError(
        f"PaddleX: {what} is of class {type(found).__name__}, not {wanted}. This service is tested with PaddleX 3.7: "
        "pip install 'paddlex==3.7.*' 'paddleocr==3.7.*'"
    )

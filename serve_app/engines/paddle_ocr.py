"""PaddleOCR 3.7 behind the OcrEngine protocol: on ONNX models with the installed weights, or on Paddle."""

import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from serve_app.config import Device, OcrConfig
from serve_app.domain import OcrOptions, Page, Polygon, Size, TextLine, Word
from serve_app.engines.footprint import measure_ocr
from serve_app.engines.fusion import enlarge, fuse
from serve_app.engines.gpu_memory import find_budget, is_exhausted, is_fatal
from serve_app.engines.hidden_modules import hide_modules
from serve_app.engines.openvino_runner import OpenVinoRunner
from serve_app.engines.upright import find_tall, lay_out_upright, merge_upright
from serve_app.engines.usage import NO_GPU, Usage
from serve_app.errors import ConfigError, ModelBroken, OutOfMemory
from serve_app.imaging.order import sort_lines
from serve_app.imaging.place import rescale_lines
from serve_app.models import ocr_weights

logger = logging.getLogger("ray.serve")


CHART_BOX_THRESH = 0.5
"""Score from which a place counts as text in a chart, whose texts are short and small; PaddleOCR's own is 0.6. On 82
rendered charts it raised the RMS-F1 by 0.016; 0.4 did the same, and 0.3 less."""


class PaddleOcrEngine:
    """One PaddleOCR instance. Its predictor is not thread safe: one process, one thread, one call at a time."""

    def __init__(self, config: OcrConfig, device: Device) -> None:
        """Load the models.

        Raises:
            ConfigError: weights or packages are missing, or the installed weights are damaged.
        """
        self._engine = config.engine
        self._longest = config.max_long_side if config.enlarge_charts else 0
        self.device = _choose_device(config, device)
        with TemporaryDirectory(prefix="serve-app-ocr-") as folder:  # read once, then no longer needed
            detection, recognition = _find_models(config, Path(folder))
            self.name = detection.name.removesuffix("_det")
            self._ocr = _load(config, detection, recognition, self.device)

    def read(self, image: Image.Image, options: OcrOptions) -> Page:
        """Read an RGB image; polygons are in its pixels, lines in reading order."""
        arguments = asdict(options)
        chart = arguments.pop("chart")
        if chart and options.text_det_box_thresh is None:
            arguments["text_det_box_thresh"] = CHART_BOX_THRESH
        result = self._predict(image, arguments)
        lines = _to_lines(result)
        if chart:
            lines = self._look_again(image, lines, arguments)
        result.pop("input_path", None)
        result.pop("page_index", None)
        return Page(Size(*image.size), tuple(lines), self.name, result)

    def _look_again(self, image: Image.Image, lines: list[TextLine], arguments: dict[str, Any]) -> list[TextLine]:
        """Reads a small image enlarged too, and then text on its side once more, turned upright."""
        size, enlarged = Size(*image.size), enlarge(image, self._longest)
        if enlarged:
            image, larger = enlarged, Size(*enlarged.size)
            lines = sort_lines(fuse(rescale_lines(lines, size, larger), _to_lines(self._predict(image, arguments))))
        tall = find_tall(lines)
        if tall:
            sheet, slots = lay_out_upright(image, [lines[i].polygon for i in tall])
            lines = merge_upright(lines, tall, slots, _to_lines(self._predict(sheet, arguments)))
        return list(rescale_lines(lines, Size(*image.size), size))

    def measure(self) -> Usage:
        """What Paddle's allocator holds of the card, and may hold; zeros on a CPU. ONNX Runtime tells nothing."""
        if self._engine != "paddle" or self.device != "gpu":
            return NO_GPU
        import paddle

        limit = "FLAGS_gpu_memory_limit_mb"
        return Usage(paddle.device.cuda.memory_reserved(), paddle.get_flags(limit)[limit] << 20)

    def _predict(self, image: Image.Image, arguments: dict[str, Any]) -> dict[str, Any]:
        bgr = np.asarray(image)[:, :, ::-1]
        try:
            [result] = self._ocr.predict(np.ascontiguousarray(bgr), **arguments)
        except (RuntimeError, OSError, MemoryError) as error:
            if is_exhausted(error):
                raise OutOfMemory(f"OCR has no memory for an image of {image.width} x {image.height} pixels") from error
            if is_fatal(error):
                raise ModelBroken(f"the GPU failed: {error}") from error
            raise
        document: dict[str, Any] = result.json["res"]
        return document


@dataclass(frozen=True, slots=True)
class _Model:
    """A model's name, and its directory; without one PaddleOCR downloads it."""

    name: str
    folder: str | None


class _UncopiedDecoder:
    """PaddleX's decoder of the recognised lines, without its `np.array(…)` of the model's output.

    That copy costs more than the decoding: 18,710 probabilities for each of some hundred steps are 56 MB in a batch.
    """

    def __init__(self, decode: Callable[..., Any]) -> None:
        self._decode = decode

    def __call__(self, outputs: Sequence[NDArray[np.float32]], **arguments: Any) -> Any:
        return self._decode([_Uncopied(output) for output in outputs], **arguments)


class _Uncopied:
    """An array that `np.array` hands back as it is: numpy trusts `__array__` to have made the copy."""

    def __init__(self, array: NDArray[np.float32]) -> None:
        self._array = array

    def __array__(self, dtype: object = None, copy: bool | None = None) -> NDArray[np.float32]:
        return self._array


def _find_models(config: OcrConfig, folder: Path) -> tuple[_Model, _Model]:
    """The detection and the recognition model that the config names, or the installed ones, laid out in `folder`."""
    if config.detection_model is None or config.recognition_model is None:
        detection_dir, recognition_dir = ocr_weights.lay_out(folder)
        return (
            _Model(ocr_weights.DETECTION.model_name, str(detection_dir)),
            _Model(ocr_weights.RECOGNITION.model_name, str(recognition_dir)),
        )
    return (
        _Model(config.detection_model, config.detection_dir),
        _Model(config.recognition_model, config.recognition_dir),
    )


def _load(config: OcrConfig, detection: _Model, recognition: _Model, device: str) -> Any:
    if detection.folder and recognition.folder:
        # Otherwise PaddleX asks its model hubs whether they are there, before it loads a local directory.
        os.environ.setdefault("PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK", "True")
    try:
        # One of PaddleX's model hubs imports torch and transformers where it finds them.
        with hide_modules("torch", "transformers"):
            from paddleocr import PaddleOCR

        ocr = PaddleOCR(
            text_detection_model_name=detection.name,
            text_detection_model_dir=detection.folder,
            text_recognition_model_name=recognition.name,
            text_recognition_model_dir=recognition.folder,
            text_recognition_batch_size=config.recognition_batch,
            text_det_limit_side_len=config.detection_long_side,
            text_det_limit_type="max" if config.detection_long_side else None,
            use_doc_orientation_classify=False,
            use_doc_unwarping=False,
            use_textline_orientation=False,
            device="gpu:0" if device == "gpu" else "cpu",
            **_engine_arguments(config),
        )
        recogniser = ocr.paddlex_pipeline.text_rec_model
        recogniser.post_op = _UncopiedDecoder(recogniser.post_op)
        if config.engine == "onnxruntime" and config.cpu_runtime == "openvino" and device == "cpu":
            for model in (ocr.paddlex_pipeline.text_det_model, recogniser):
                path = model.runner.model_dir / "inference.onnx"
                model.runner = OpenVinoRunner(path, threads=config.threads, precision=config.cpu_precision)
        return ocr
    except ImportError as error:
        raise ConfigError(f"The OCR engine {config.engine} is not installed: {error}. See README, On a GPU") from error
    except (AssertionError, OSError, ValueError) as error:
        raise ConfigError(f"PaddleOCR cannot load {detection.name} and {recognition.name}: {error}") from error


def _choose_device(config: OcrConfig, device: Device) -> str:
    """The device that the engine's library can use: with `auto`, a CPU build on a GPU node runs on the CPU."""
    if device == "cpu":
        return "cpu"
    if config.engine == "paddle":
        import paddle

        usable = paddle.device.is_compiled_with_cuda() and paddle.device.cuda.device_count() > 0
        remedy = "install paddlepaddle-gpu instead of paddlepaddle (README, On a GPU)"
    else:
        import onnxruntime

        usable = "CUDAExecutionProvider" in onnxruntime.get_available_providers()
        remedy = "install onnxruntime-gpu instead of onnxruntime, or set engine: paddle (README, On a GPU)"
    if usable:
        if config.engine == "paddle":
            total = paddle.device.cuda.get_device_properties(0).total_memory
            # Paddle's allocator grows without bound unless told otherwise.
            paddle.set_flags({"FLAGS_gpu_memory_limit_mb": find_budget(total, config.num_gpus) >> 20})
            _warn_of_large_pages(config, total)
        return "gpu"
    if device == "gpu":
        raise ConfigError(f"device: gpu, but the installed {config.engine} cannot use one: {remedy}")
    logger.warning("OCR runs on the CPU of a GPU node: to use the GPU, %s", remedy)
    return "cpu"


def _warn_of_large_pages(config: OcrConfig, card_bytes: int) -> None:
    needs, share = measure_ocr(config), card_bytes * min(config.num_gpus, 1.0)
    if needs is not None and needs.total > share:
        logger.warning(
            "A page of %d x %d pixels may take %d MiB, and ocr.num_gpus: %g of this GPU is %d MiB. Raise it, or lower "
            "ocr.max_long_side; until then such pages are answered with 507",
            *(config.max_long_side, config.max_long_side, needs.total >> 20, config.num_gpus, int(share) >> 20),
        )


def _engine_arguments(config: OcrConfig) -> dict[str, Any]:
    if config.engine == "onnxruntime":
        return {"engine": "onnxruntime", "engine_config": {"intra_op_num_threads": config.threads}}
    return {"engine": "paddle", "cpu_threads": config.threads, "enable_mkldnn": config.mkldnn}


def _to_lines(result: dict[str, Any]) -> list[TextLine]:
    texts, scores, polygons = result["rec_texts"], result["rec_scores"], result["rec_polys"]
    words = [
        tuple(Word(text, _box_polygon(box)) for text, box in zip(line_texts, line_boxes, strict=True) if text.strip())
        for line_texts, line_boxes in zip(result.get("text_word", []), result.get("text_word_boxes", []), strict=True)
    ] or [()] * len(texts)
    return [
        TextLine(text, float(score), _polygon(polygon), line_words)
        for text, score, polygon, line_words in zip(texts, scores, polygons, words, strict=True)
        if text
    ]


def _polygon(points: list[list[float]]) -> Polygon:
    a, b, c, d = ((float(x), float(y)) for x, y in points)
    return a, b, c, d


def _box_polygon(box: list[float]) -> Polygon:
    left, top, right, bottom = (float(edge) for edge in box)
    return (left, top), (right, top), (right, bottom), (left, bottom)

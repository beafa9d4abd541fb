"""PaddleOCR 3.7 behind the OcrEngine protocol: on ONNX models with the installed weights, or on Paddle."""

import time
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from PIL import Image

from serve_app.config import Device, OcrConfig
from serve_app.domain import OcrOptions, Page, Polygon, Script, Size, TextLine, Word
from serve_app.errors import ModelBroken, OutOfMemory
from serve_app.gpu.memory import is_exhausted, is_fatal
from serve_app.gpu.usage import NO_GPU, Usage
from serve_app.hosting.protocols import PASSING_S, Step, no_step
from serve_app.imaging.coordinates import rescale_lines
from serve_app.imaging.line_order import sort_lines
from serve_app.ocr.fusion import enlarge, fuse
from serve_app.ocr.loading import load_paddle_ocr
from serve_app.ocr.paddlex_hooks import precede_batches, use_recogniser
from serve_app.ocr.upright import find_tall, lay_out_upright, merge_upright

CHART_BOX_THRESH = 0.5
"""Score from which a place counts as text in a chart, whose texts are short and small; PaddleOCR's own is 0.6. On 82
rendered charts it raised the RMS-F1 by 0.016; 0.4 did the same, and 0.3 less."""


@dataclass
class _Call:
    """A call that runs."""

    between_steps: Step
    background: bool
    recogniser: Any = None
    passing_s: float = 0.0


class PaddleOcrEngine:
    """One PaddleOCR instance. Its predictor is not thread safe: one process, one thread, one call at a time."""

    def __init__(self, config: OcrConfig, device: Device) -> None:
        """Load the models.

        Raises:
            ConfigError: weights or packages are missing, or the installed weights are damaged.
        """
        self._engine = config.engine
        self._longest = config.max_long_side if config.enlarge_charts else 0
        self._ocr, self._recognisers, self.name, self.device, self._share = load_paddle_ocr(config, device)
        self.scripts = self._recognisers[None].scripts
        self._call = _Call(no_step, background=False)
        for each in self._recognisers.values():
            precede_batches(each.predictor, self._let_pass)
        self.languages: Mapping[str, tuple[Script, ...]] = {
            language: each.scripts for language, each in self._recognisers.items() if language
        }

    def read(self, image: Image.Image, options: OcrOptions, between_steps: Step = no_step) -> Page:
        """Read an RGB image; polygons are in its pixels, lines in reading order."""
        passed = self._call
        self._call = _Call(between_steps, options.background)
        try:
            with self._share.calling(background=options.background) if self._share else nullcontext():
                return self._read(image, options)
        finally:
            self._call = passed

    def _let_pass(self) -> None:
        """Between two batches of lines: calls on this replica first, then those on others, if this one lets them."""
        call = self._call
        call.between_steps()
        while self._share and call.background and call.passing_s < PASSING_S and self._share.is_claimed():
            began = time.monotonic()
            self._share.rest()
            call.passing_s += time.monotonic() - began
            call.between_steps()

    def _read(self, image: Image.Image, options: OcrOptions) -> Page:
        arguments = asdict(options)
        chart, language = arguments.pop("chart"), arguments.pop("language")
        del arguments["background"]
        self._call.recogniser = self._recognisers[language].predictor
        if chart and options.text_det_box_thresh is None:
            arguments["text_det_box_thresh"] = CHART_BOX_THRESH
        result = self._predict(image, arguments)
        lines = _to_lines(result)
        if chart:
            lines = self._look_again(image, lines, arguments)
        result.pop("input_path", None)
        result.pop("page_index", None)
        name = self._recognisers[language].name.removesuffix("_rec") if language else self.name
        return Page(Size(*image.size), tuple(lines), name, result)

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
        if self.languages:
            use_recogniser(self._ocr, self._call.recogniser)
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

"""What one Ocr replica takes of a GPU's memory, worked out from PaddleOCR's own measurements."""

from pathlib import Path

from serve_app.config import OcrConfig
from serve_app.gpu.footprint import Footprint
from serve_app.gpu.memory import CONTEXT_BYTES

MIB = 1 << 20

SERVER_DETECTION, SERVER_RECOGNITION = "PP-OCRv5_server_det", "PP-OCRv5_server_rec"
_OCR_WEIGHTS = 165 * MIB
"""Their files: 84 and 81 MB."""

_OCR_BYTES = 3154 * MIB
_OCR_PIXELS = 960 * 960
"""PaddleOCR's measurement on a V100, the CUDA context included: 2929 MB at the most with images of up to 960 pixels on
a side, 3153 MB with 640 (docs/version3.x/algorithm/PP-OCRv5/PP-OCRv5.en.md, server_max_960 and server_max_640)."""

_OCR_PIXEL_BYTES = 1024
"""For each pixel beyond. An estimate: evaluated while it was trained, PP-OCRv5_server_det took 15 GB on a V100 for
images of 12 to 20 megapixels (PaddleOCR, issue 16171). The same document's server_min_1280, 10368 MB, lies on that
line at 8 megapixels."""


_LANGUAGE_WEIGHTS = 81 * MIB
"""Of a recognition model for a language that is not yet here: the largest of PP-OCRv5. The models of single languages
have 8 to 16 MB."""


def measure_ocr(config: OcrConfig) -> Footprint | None:
    """What an Ocr replica takes for a square page of `max_long_side` pixels; None if its models are not known."""
    if config.engine != "paddle" or config.detection_model != SERVER_DETECTION:
        return None
    beyond = max(0, config.max_long_side**2 - _OCR_PIXELS) * _OCR_PIXEL_BYTES
    weights = _OCR_WEIGHTS + sum(map(_weigh_language, config.languages.values()))
    return Footprint(weights, 0, _OCR_BYTES - _OCR_WEIGHTS - CONTEXT_BYTES + beyond, 0)


def _weigh_language(model: str) -> int:
    """Bytes of the weights that `ocr.languages` names: those of the files, where it is a directory that is here."""
    files = [path.stat().st_size for path in Path(model).glob("*") if path.is_file()] if "/" in model else []
    return sum(files) or _LANGUAGE_WEIGHTS

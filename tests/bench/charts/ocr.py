"""The OCR that reads the words of charts."""

from collections.abc import Callable, Sequence

from PIL import Image

from serve_app.config import OcrConfig
from serve_app.domain import OcrOptions, TextLine
from serve_app.serving.engines import load_ocr


def make_ocr(config: OcrConfig) -> Callable[[Image.Image], Sequence[TextLine]]:
    """The installed OCR, called as the service calls it for charts."""
    engine = load_ocr(config, "cpu")

    def read(image: Image.Image) -> Sequence[TextLine]:
        return engine.read(image, OcrOptions(return_word_box=True, chart=True)).lines

    return read

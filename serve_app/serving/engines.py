"""Builds the engine that the config names, warm: the one place that knows which class stands for which name."""

from PIL import Image

from serve_app.config import ChartConfig, Device, LayoutConfig, OcrConfig
from serve_app.domain import OcrOptions
from serve_app.hosting.protocols import ChartEngine, ChartInput, LayoutEngine, OcrEngine


def load_ocr(config: OcrConfig, device: Device) -> OcrEngine:
    """Build the engine that the config names and read one page with it, so that the first request finds it warm.

    Raises:
        ConfigError: the weights or a package are missing or damaged.
    """
    engine: OcrEngine
    if config.engine == "fake":
        from serve_app.hosting.fake import FakeOcr

        engine = FakeOcr()
    else:
        from serve_app.ocr.paddle import PaddleOcrEngine

        engine = PaddleOcrEngine(config, device)
    engine.read(Image.new("RGB", (320, 96), "white"), OcrOptions())
    return engine


def load_chart(config: ChartConfig, device: Device) -> ChartEngine:
    """Build the engine that the config names and read one chart with it, so that the first request finds it warm.

    Raises:
        ConfigError: the weights or a package are missing, or the weights do not fit the model's class.
    """
    engine: ChartEngine
    if config.model == "fake":
        from serve_app.hosting.fake import FakeChart

        engine = FakeChart()
    else:
        from serve_app.charts.transformers_chart import TransformersChart

        engine = TransformersChart(config, device)
    engine.read([ChartInput(Image.new("RGB", (320, 240), "white"))])
    return engine


def load_layout(config: LayoutConfig, device: Device) -> LayoutEngine:
    """Build the engine and call each of its models once, so that the first request finds it warm.

    Raises:
        ConfigError: weights or a package are missing or damaged, or the GPU cannot be used.
    """
    engine: LayoutEngine
    if config.engine == "fake":
        from serve_app.hosting.fake import FakeLayout

        engine = FakeLayout()
    else:
        from serve_app.layout.onnx_layout import OnnxLayout

        engine = OnnxLayout(config, device)
    page = Image.new("RGB", (320, 448), "white")
    engine.find_regions(page)
    engine.tell_orientation(page)
    engine.read_table_structure(page)
    return engine

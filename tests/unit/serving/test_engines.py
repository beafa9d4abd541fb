"""Which class stands for which name of the config, and that it has read once before the first request comes."""

import pytest

from serve_app.config import ChartConfig, LayoutConfig, OcrConfig
from serve_app.domain import OcrOptions
from serve_app.hosting.fake import FakeChart, FakeLayout, FakeOcr
from serve_app.serving.engines import load_chart, load_layout, load_ocr


class Recording:
    """Any engine: what it was built with, and what it was asked to read."""

    def __init__(self, *arguments):
        self.arguments = arguments
        self.reads = []

    def read(self, *arguments):
        self.reads.append(arguments)


def test_ocr_is_built_as_the_config_says_and_warm(monkeypatch):
    monkeypatch.setattr("serve_app.ocr.paddle.PaddleOcrEngine", Recording)
    config = OcrConfig()
    engine = load_ocr(config, "gpu")
    assert isinstance(engine, Recording)
    assert engine.arguments == (config, "gpu")
    [(image, options)] = engine.reads
    assert (image.mode, image.size, image.getpixel((0, 0))) == ("RGB", (320, 96), (255, 255, 255))
    assert options == OcrOptions()


def test_a_chart_model_is_built_as_the_config_says_and_warm(monkeypatch):
    monkeypatch.setattr("serve_app.charts.transformers_chart.TransformersChart", Recording)
    config = ChartConfig()
    engine = load_chart(config, "gpu")
    assert isinstance(engine, Recording)
    assert engine.arguments == (config, "gpu")
    [([chart],)] = engine.reads
    assert (chart.image.mode, chart.image.size, chart.lines) == ("RGB", (320, 240), ())
    assert chart.image.getpixel((0, 0)) == (255, 255, 255)


def test_layout_models_are_built_as_the_config_says_and_warm(monkeypatch):
    class Layout(Recording):
        def find_regions(self, *arguments):
            self.reads.append(("regions", *arguments))

        def tell_orientation(self, *arguments):
            self.reads.append(("orientation", *arguments))

        def read_table_structure(self, *arguments):
            self.reads.append(("table", *arguments))

    monkeypatch.setattr("serve_app.layout.onnx_layout.OnnxLayout", Layout)
    config = LayoutConfig()
    engine = load_layout(config, "gpu")
    assert isinstance(engine, Layout)
    assert engine.arguments == (config, "gpu")
    assert [model for model, _ in engine.reads] == ["regions", "orientation", "table"]
    for _, image in engine.reads:
        assert (image.mode, image.size, image.getpixel((0, 0))) == ("RGB", (320, 448), (255, 255, 255))


@pytest.mark.parametrize("device", ["cpu", "gpu"])
def test_only_the_config_selects_a_fake(device):
    assert isinstance(load_ocr(OcrConfig(engine="fake"), device), FakeOcr)
    assert isinstance(load_chart(ChartConfig(model="fake"), device), FakeChart)
    assert isinstance(load_layout(LayoutConfig(engine="fake"), device), FakeLayout)

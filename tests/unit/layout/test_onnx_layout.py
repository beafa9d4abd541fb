from dataclasses import astuple

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from serve_app.config import LayoutConfig
from serve_app.domain import RegionKind
from serve_app.errors import ConfigError
from serve_app.layout import doc_orientation, onnx_layout
from serve_app.serving.engines import load_layout
from tests.drawings import draw_chart, fill_page


@pytest.fixture(scope="module")
def engine():
    return load_layout(LayoutConfig(), "cpu")


def draw_table(rows, columns):
    image = Image.new("RGB", (140 * columns + 1, 40 * rows + 1), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(18)
    for row in range(rows):
        for column in range(columns):
            draw.rectangle((140 * column, 40 * row, 140 * column + 140, 40 * row + 40), outline="black")
            draw.text((140 * column + 30, 40 * row + 10), f"{row * 37 + column * 11}.5", "black", font)
    return image


def test_a_figure_is_found_on_a_page(engine):
    page = fill_page()
    page.paste("white", (0, 500, 1240, 1100))
    page.paste(draw_chart(), (300, 560))
    figure = next(region for region in engine.find_regions(page) if region.kind is RegionKind.FIGURE)
    assert astuple(figure.box) == pytest.approx((300, 560, 940, 1040), abs=60)
    assert any(region.kind is RegionKind.TEXT for region in engine.find_regions(page))


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_the_degrees_turn_a_page_upright(engine, turned):
    page = fill_page()
    found = engine.tell_orientation(page.rotate(turned, expand=True))
    assert (found.degrees + turned) % 360 == 0
    assert found.score > 0.6


def test_the_cells_of_a_table_lie_on_its_grid(engine):
    structure = engine.read_table_structure(draw_table(5, 4))
    assert [(cell.row, cell.column) for cell in structure.cells] == [
        (row, column) for row in range(5) for column in range(4)
    ]
    for cell in structure.cells:
        centre = (cell.box.left + cell.box.right) / 2, (cell.box.top + cell.box.bottom) / 2
        assert centre == pytest.approx((140 * cell.column + 70, 40 * cell.row + 20), abs=25)


def test_thin_images_are_taken(engine):
    for size in ((3000, 1), (1, 3000), (1, 1)):
        image = Image.new("RGB", size, "white")
        assert engine.find_regions(image) == []
        assert engine.tell_orientation(image).degrees in (0, 90, 180, 270)
        engine.read_table_structure(image)


def test_orientation_looks_at_the_middle():
    page = Image.fromarray(np.zeros((1000, 300, 3), np.uint8))
    page.paste("white", (0, 400, 300, 600))
    batch = doc_orientation.prepare(page)
    assert batch.shape == (1, 3, 224, 224)
    assert batch[0, 0, 112, 112] > 0 > batch[0, 0, 0, 112]


def test_a_gpu_that_onnx_runtime_cannot_use_is_an_error(monkeypatch):
    monkeypatch.setattr(onnx_layout, "has_cuda", lambda: False)
    with pytest.raises(ConfigError, match="onnxruntime-gpu"):
        onnx_layout.OnnxLayout(LayoutConfig(), "gpu")

import io

import numpy as np
import pytest
from PIL import Image

from serve_app.imaging.encode import encode
from tests.drawings import sketch_chart


def test_lossless_keeps_every_pixel() -> None:
    chart = sketch_chart()
    data = encode(chart, "lossless")
    decoded = Image.open(io.BytesIO(data))
    assert decoded.format == "PNG"
    assert np.array_equal(np.asarray(decoded), np.asarray(chart))


def test_jpeg_is_smaller_by_its_quality() -> None:
    chart = sketch_chart()
    assert len(encode(chart, "jpeg", 40)) < len(encode(chart, "jpeg", 75)) < len(encode(chart, "jpeg", 95))


def test_jpeg_keeps_thin_coloured_lines_apart() -> None:
    stripes = Image.new("RGB", (64, 64), (214, 39, 40))
    for x in range(0, 64, 2):
        stripes.paste((31, 119, 180), (x, 0, x + 1, 64))
    decoded = np.asarray(Image.open(io.BytesIO(encode(stripes, "jpeg", 90))), dtype=float)
    # At 4:2:0 neighbouring columns share one colour.
    assert abs(decoded[:, 0::2, 0].mean() - decoded[:, 1::2, 0].mean()) == pytest.approx(214 - 31, abs=25)

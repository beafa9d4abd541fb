from dataclasses import astuple

import numpy as np
import pytest
from PIL import Image

from serve_app.domain import RegionKind
from serve_app.layout import picodet

CELLS = (76 * 100, 38 * 50, 19 * 25, 10 * 13)  # of strides 8, 16, 32 and 64 in 608 x 800 pixels


def make_outputs():
    scores = [np.zeros((1, cells, 10), np.float32) for cells in CELLS]
    distances = [np.zeros((1, cells, 32), np.float32) for cells in CELLS]
    return scores, distances


def put(outputs, level, cell, label, score, steps):
    scores, distances = outputs
    scores[level][0, cell, label] = score
    for edge, step in enumerate(steps):
        distances[level][0, cell, edge * 8 + step] = 50.0  # all of the distribution on one step


def test_a_box_is_decoded_from_its_cell_and_scaled_to_the_page():
    outputs = make_outputs()
    put(outputs, 2, 19 * 3 + 5, 2, 0.9, (2, 1, 4, 3))  # the cell's centre is at (5.5, 3.5) * 32
    [region] = picodet.decode([*outputs[0], *outputs[1]], 1216, 1600)
    assert region.kind is RegionKind.FIGURE
    assert region.score == pytest.approx(0.9)
    assert astuple(region.box) == pytest.approx((2 * 3.5 * 32, 2 * 2.5 * 32, 2 * 9.5 * 32, 2 * 6.5 * 32))


def test_the_weaker_of_two_overlapping_boxes_of_one_class_is_dropped():
    outputs = make_outputs()
    put(outputs, 0, 76 * 50 + 30, 0, 0.8, (7, 7, 7, 7))
    put(outputs, 0, 76 * 50 + 31, 0, 0.9, (7, 7, 7, 7))
    put(outputs, 0, 76 * 50 + 32, 4, 0.7, (7, 7, 7, 7))
    put(outputs, 0, 76 * 90 + 32, 0, 0.4, (7, 7, 7, 7))
    regions = picodet.decode([*outputs[0], *outputs[1]], 608, 800)
    assert [(region.kind, round(region.score, 1)) for region in regions] == [
        (RegionKind.TEXT, 0.9),
        (RegionKind.TABLE, 0.7),
    ]


def test_boxes_end_at_the_page():
    outputs = make_outputs()
    put(outputs, 3, 0, 0, 0.9, (7, 7, 7, 7))
    [region] = picodet.decode([*outputs[0], *outputs[1]], 304, 400)
    assert astuple(region.box)[:2] == (0, 0)
    assert astuple(region.box)[2:] == pytest.approx((480 / 2, 480 / 2))


def test_an_image_is_stretched_to_the_input():
    batch = picodet.prepare(Image.new("RGB", (300, 100), (255, 0, 0)))
    assert batch.shape == (1, 3, 800, 608)
    assert batch[0, :, 0, 0] == pytest.approx([(1 - 0.485) / 0.229, -0.456 / 0.224, -0.406 / 0.225], abs=1e-5)

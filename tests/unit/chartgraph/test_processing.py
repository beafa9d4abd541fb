import numpy as np
import pytest
import torch
from PIL import Image

from serve_app.chartgraph.modeling import ChartGraphOutput
from serve_app.chartgraph.processing import ChartGraphProcessor, pad_images, scale_image
from serve_app.domain import Size, TextLine

LINE = TextLine("Title", 1.0, ((100, 20), (140, 20), (140, 30), (100, 30)))


def test_scales_to_the_long_side():
    pixels, scale = scale_image(Image.new("L", (1000, 500), 255), 512)
    assert pixels.shape == (3, 256, 512)
    assert scale == pytest.approx(0.512)
    assert pixels.min() == pixels.max() == 1


def test_pads_to_patches_and_says_what_is_image():
    pixels, cells, sizes = pad_images([np.ones((3, 20, 48), np.float32), np.ones((3, 40, 16), np.float32)])
    assert pixels.shape == (2, 3, 48, 48)
    assert pixels.sum((1, 2, 3)).tolist() == [3 * 20 * 48, 3 * 40 * 16]
    assert cells[0].tolist() == [[True] * 3, [True] * 3, [False] * 3]
    assert cells[1].tolist() == [[True, False, False]] * 3
    assert sizes.tolist() == [[48, 20], [16, 40]]


def test_a_batch_with_different_numbers_of_words():
    processor = ChartGraphProcessor(long_side=256)
    images = [Image.new("RGB", (512, 256)), Image.new("RGB", (128, 256))]
    batch = processor(images, [[LINE, LINE], []])
    assert batch["word_mask"].tolist() == [[True, True], [False, False]]
    assert batch["words"][0, 0].tolist() == pytest.approx([60, 12.5, 20, 5, 0, 1])
    assert batch["pixel_values"].shape == (2, 3, 256, 256)


def test_marks_come_back_in_pixels_of_the_image():
    processor = ChartGraphProcessor(long_side=256)
    outputs = ChartGraphOutput(
        marks=torch.tensor([[[100.0, 50.0, 0.9], [0.0, 0.0, 0.0]]]),
        mark_kinds=torch.zeros(1, 2, dtype=torch.long),
        mark_mask=torch.tensor([[True, False]]),
        real=torch.ones(1, 2),
        links=torch.ones(1, 3, 2, 4),
        roles=torch.ones(1, 3, 9),
        kinds=torch.ones(1, 6),
        stacked=torch.zeros(1),
    )
    [graph] = processor.post_process_graphs(outputs, [[LINE]], [Size(1024, 512)])
    assert graph.points.tolist() == [[400, 200]]
    assert graph.links.shape == (3, 1, 2)
    assert graph.roles.shape == (1, 9)

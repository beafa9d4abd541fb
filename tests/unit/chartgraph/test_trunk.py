import torch
from torch.nn.functional import pixel_unshuffle

from serve_app.chartgraph.trunk import STRIDE, find_sight, unshuffle


def test_unshuffles_as_torch_does():
    pixels = torch.randn(2, 3, 32, 48)
    unshuffled = unshuffle(pixels)
    assert torch.equal(unshuffled, pixel_unshuffle(pixels, STRIDE))
    assert unshuffled.is_contiguous(memory_format=torch.channels_last)


def test_patches_see_no_padding():
    cells = torch.ones(2, 2, 3, dtype=torch.bool)
    assert find_sight(cells).all is None
    cells[1, 1] = False  # the second image is one row of patches high
    sight = find_sight(cells)
    assert sight.shape == (2, 3)
    assert sight.all[1].flatten().tolist() == [True] * 3 + [False] * 3
    assert sight.columns[1].flatten(1).tolist() == [[True, False] * 3]
    assert sight.rows[1].squeeze().tolist() == [[True] * 3] * 2  # the row beside the image sees itself: finite

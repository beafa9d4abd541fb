import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from serve_app.chartgraph.pair_features import (
    PAIR_FEATURES,
    background_colours,
    describe_pairs,
    mark_colours,
    sample_map,
    word_colours,
    word_points,
)


def test_samples_as_grid_sample_does():
    features, points = torch.randn(2, 5, 6, 8), torch.rand(2, 7, 2) * torch.tensor([32.0, 24.0])
    grid = (points / torch.tensor([32.0, 24.0]) * 2 - 1)[:, None]
    expected = F.grid_sample(features, grid, padding_mode="border", align_corners=False)[:, :, 0].transpose(1, 2)
    sampled = sample_map(features, points, 4, torch.tensor([[32.0, 24.0]] * 2))
    assert torch.allclose(sampled, expected, atol=1e-5)


def test_does_not_read_beyond_the_image():
    features = torch.zeros(1, 1, 4, 4)
    features[..., 2:] = 1e6
    sampled = sample_map(features, torch.tensor([[[15.0, 3.0]]]), 4, torch.tensor([[8.0, 16.0]]))
    assert sampled.abs().max() < 1e-3


def test_colours_of_a_mark_and_a_word():
    pixels = torch.ones(1, 3, 64, 64)
    pixels[:, :, 30:50, 20:30] = torch.tensor([-1.0, 0.5, 0.0])[:, None, None]  # a bar, its end at y = 30
    extent, background = torch.tensor([[64.0, 64.0]]), background_colours(pixels, torch.ones(1, 4, 4, dtype=torch.bool))
    assert background[0].tolist() == [1, 1, 1]
    colours = mark_colours(pixels, torch.tensor([[[25.0, 30.0]]]), background, extent)
    assert colours[0, 0, 0].tolist() == pytest.approx([-1, 0.5, 0])  # the key colour is the bar's
    assert colours[0, 0, 2].tolist() == pytest.approx([1, 1, 1])  # above it
    word = torch.tensor([[[60.0, 40.0, 40.0, 10.0, 0.0, 1.0]]])  # begins at x = 40, so that the bar is left of it
    assert word_colours(pixels, word, background, extent)[0, 0, 0].tolist() == pytest.approx([-1, 0.5, 0])


def test_ends_of_a_word_that_runs_upwards():
    centre, start, end = word_points(torch.tensor([[[50.0, 40.0, 20.0, 8.0, 1.0, 0.0]]]))
    assert centre[0, 0].tolist() == [50, 40]
    assert start[0, 0].tolist() == [50, 50]
    assert end[0, 0].tolist() == [50, 30]


def test_pairs_do_not_depend_on_the_image_size():
    points, colours = torch.rand(1, 6, 2) * 300, torch.rand(1, 6, 6, 3)
    small = describe_pairs((points, points, points), colours, torch.tensor([10.0]))
    large = describe_pairs((points * 3, points * 3, points * 3), colours, torch.tensor([30.0]))
    assert small.shape == (1, 6, 6, PAIR_FEATURES)
    assert torch.allclose(small, large, atol=1e-5)

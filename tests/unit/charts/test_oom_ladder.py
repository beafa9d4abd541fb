import pytest
import torch
from PIL import Image

from serve_app.charts.oom_ladder import FLOOR_PIXELS, OomLadder
from serve_app.domain import ChartReading, ChartTable, Size
from serve_app.errors import ModelBroken, OutOfMemory
from serve_app.hosting.protocols import ChartInput

CHART = ChartInput(Image.new("RGB", (1000, 1000)))


class Card:
    """Runs out of memory at more than `pixels` in one batch."""

    def __init__(self, pixels):
        self.pixels = pixels
        self.tries = []

    def read(self, charts, pixels):
        self.tries.append((len(charts), pixels))
        sizes = [min(pixels, chart.image.width * chart.image.height) for chart in charts]
        if sum(sizes) > self.pixels:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return [ChartReading(ChartTable(), "m", Size(size, 1)) for size in sizes]


def test_a_batch_that_fits_is_read_at_once():
    card = Card(10_000_000)
    assert len(OomLadder(card.read).read([CHART] * 4, 1_000_000)) == 4
    assert card.tries == [(4, 1_000_000)]


def test_the_batch_is_halved_before_the_pixels_are():
    card = Card(1_000_000)
    readings = OomLadder(card.read).read([CHART] * 4, 1_000_000)
    assert [reading.resolution.width for reading in readings] == [1_000_000] * 4
    assert [size for size, _ in card.tries] == [4, 2, 1, 1, 2, 1, 1]


def test_a_smaller_reading_says_so():
    [reading] = OomLadder(Card(300_000).read).read([CHART], 1_003_520)
    assert reading.resolution.width == 250_000


def test_the_floor_is_an_error_with_numbers_and_the_next_request_is_tried():
    card = Card(100_000)
    ladder = OomLadder(card.read)
    with pytest.raises(OutOfMemory, match=f"{FLOOR_PIXELS:,} pixels"):
        ladder.read([CHART], 1_003_520)
    card.pixels = 10_000_000
    assert len(ladder.read([CHART], 1_003_520)) == 1


def test_a_batch_that_reaches_the_floor_counts_only_when_its_charts_are_read_alone():
    ladder = OomLadder(Card(100_000).read)
    for _ in range(3):
        with pytest.raises(OutOfMemory):
            ladder.read([CHART] * 2, 1_003_520)
    with pytest.raises(OutOfMemory):
        ladder.read([CHART], 1_003_520)
    with pytest.raises(ModelBroken):
        ladder.read([CHART], 1_003_520)


def test_steps_down_are_counted():
    ladder = OomLadder(Card(300_000).read)
    ladder.read([CHART], 1_003_520)
    assert ladder.steps == 2  # 1,000,000 pixels, then 500,000


def test_the_floor_twice_in_a_row_breaks_the_replica():
    ladder = OomLadder(Card(100_000).read)
    with pytest.raises(OutOfMemory):
        ladder.read([CHART], 1_003_520)
    with pytest.raises(ModelBroken, match="2 times in a row"):
        ladder.read([CHART], 1_003_520)

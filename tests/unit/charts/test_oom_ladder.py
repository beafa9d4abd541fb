import pytest
import torch
from PIL import Image

from serve_app.charts import oom_ladder
from serve_app.charts.oom_ladder import FLOOR_PIXELS, OomLadder
from serve_app.domain import ChartReading, ChartTable, Size
from serve_app.errors import ModelBroken, OutOfMemory
from serve_app.hosting.protocols import ChartInput

CHART = ChartInput(Image.new("RGB", (1000, 1000)))


@pytest.fixture(autouse=True)
def collections(monkeypatch):
    """How often Python's garbage was collected; with all these libraries loaded, it takes a third of a second."""
    made = []
    monkeypatch.setattr(oom_ladder.gc, "collect", lambda: made.append(True))
    return made


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


def test_steps_down_are_counted(collections):
    ladder = OomLadder(Card(300_000).read)
    ladder.read([CHART], 1_003_520)
    assert ladder.steps == 2  # 1,000,000 pixels, then 500,000
    assert len(collections) == 2  # what the failed try left is freed before the next one


def test_the_floor_twice_in_a_row_breaks_the_replica():
    ladder = OomLadder(Card(100_000).read)
    with pytest.raises(OutOfMemory):
        ladder.read([CHART], 1_003_520)
    with pytest.raises(ModelBroken, match="2 times in a row"):
        ladder.read([CHART], 1_003_520)


def test_the_floor_is_counted_anew_after_a_chart_that_fits():
    card = Card(100_000)
    ladder = OomLadder(card.read)
    for _ in range(3):
        card.pixels = 100_000
        with pytest.raises(OutOfMemory):
            ladder.read([CHART], 1_003_520)
        card.pixels = 10_000_000
        ladder.read([CHART], 1_003_520)


def test_the_halves_of_a_batch_keep_their_order():
    class Named(Card):
        def read(self, charts, pixels):
            super().read(charts, pixels)
            return [ChartReading(ChartTable(), str(chart.image.width), Size(1, 1)) for chart in charts]

    charts = [ChartInput(Image.new("RGB", (width, 1000))) for width in (401, 402, 403)]
    readings = OomLadder(Named(500_000).read).read(charts, 1_003_520)
    assert [reading.model for reading in readings] == ["401", "402", "403"]

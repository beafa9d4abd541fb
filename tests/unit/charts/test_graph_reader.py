import pytest
import torch

from serve_app.chartgraph.training.evaluate import FIRST_SEED, sample_scene
from serve_app.chartgraph.training.renderer import render
from serve_app.charts.transformers_chart import TransformersChart
from serve_app.config import ChartConfig
from serve_app.hosting.protocols import ChartInput
from serve_app.tables.scores import rms_f1

AMX = torch.cpu.get_capabilities().get("amx_bf16", False)


@pytest.fixture(scope="module")
def charts():
    """A wide, a tall, a pie and a square one."""
    sizes = ((640, 360), (360, 560), (480, 400), (400, 400))
    samples = [sample_scene(render(FIRST_SEED + 90_000_000 + seed, size)) for seed, size in enumerate(sizes)]
    return [ChartInput(sample.image, sample.lines) for sample in samples]


def build(dtype):
    return TransformersChart(ChartConfig(dtype=dtype), "cpu")


def texts(reading):
    return [[cell.text for cell in row] for row in (reading.table.columns, *reading.table.rows)]


def confidences(reading):
    return [cell.confidence for row in reading.table.rows for cell in row]


def test_a_batch_reads_like_single_charts_with_the_bundled_weights(charts):
    engine = build("float32")
    together = engine.read(charts)
    alone = [engine.read([chart])[0] for chart in charts]
    assert sum(len(reading.table.rows) for reading in alone) > 8
    assert [reading.resolution for reading in together] == [reading.resolution for reading in alone]
    assert list(map(texts, together)) == list(map(texts, alone))
    for one, other in zip(together, alone, strict=True):
        assert confidences(one) == pytest.approx(confidences(other), abs=1e-3)


@pytest.mark.skipif(not AMX, reason="computes in float32 on a CPU without AMX")
def test_bfloat16_reads_like_float32(charts):
    fast, exact = build("auto"), build("float32")
    assert fast._reader._model.trunk.stem.weight.dtype == torch.bfloat16
    assert exact._reader._model.trunk.stem.weight.dtype == torch.float32
    for one, other in zip(fast.read(charts), exact.read(charts), strict=True):
        assert rms_f1(one.table, other.table).f1 > 0.97


def test_the_queue_is_told_that_a_cpu_gains_nothing_by_batches():
    assert not build("auto").batches

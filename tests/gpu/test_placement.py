"""On a real card: that a share is kept, what quantisation saves, offload, and running out of memory."""

import gc

import pytest
import torch
from PIL import Image

from serve_app.charts.oom_ladder import FLOOR_PIXELS
from serve_app.charts.transformers_chart import TransformersChart
from serve_app.config import ChartConfig
from serve_app.errors import ConfigError
from serve_app.gpu.memory import CONTEXT_BYTES
from serve_app.hosting.protocols import ChartInput
from tests.unit.charts.tiny import save_qwen2_vl

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")]

GIB = 1 << 30
CHART = ChartInput(Image.new("RGB", (1024, 960), "white"))  # near the bound of the profile


@pytest.fixture(scope="module")
def mineru(tmp_path_factory):
    """The shape of MinerU2.5: 1.2 billion random weights, 2.2 GiB."""
    folder = tmp_path_factory.mktemp("models") / "MinerU2.5-2509-1.2B"
    return save_qwen2_vl(folder, mineru=True, dtype=torch.bfloat16)


@pytest.fixture(autouse=True)
def free_card():
    yield
    gc.collect()
    torch.cuda.empty_cache()
    torch.cuda.set_per_process_memory_fraction(1.0)
    torch.cuda.reset_peak_memory_stats()


def total_bytes():
    return torch.cuda.get_device_properties(0).total_memory


def load(folder, gib, **settings):
    """An engine whose share of the card has this many GiB."""
    config = ChartConfig(model=str(folder), max_new_tokens=16, num_gpus=gib * GIB / total_bytes(), **settings)
    return TransformersChart(config, "gpu")


@pytest.mark.parametrize("settings", [{}, {"quantisation": "int8"}, {"quantisation": "int4"}], ids=str)
def test_mineru_reads_within_four_gib(mineru, settings):
    engine = load(mineru, 4, **settings)
    [reading] = engine.read([CHART])
    assert reading.raw
    assert (reading.resolution.width, reading.resolution.height) == CHART.image.size  # the ladder was not needed
    assert torch.cuda.max_memory_reserved() <= 4 * GIB - CONTEXT_BYTES


def test_fewer_bits_take_less_of_the_card(mineru):
    taken = {}
    for bits in ("none", "int8", "int4"):
        before = torch.cuda.memory_allocated()
        engine = load(mineru, 4, quantisation=bits)
        taken[bits] = (torch.cuda.memory_allocated() - before) / GIB
        del engine
        gc.collect()
    # The 358 million weights of the language model's layers, of two bytes, one, and a little over half a byte.
    assert taken["none"] - taken["int8"] == pytest.approx(0.333, abs=0.05)
    assert taken["none"] - taken["int4"] == pytest.approx(0.479, abs=0.05)


def test_a_share_that_is_too_small_is_refused_before_the_weights_are_read(mineru):
    before = torch.cuda.memory_allocated()
    with pytest.raises(ConfigError, match="num_gpus"):
        load(mineru, 2)
    assert torch.cuda.memory_allocated() == before


@pytest.mark.parametrize("offload", ["cpu", "disk"])
def test_offloaded_weights_read_like_weights_on_the_card(tmp_path, offload):
    folder = save_qwen2_vl(tmp_path / "MinerU2.5-2509-1.2B", layers=24)
    whole, split = load(folder, 4), load(folder, 4, offload=offload, weights_mib=1)
    assert any(parameter.is_meta for parameter in split._reader._model.parameters())
    assert split.read([CHART])[0].raw == whole.read([CHART])[0].raw


def test_running_out_of_memory_lowers_the_resolution(mineru):
    engine = load(mineru, 4)
    weights = torch.cuda.memory_allocated()
    engine.read([CHART])
    needed = torch.cuda.max_memory_reserved() - weights
    gc.collect()
    torch.cuda.empty_cache()
    torch.cuda.set_per_process_memory_fraction((weights + 0.6 * needed) / total_bytes())
    [reading] = engine.read([CHART])
    assert FLOOR_PIXELS // 2 <= reading.resolution.width * reading.resolution.height < 1024 * 960

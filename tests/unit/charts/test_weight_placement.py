from types import SimpleNamespace

import pytest
import torch
from PIL import Image
from pydantic import ValidationError

from serve_app.chartgraph import WEIGHTS as CHART_WEIGHTS
from serve_app.chartgraph.registry import ChartGraphForTableExtraction
from serve_app.charts import quantisation
from serve_app.charts.quantisation import estimate_bytes
from serve_app.charts.transformers_chart import TransformersChart
from serve_app.charts.weight_placement import build_empty, place_weights
from serve_app.config import ChartConfig
from serve_app.errors import ConfigError
from serve_app.gpu.memory import CONTEXT_BYTES
from serve_app.hosting.protocols import ChartInput
from tests.unit.charts.tiny import save_qwen2_vl


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Its weights take 3.8 MiB in float32, most of them in 24 layers."""
    return save_qwen2_vl(tmp_path_factory.mktemp("models") / "MinerU2.5-2509-1.2B", layers=24)


@pytest.fixture
def card(monkeypatch):
    """A card with room for 2 MiB of weights beside the CUDA context."""
    limits = []
    total = CONTEXT_BYTES + (2 << 20)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: SimpleNamespace(total_memory=total))
    monkeypatch.setattr(torch.cuda, "set_per_process_memory_fraction", limits.append)
    return limits


def place(folder, device, **settings):
    return place_weights(str(folder), ChartConfig(model=str(folder), num_gpus=1, **settings), device, torch.float32)


def test_weights_on_the_disk_read_like_weights_in_memory(folder):
    settings = {"model": str(folder), "max_new_tokens": 16, "dtype": "bfloat16"}  # the file has float32
    whole = TransformersChart(ChartConfig(**settings), "cpu")
    split = TransformersChart(ChartConfig(**settings, offload="disk", weights_mib=1), "cpu")
    model = split._reader._model
    absent = sum(parameter.nbytes for parameter in model.parameters() if parameter.is_meta)
    assert 0 < model.get_memory_footprint() - absent <= 1 << 20
    chart = ChartInput(Image.new("RGB", (112, 56), "navy"))
    assert split.read([chart])[0].raw == whole.read([chart])[0].raw


def test_weights_that_fit_stay_in_memory(folder):
    engine = TransformersChart(ChartConfig(model=str(folder), offload="disk"), "cpu")
    assert not any(parameter.is_meta for parameter in engine._reader._model.parameters())


def test_offload_to_memory_needs_a_gpu(folder):
    with pytest.raises(ConfigError, match="in main memory already"):
        place(folder, "cpu", offload="cpu")


def test_offload_without_accelerate_names_the_extra(folder, monkeypatch):
    monkeypatch.setattr(quantisation, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"accelerate.*serve-app\[quantise\]"):
        place(folder, "cpu", offload="disk")


def test_quantised_and_offloaded_is_refused():
    with pytest.raises(ValidationError, match="quantisation or offload"):
        ChartConfig(model="x", quantisation="int8", offload="disk")


def test_a_card_that_is_too_small_holds_the_quantised_weights(folder, card):
    with pytest.raises(ConfigError, match=r"take 3 MiB, .* leaves 2 MiB"):
        place(folder, "cuda")
    assert place(folder, "cuda", quantisation="int8")["device_map"] == {"": 0}
    assert card == [pytest.approx((2 << 20) / (CONTEXT_BYTES + (2 << 20)))]


def test_what_a_card_cannot_hold_is_offloaded(folder, card):
    disk = place(folder, "cuda", offload="disk", offload_folder="/tmp/x")
    assert disk == {"device_map": "sequential", "max_memory": {0: 3 << 19}, "offload_folder": "/tmp/x"}
    memory = place(folder, "cuda", offload="cpu", weights_mib=1)["max_memory"]
    assert list(memory.items()) == [(0, 1 << 20), ("cpu", 8192 << 20)]
    assert len(card) == 2


def test_the_bundled_model_is_estimated_too():
    loaded = ChartGraphForTableExtraction.from_pretrained(CHART_WEIGHTS)
    empty = build_empty(str(CHART_WEIGHTS), ChartConfig(), torch.float32)
    assert estimate_bytes(empty, "none") == loaded.get_memory_footprint()


@pytest.mark.parametrize("setting", [{"dtype": "bfloat16"}, {"quantisation": "int8"}, {"offload": "disk"}])
def test_the_bundled_model_refuses_what_would_do_nothing(setting):
    with pytest.raises(ConfigError, match="the bundled model takes only"):
        TransformersChart(ChartConfig(**setting), "cpu")

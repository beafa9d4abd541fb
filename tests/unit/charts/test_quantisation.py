"""int8 and int4 by the real library on every family: what is quantised, what it takes, and that it still reads."""

import pytest
import torch
from PIL import Image

from serve_app.charts import quantisation
from serve_app.charts.quantisation import estimate_bytes
from serve_app.charts.transformers_chart import TransformersChart
from serve_app.charts.weight_placement import build_empty
from serve_app.config import ChartConfig
from serve_app.errors import ConfigError
from serve_app.hosting.protocols import ChartInput
from tests.unit.charts import tiny

FAMILIES = {
    "MinerU2.5-2509-1.2B": tiny.save_qwen2_vl,
    "Qwen2.5-VL-3B-Instruct": tiny.save_qwen2_5_vl,
    "PP-Chart2Table_safetensors": tiny.save_pp_chart2table,
    "PaddleOCR-VL-1.6": tiny.save_paddleocr_vl,
}


@pytest.fixture(scope="module", params=list(FAMILIES))
def folder(request, tmp_path_factory):
    return FAMILIES[request.param](tmp_path_factory.mktemp("models") / request.param)


def measure_bytes(model):
    scales = [p.quant_state.absmax for p in model.parameters() if getattr(p, "quant_state", None)]
    return model.get_memory_footprint() + sum(scale.nbytes for scale in scales)


@pytest.mark.parametrize("bits", ["int8", "int4"])
def test_the_language_model_is_quantised_and_nothing_else(folder, bits):
    config = ChartConfig(model=str(folder), max_new_tokens=16, quantisation=bits)
    engine = TransformersChart(config, "cpu")
    model = engine._reader._model
    parameters = {name for name, parameter in model.named_parameters() if parameter.dtype in (torch.int8, torch.uint8)}
    assert parameters == {
        f"model.language_model.layers.{layer}.{part}_proj.weight"
        for layer in (0, 1)
        for part in (*(f"self_attn.{name}" for name in "qkvo"), "mlp.gate", "mlp.up", "mlp.down")
    }
    assert model.lm_head.weight is model.get_input_embeddings().weight
    assert estimate_bytes(build_empty(str(folder), config, torch.float32), bits) == measure_bytes(model)
    [reading] = engine.read([ChartInput(Image.new("RGB", (112, 56), "navy"))])
    assert reading.raw


def test_a_whole_model_takes_what_is_estimated(folder):
    config = ChartConfig(model=str(folder))
    whole = TransformersChart(config, "cpu")._reader._model
    assert estimate_bytes(build_empty(str(folder), config, torch.float32), "none") == whole.get_memory_footprint()


def test_without_the_library_the_extra_is_named(monkeypatch):
    monkeypatch.setattr(quantisation, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"serve-app\[quantise\]"):
        quantisation.describe_quantisation("int8", torch.float32)

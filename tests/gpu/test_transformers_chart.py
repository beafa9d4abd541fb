import pytest
import torch
from PIL import Image

from serve_app.charts.transformers_chart import TransformersChart
from serve_app.config import ChartConfig
from serve_app.hosting.protocols import ChartInput
from tests.unit.charts.tiny import save_qwen2_vl

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")]


def test_a_model_loads_in_bfloat16_and_writes_on_the_gpu(tmp_path):
    folder = save_qwen2_vl(tmp_path / "MinerU2.5-2509-1.2B")
    engine = TransformersChart(ChartConfig(model=str(folder), max_new_tokens=8), "auto")
    assert engine.device == "cuda"
    [reading] = engine.read([ChartInput(Image.new("RGB", (640, 480), "white"))])
    assert reading.truncated
    assert torch.cuda.memory_allocated() > 0

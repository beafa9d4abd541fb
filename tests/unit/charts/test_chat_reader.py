"""Each family of chart models with its real classes and processor, and random weights."""

import pytest
import torch
from PIL import Image

from serve_app.charts.profiles import PROFILES
from serve_app.charts.transformers_chart import TransformersChart
from serve_app.config import ChartConfig
from serve_app.hosting.protocols import ChartInput
from tests.drawings import draw_chart
from tests.unit.charts import tiny

SYSTEM = "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"
QWEN = "<|im_start|>user\n<|vision_start|>{image}<|vision_end|>{prompt}<|im_end|>\n<|im_start|>assistant\n"
# For an image of 56 x 56 pixels: one token for each 28 x 28. PaddleOCR-VL's processor enlarges it to 392 x 392.
QWEN_IMAGE = 4 * "<|image_pad|>"
PADDLE_IMAGE = f"<|IMAGE_START|>{196 * '<|IMAGE_PLACEHOLDER|>'}<|IMAGE_END|>"
FAMILIES = {
    "MinerU2.5-2509-1.2B": (
        tiny.save_qwen2_vl,
        SYSTEM + QWEN.format(image=QWEN_IMAGE, prompt="\nTable Recognition:"),
    ),
    "Qwen2.5-VL-3B-Instruct": (
        tiny.save_qwen2_5_vl,
        QWEN.format(image=QWEN_IMAGE, prompt=PROFILES["generic"].prompt),
    ),
    "PP-Chart2Table_safetensors": (
        tiny.save_pp_chart2table,
        tiny.CHART2TABLE_PROMPT,
    ),
    "PaddleOCR-VL-1.6": (
        tiny.save_paddleocr_vl,
        f"<|begin_of_sentence|>User: {PADDLE_IMAGE}Chart Recognition:\nAssistant:\n",
    ),
}


@pytest.fixture(scope="module", params=list(FAMILIES))
def family(request, tmp_path_factory):
    save, prompt = FAMILIES[request.param]
    folder = save(tmp_path_factory.mktemp("models") / request.param)
    return TransformersChart(ChartConfig(model=str(folder), max_new_tokens=16), "cpu"), prompt


def test_a_batch_reads_like_single_images(family):
    engine, _ = family
    charts = [ChartInput(draw_chart()), ChartInput(Image.new("RGB", (200, 90), "navy"))]
    batch = [reading.raw for reading in engine.read(charts)]
    assert batch == [engine.read([chart])[0].raw for chart in charts]
    assert batch[0] != batch[1]  # the image reaches the answer


def test_the_model_is_asked_as_it_was_trained(family, monkeypatch):
    engine, prompt = family
    reader = engine._reader
    asked = {}

    def stop_at_once(**inputs):
        asked.update(inputs)
        inputs["logits_processor"][0](None, torch.zeros(1, 4))
        return torch.cat((inputs["input_ids"], torch.tensor([[reader._model.generation_config.eos_token_id]])), 1)

    monkeypatch.setattr(reader._model, "generate", stop_at_once)
    engine.read([ChartInput(Image.new("RGB", (56, 56), "white"))])
    assert reader._processor.tokenizer.decode(asked["input_ids"][0]) == prompt
    assert not asked["do_sample"]
    # Without them, generate silently counts positions as in plain text.
    assert ("mm_token_type_ids" in asked) is hasattr(reader._model.model, "get_rope_index")


def test_a_strip_is_read_too(family):
    engine, _ = family
    [reading] = engine.read([ChartInput(Image.new("RGB", (1000, 4), "white"))])
    assert reading.raw

"""The shapes against the models' own classes: parameters on the meta device, activations by what is alive at a time."""

import weakref

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from transformers import (
    AutoConfig,
    AutoModelForImageTextToText,
    GotOcr2Config,
    GotOcr2ForConditionalGeneration,
    PaddleOCRVLConfig,
    PaddleOCRVLForConditionalGeneration,
    Qwen2VLConfig,
    Qwen2VLForConditionalGeneration,
)

import serve_app.chartgraph.registry  # noqa: F401 - makes transformers know the bundled model
from serve_app.chartgraph import WEIGHTS as CHART_WEIGHTS
from serve_app.charts.footprint import MIB, SHAPES, measure_chart, weigh
from serve_app.charts.quantisation import estimate_bytes
from serve_app.config import ChartConfig, OcrConfig
from serve_app.errors import ConfigError
from serve_app.ocr.footprint import measure_ocr

MINERU = ChartConfig(model="MinerU2.5-Pro-2605-1.2B")


def mineru(vision=32, text=24, vocabulary=151_936):
    return Qwen2VLForConditionalGeneration(
        Qwen2VLConfig(
            text_config={
                "vocab_size": vocabulary,
                "hidden_size": 896,
                "intermediate_size": 4864,
                "num_hidden_layers": text,
                "num_attention_heads": 14,
                "num_key_value_heads": 2,
                "rope_scaling": {"type": "mrope", "mrope_section": [8, 12, 12]},
                "bos_token_id": 1,
                "eos_token_id": 2,
                "pad_token_id": 0,
            },
            vision_config={"depth": vision, "embed_dim": 1280, "num_heads": 16, "hidden_size": 896, "mlp_ratio": 4},
            tie_word_embeddings=True,
        )
    )


def paddleocr_vl():
    config = PaddleOCRVLConfig()
    config.tie_word_embeddings = config.text_config.tie_word_embeddings = False
    return PaddleOCRVLForConditionalGeneration(config)


BUILDERS = {
    "mineru2.5": mineru,
    "pp-chart2table": lambda: GotOcr2ForConditionalGeneration(GotOcr2Config()),
    "paddleocr-vl": paddleocr_vl,
}


@pytest.mark.parametrize("profile", BUILDERS)
def test_the_weights_are_those_of_the_model(profile):
    with torch.device("meta"):
        model = BUILDERS[profile]().to(torch.bfloat16)
    for quantisation in ("none", "int8", "int4"):
        config = ChartConfig(model=profile, profile=profile, quantisation=quantisation)
        assert weigh(config) == pytest.approx(estimate_bytes(model, quantisation), rel=1e-3)
    text = model.config.text_config
    heads = getattr(text, "head_dim", None) or text.hidden_size // text.num_attention_heads
    assert SHAPES[profile].cache_bytes == 2 * text.num_hidden_layers * text.num_key_value_heads * heads * 2


def test_the_bundled_model_is_not_larger_than_its_shape():
    with torch.device("meta"):
        model = AutoModelForImageTextToText.from_config(AutoConfig.from_pretrained(CHART_WEIGHTS))
    assert 0.5 < sum(weight.numel() for weight in model.parameters()) / SHAPES["chart-graph"].parameters < 1


class LiveBytes(TorchDispatchMode):
    """The most bytes of tensors, beside the model's own, that are alive at one time."""

    def __init__(self, model):
        super().__init__()
        self.most = self._now = 0
        self._known = {tensor.untyped_storage()._cdata for tensor in [*model.parameters(), *model.buffers()]}

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        for tensor in tree_leaves((result,)):
            if isinstance(tensor, torch.Tensor) and (storage := tensor.untyped_storage())._cdata not in self._known:
                self._known.add(storage._cdata)
                self._now += storage.nbytes()
                self.most = max(self.most, self._now)
                weakref.finalize(storage, self._forget, storage._cdata, storage.nbytes())
        return result

    def _forget(self, key, size):
        self._known.discard(key)
        self._now -= size


def build(model, device="cpu"):
    """A model in bfloat16 with whatever is in memory for weights."""
    with torch.device("meta"):
        return model().to(torch.bfloat16).eval().to_empty(device=device)


def test_activations_are_what_the_model_of_mineru_keeps_alive():
    model = build(lambda: mineru(vision=2, text=2, vocabulary=1000))
    shape = SHAPES["mineru2.5"]
    with torch.no_grad(), LiveBytes(model) as live:
        patches = torch.zeros(2 * 10 * 10, 3 * 2 * 14 * 14, dtype=torch.bfloat16)
        model.model.visual(patches, grid_thw=torch.tensor([[1, 10, 10]] * 2))
    assert live.most == pytest.approx(2 * 140 * 140 * shape.pixel_bytes, rel=0.05)
    tokens = torch.full((2, 128), 9)
    mask = torch.ones_like(tokens)
    mask[0, :50] = 0
    with torch.no_grad(), LiveBytes(model) as live:
        model(input_ids=tokens, attention_mask=mask, use_cache=True, logits_to_keep=1)
    assert live.most == pytest.approx(tokens.numel() * shape.token_bytes, rel=0.05)


def test_activations_are_what_the_vision_tower_of_paddleocr_vl_keeps_alive():
    config = PaddleOCRVLConfig(vision_config={"num_hidden_layers": 2}, text_config={"num_hidden_layers": 1})
    model = build(lambda: PaddleOCRVLForConditionalGeneration(config))
    with torch.no_grad(), LiveBytes(model) as live:
        model.model.get_image_features(torch.zeros(100, 3, 14, 14, dtype=torch.bfloat16), torch.tensor([[1, 10, 10]]))
    assert live.most == pytest.approx(140 * 140 * SHAPES["paddleocr-vl"].pixel_bytes, rel=0.05)


def test_activations_are_what_the_vision_tower_of_chart2table_keeps_alive():
    # Its attention is eager, so that the meta device, which computes nothing, allocates the same.
    model = build(BUILDERS["pp-chart2table"], "meta")
    with torch.no_grad(), LiveBytes(model) as live:
        model.model.get_image_features(torch.zeros(1, 3, 1024, 1024, dtype=torch.bfloat16, device="meta"))
    assert live.most == pytest.approx(1024 * 1024 * SHAPES["pp-chart2table"].pixel_bytes, rel=0.05)


def test_the_pixels_of_a_batch_bound_its_memory():
    one, eight = (measure_chart(MINERU.model_copy(update={"batch_size": n})) for n in (1, 8))
    bounded = measure_chart(MINERU.model_copy(update={"batch_size": 8, "batch_pixels": 2 * 1024 * 1024}))
    assert 8 * one.activations > bounded.activations == pytest.approx(2 * one.activations, rel=0.05)
    assert eight.weights == one.weights
    assert one.cache == 2 * 12_288 * (1280 + 64 + 4096)
    assert one.cache < bounded.cache < eight.cache


def test_float32_takes_twice_the_memory():
    half, wide = (measure_chart(MINERU.model_copy(update={"dtype": dtype})) for dtype in ("auto", "float32"))
    assert wide.weights == 2 * half.weights
    assert wide.activations == 2 * half.activations


def test_ocr_takes_what_paddleocr_measured():
    def total(long_side):
        server = {"detection_model": "PP-OCRv5_server_det", "recognition_model": "PP-OCRv5_server_rec"}
        return measure_ocr(OcrConfig(engine="paddle", max_long_side=long_side, **server)).total

    assert total(960) == 3154 * MIB
    assert total(4000) > 15 << 30  # issue 16171 of PaddleOCR
    assert measure_ocr(OcrConfig()) is None


def test_the_models_of_languages_count_in_what_ocr_takes(tmp_path):
    def weigh_with(**languages):
        server = {"detection_model": "PP-OCRv5_server_det", "recognition_model": "PP-OCRv5_server_rec"}
        return measure_ocr(OcrConfig(engine="paddle", languages=languages, **server)).weights

    (tmp_path / "inference.pdiparams").write_bytes(bytes(3 * MIB))
    alone = weigh_with()
    assert weigh_with(ru=str(tmp_path)) == alone + 3 * MIB
    assert weigh_with(ru="eslav_PP-OCRv5_mobile_rec", ko=str(tmp_path)) > alone + 10 * MIB


def test_a_model_of_unknown_size_is_an_error():
    with pytest.raises(ConfigError, match="size of a model of profile generic is not known"):
        measure_chart(ChartConfig(model="Qwen2.5-VL-7B-Instruct"))

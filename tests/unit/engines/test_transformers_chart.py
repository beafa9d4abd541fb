import json

import pytest
import torch
from PIL import Image

from serve_app.config import ChartConfig
from serve_app.engines.base import ChartInput
from serve_app.engines.transformers_chart import TransformersChart
from serve_app.errors import ConfigError
from tests.drawings import draw_chart
from tests.unit.engines.tiny import save_qwen2_vl


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_qwen2_vl(tmp_path_factory.mktemp("models") / "MinerU2.5-2509-1.2B")


def build(folder, **settings):
    return TransformersChart(ChartConfig(model=str(folder), max_new_tokens=16, **settings), "cpu")


def charts():
    return [ChartInput(draw_chart()), ChartInput(Image.new("RGB", (200, 90), "navy"))]


def test_a_model_without_torchvision_loads_and_writes(folder):
    engine = build(folder)
    readings = engine.read(charts())
    assert engine.name == "MinerU2.5-2509-1.2B"
    assert all(reading.model == engine.name for reading in readings)
    assert readings[0].raw != ""


def test_an_answer_without_an_end_token_is_truncated(folder):
    assert all(reading.truncated for reading in build(folder).read(charts()))  # random weights do not stop by chance


def test_an_answer_with_an_end_token_is_not(folder, monkeypatch):
    engine = build(folder)
    reader = engine._reader
    end = reader._model.generation_config.eos_token_id

    def stop_at_once(input_ids, **_):
        return torch.cat((input_ids, torch.full((len(input_ids), 1), end)), 1)

    monkeypatch.setattr(reader._model, "generate", lambda **inputs: _with_certainty(inputs, stop_at_once))
    [reading] = engine.read(charts()[:1])
    assert (reading.truncated, reading.raw) == (False, "")


def _with_certainty(inputs, generate):
    [certainty] = inputs["logits_processor"]
    certainty(None, torch.zeros(len(inputs["input_ids"]), 4))
    return generate(**inputs)


def test_a_batch_reads_like_single_images(folder):
    engine = build(folder)
    batch = engine.read(charts())
    single = [engine.read([chart])[0] for chart in charts()]
    assert [reading.raw for reading in batch] == [reading.raw for reading in single]


def test_the_image_is_bounded_by_the_profile(folder):
    [reading] = build(folder).read([ChartInput(Image.new("RGB", (3000, 2000), "white"))])
    assert reading.resolution.width * reading.resolution.height <= 1280 * 28 * 28


def test_confidences_are_the_probabilities_of_the_tokens(folder):
    reader = build(folder)._reader
    text = "| Zürich |"
    tokens = reader._processor.tokenizer(text)["input_ids"]
    certainty = [1 - index / 100 for index in range(len(tokens))]
    decoded, confidence = reader._decode(tokens, certainty)
    assert decoded == text
    assert confidence[0] == certainty[0]
    assert confidence[3] == certainty[4]  # "ü" takes two tokens: the less certain one counts
    assert confidence[-1] == certainty[-1]


def test_weights_that_lack_tensors_are_refused(folder, tmp_path):
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    config = json.loads((folder / "config.json").read_text())
    config["tie_word_embeddings"] = config["text_config"]["tie_word_embeddings"] = False  # lm_head is not in the file
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(ConfigError, match="lm_head"):
        build(tmp_path, profile="mineru2.5")


def test_a_missing_directory_says_what_to_do(tmp_path):
    with pytest.raises(ConfigError, match="local_files_only"):
        build(tmp_path / "MinerU2.5-2509-1.2B")


def test_gpu_is_refused_where_there_is_none(folder):
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    with pytest.raises(ConfigError, match="CUDA build"):
        TransformersChart(ChartConfig(model=str(folder)), "gpu")


def test_auto_falls_back_to_the_cpu(folder, caplog):
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    assert TransformersChart(ChartConfig(model=str(folder)), "auto").device == "cpu"

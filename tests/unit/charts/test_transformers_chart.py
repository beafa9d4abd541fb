import json

import pytest
import torch
from PIL import Image

from serve_app.charts.transformers_chart import TransformersChart
from serve_app.config import ChartConfig
from serve_app.errors import ConfigError, ModelBroken, OutOfMemory
from serve_app.hosting.protocols import ChartInput, Stop
from tests.drawings import draw_chart
from tests.unit.charts.tiny import save_qwen2_vl


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


def test_generation_stops_at_the_next_token_when_the_caller_has_gone(folder):
    engine = build(folder)
    steps, stop = [], Stop()

    def count(*_):
        steps.append(1)
        if len(steps) == 3:
            stop.set()

    engine._reader._model.register_forward_hook(count)
    engine.read([ChartInput(draw_chart(), stop=stop)])
    assert len(steps) == 3  # of the 16 that it may take


def test_running_out_of_memory_lowers_the_resolution(folder, monkeypatch):
    engine = build(folder)
    model = engine._reader._model
    generate = model.generate

    def limited(**inputs):
        if inputs["image_grid_thw"].prod(-1).sum() > 2000:  # patches of 14 x 14 pixels
            raise torch.OutOfMemoryError("CUDA out of memory")
        return generate(**inputs)

    monkeypatch.setattr(model, "generate", limited)
    [reading] = engine.read([ChartInput(Image.new("RGB", (1000, 1000), "white"))])
    assert reading.resolution.width * reading.resolution.height < 500_000


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (torch.OutOfMemoryError("CUDA out of memory"), OutOfMemory),
        (torch.AcceleratorError("CUDA error: an illegal memory access was encountered"), ModelBroken),
        (RuntimeError("CUDA error: CUBLAS_STATUS_EXECUTION_FAILED"), ModelBroken),
        (RuntimeError("shapes do not match"), RuntimeError),
    ],
)
def test_errors_of_the_gpu_are_told_apart(folder, monkeypatch, error, expected):
    engine = build(folder)

    def fail(**_):
        raise error

    monkeypatch.setattr(engine._reader._model, "generate", fail)
    with pytest.raises(expected):
        engine.read(charts()[:1])

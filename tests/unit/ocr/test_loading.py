import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image, ImageFont

from serve_app.config import OcrConfig
from serve_app.domain import OcrOptions
from serve_app.errors import ConfigError
from serve_app.hosting.openvino_runner import OpenVinoRunner
from serve_app.ocr import loading as paddle_loading
from serve_app.serving.engines import load_ocr
from tests.drawings import PAGE_LINES, draw_chart, draw_page

PRECISIONS = {"float32": "f32", "bfloat16": "bf16"}
"""With OpenVINO's names for them."""

RUNTIMES = ("openvino", "onnxruntime")


@pytest.fixture(scope="module")
def engine():
    return load_ocr(OcrConfig(), "cpu")


def test_both_runtimes_of_a_cpu_read_the_same():
    """Not to the last digit: OpenVINO is given one line at a time, and wider."""
    exact, other = (load_ocr(OcrConfig(cpu_precision="float32", cpu_runtime=name), "cpu") for name in RUNTIMES)
    recognisers = [reader._ocr.paddlex_pipeline.text_rec_model for reader in (exact, other)]
    assert [isinstance(recogniser.runner, OpenVinoRunner) for recogniser in recognisers] == [True, False]
    assert [recogniser.batch_sampler.batch_size for recogniser in recognisers] == [1, 6]
    for image in (draw_page(), draw_chart()):
        page, same = (reader.read(image, OcrOptions(return_word_box=True)) for reader in (exact, other))
        assert [line.polygon for line in page.lines] == [line.polygon for line in same.lines]
        words, others = ([word for line in lines.lines for word in line.words] for lines in (page, same))
        assert [word.text for word in words] == [word.text for word in others]
        for word, twin in zip(words, others, strict=True):
            assert np.asarray(word.polygon) == pytest.approx(np.asarray(twin.polygon), abs=6)  # pixels: half a letter


@pytest.mark.parametrize("auto", PRECISIONS)
def test_both_models_compute_in_the_precision_that_the_cpu_is_good_at(auto, monkeypatch):
    monkeypatch.setattr(paddle_loading, "choose_precision", lambda asked: auto if asked == "auto" else "float32")
    pipeline = load_ocr(OcrConfig(), "cpu")._ocr.paddlex_pipeline
    hints = [
        model.runner._model.get_property("INFERENCE_PRECISION_HINT")
        for model in (pipeline.text_det_model, pipeline.text_rec_model)
    ]
    assert [hint.to_string() for hint in hints] == [PRECISIONS[auto]] * 2


def test_bfloat16_reads_the_same_text():
    pages = [
        load_ocr(OcrConfig(cpu_precision=precision), "cpu").read(draw_page(), OcrOptions()) for precision in PRECISIONS
    ]
    exact, rounded = ([line.text for line in page.lines] for page in pages)
    assert rounded == exact == list(PAGE_LINES)


def test_words_stand_where_they_are_printed_however_much_their_line_was_widened(engine):
    font = ImageFont.load_default(28)
    for text in ("alpha beta gamma delta epsilon", "one two three four five six seven eight nine"):
        words = text.split()
        for end in range(3, len(words) + 1):
            line = " ".join(words[:end])
            [found] = engine.read(draw_page((line,), width=700), OcrOptions(return_word_box=True)).lines
            start = 40 + font.getlength(line[: line.rindex(" ") + 1])
            assert found.words[-1].text == words[end - 1]
            # PaddleX begins a word within its first letter. Without the correction it comes up to 14 pixels earlier.
            assert found.words[-1].polygon[0][0] == pytest.approx(start + 5, abs=4)


def test_lines_that_stand_on_their_heads_are_turned_where_that_is_asked(engine):
    page, line = draw_page(), (0, 90, 900, 150)
    page.paste(page.crop(line).transpose(Image.Transpose.ROTATE_180), line[:2])
    turned = engine.read(page, OcrOptions(use_textline_orientation=True))
    assert [found.text for found in turned.lines] == list(PAGE_LINES)
    assert turned.paddlex["textline_orientation_angles"] == [0, 1, 0, 0]
    assert turned.paddlex["model_settings"]["use_textline_orientation"] is True
    as_sent = engine.read(page, OcrOptions())
    assert as_sent.lines[1].text != PAGE_LINES[1]
    assert as_sent.paddlex["model_settings"]["use_textline_orientation"] is False


def test_it_reads_where_there_is_no_home(tmp_path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PADDLE_PDX")}
    code = (
        "from PIL import Image; from serve_app.config import OcrConfig; from serve_app.serving.engines import load_ocr;"
        "load_ocr(OcrConfig(), 'cpu')"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env=environment | {"HOME": "/proc/no-home", "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    left = [path.name for path in tmp_path.iterdir()]
    assert left == [f"serve-app-cores-{os.geteuid()}"]  # shared by replicas; the rest is gone


def test_gpu_is_refused_where_the_library_has_none():
    with pytest.raises(ConfigError, match="onnxruntime-gpu"):
        load_ocr(OcrConfig(), "gpu")


def test_a_wrong_model_directory_is_a_clear_error(tmp_path):
    config = OcrConfig(
        detection_model="PP-OCRv6_small_det",
        detection_dir=str(tmp_path / "det"),
        recognition_model="PP-OCRv6_small_rec",
        recognition_dir=str(tmp_path / "rec"),
    )
    with pytest.raises(ConfigError, match="PP-OCRv6_small_det"):
        load_ocr(config, "cpu")


@pytest.mark.parametrize(("max_long_side", "warnings"), [(1600, 0), (4000, 1)])
def test_paddle_takes_no_more_than_its_share_and_says_what_is_too_large_for_it(
    max_long_side, warnings, monkeypatch, caplog
):
    flags = {}
    card = SimpleNamespace(total_memory=24 << 30)
    cuda = SimpleNamespace(device_count=lambda: 1, get_device_properties=lambda _: card)
    device = SimpleNamespace(is_compiled_with_cuda=lambda: True, cuda=cuda)
    monkeypatch.setitem(sys.modules, "paddle", SimpleNamespace(device=device, set_flags=flags.update))
    server = {"detection_model": "PP-OCRv5_server_det", "recognition_model": "PP-OCRv5_server_rec"}
    config = OcrConfig(engine="paddle", num_gpus=0.25, max_long_side=max_long_side, **server)
    with caplog.at_level("WARNING", logger="serve_app"):
        assert paddle_loading._choose_device(config, "gpu") == "gpu"
    assert flags == {"FLAGS_gpu_memory_limit_mb": 6 * 1024 - 512}
    assert len(caplog.records) == warnings

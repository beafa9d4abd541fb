import subprocess
import sys

import pytest

from serve_app.charts.profiles import PROFILES, find_profile
from serve_app.errors import ConfigError


@pytest.mark.parametrize(
    ("model", "profile"),
    [
        ("bundled", "chart-graph"),
        ("fake", "fake"),
        ("opendatalab/MinerU2.5-2509-1.2B", "mineru2.5"),
        ("opendatalab/MinerU2.5-Pro-2604-1.2B", "mineru2.5-pro"),
        ("opendatalab/MinerU2.5-Pro-2605-1.2B", "mineru2.5-pro"),
        ("PaddlePaddle/PP-Chart2Table", "pp-chart2table"),
        ("PaddlePaddle/PP-Chart2Table_safetensors", "pp-chart2table"),
        ("PaddlePaddle/PaddleOCR-VL-1.6", "paddleocr-vl"),
        ("Qwen/Qwen2.5-VL-3B-Instruct", "generic"),
        ("Qwen/Qwen3-VL-4B-Instruct", "generic"),
        ("/models/mineru2.5-pro/", "mineru2.5-pro"),
        ("/models/MinerU2.5/PP-Chart2Table", "pp-chart2table"),
        ("/cache/models--opendatalab--MinerU2.5-Pro-2605-1.2B/snapshots/0f3a", "mineru2.5-pro"),
        ("PaddleOCRVLForConditionalGeneration", "paddleocr-vl"),
        ("ChartGraphForTableExtraction", "chart-graph"),
    ],
)
def test_the_models_name_tells_the_profile(model: str, profile: str) -> None:
    assert find_profile(model).name == profile


def test_a_named_profile_wins() -> None:
    assert find_profile("opendatalab/MinerU2.5-2509-1.2B", "generic").name == "generic"


@pytest.mark.parametrize(("model", "profile"), [("acme/chartreader", "auto"), ("bundled", "mineru")])
def test_what_is_unknown_is_answered_with_the_list(model: str, profile: str) -> None:
    with pytest.raises(ConfigError, match=r"mineru2\.5, .*generic or chart-graph"):
        find_profile(model, profile)


@pytest.mark.parametrize(
    ("profile", "answer"),
    [
        ("mineru2.5", "<fcel>Year<fcel>A<nl><fcel>2018<fcel>1.5<nl>"),
        (
            "mineru2.5-pro",
            "<|class_start|>chart<|class_end|><|content_start|>| Year | A |\n|---|---|\n| 2018 | 1.5 |<|content_end|>",
        ),
        ("pp-chart2table", "Year | A\n2018 | 1.5"),
        ("paddleocr-vl", "Year | A\n2018 | 1.5"),
        ("generic", "| Year | A |\n|---|---|\n| 2018 | 1.5 |"),
    ],
)
def test_each_profile_reads_its_models_answer(profile: str, answer: str) -> None:
    parser = PROFILES[profile].parser
    assert parser is not None
    table = parser(answer, None)
    assert [cell.text for cell in (*table.columns, *table.rows[0])] == ["Year", "A", "2018", "1.5"]


def test_the_exact_prompts() -> None:
    assert {name: profile.prompt for name, profile in PROFILES.items() if name != "generic"} == {
        "mineru2.5": "\nTable Recognition:",
        "mineru2.5-pro": "\nImage Analysis:",
        "pp-chart2table": None,
        "paddleocr-vl": "Chart Recognition:",
        "chart-graph": None,
        "fake": None,
    }


def test_only_the_bundled_model_wants_words() -> None:
    assert [name for name, profile in PROFILES.items() if profile.wants_words] == ["chart-graph"]


def test_choosing_a_profile_loads_no_model_library() -> None:
    code = "import sys, serve_app.charts.profiles; print({'torch', 'transformers', 'ray', 'scipy'} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "set()"

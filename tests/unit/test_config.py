import pytest
from pydantic import ValidationError

from serve_app.config import AppConfig


def test_defaults_are_valid_and_frozen():
    config = AppConfig()
    assert config.device == "auto"
    with pytest.raises(ValidationError):
        config.device = "cpu"


@pytest.mark.parametrize(
    "arguments",
    [
        {"devise": "cpu"},
        {"device": "tpu"},
        {"ocr": {"thread": 2}},
        {"chart": {"max_long_side": 512}},  # under the floor of 768
        {"ocr": {"engine": "paddle"}},  # the installed weights are ONNX
        {"ocr": {"detection_model": "PP-OCRv5_server_det"}},  # without its recognition model
        {"ocr": {"detection_dir": "/models/det"}},  # without its name
    ],
)
def test_mistakes_are_refused(arguments):
    with pytest.raises(ValidationError):
        AppConfig.model_validate(arguments)

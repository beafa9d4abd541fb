import yaml

from serve_app.ocr import weights as ocr_weights


def test_the_installed_files_have_their_checksums(tmp_path):
    detection, recognition = ocr_weights.lay_out(tmp_path)
    for folder, weights in ((detection, ocr_weights.DETECTION), (recognition, ocr_weights.RECOGNITION)):
        assert (folder / "inference.onnx").stat().st_size > 1_000_000
        settings = yaml.safe_load((folder / "inference.yml").read_text())
        assert settings["Global"]["model_name"] == weights.model_name
    assert len(settings["PostProcess"]["character_dict"]) == 18_708
    folder = ocr_weights.lay_out_line_orientation(tmp_path)
    settings = yaml.safe_load((folder / "inference.yml").read_text())
    assert settings["Global"]["model_name"] == ocr_weights.LINE_ORIENTATION.model_name

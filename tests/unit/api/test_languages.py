"""`language` reaches the OCR where it is configured, and is refused before any model is asked where it is not."""

import pytest

from serve_app.api.languages import check_language
from serve_app.api.model_schemas import ModelBody
from serve_app.config import AppConfig, OcrConfig
from serve_app.domain import ModelInfo, Script
from serve_app.errors import InvalidParameter
from tests.drawings import draw_page, encode

PNG = encode(draw_page(("one line",), width=300))


def test_the_refusal_names_what_is_configured():
    config = OcrConfig(languages={"ru": "eslav_PP-OCRv5_mobile_rec", "el": "el_PP-OCRv5_mobile_rec"})
    check_language(config, None)
    check_language(config, "ru")
    with pytest.raises(InvalidParameter, match=r"'th'\. Send one of: el, ru"):
        check_language(config, "th")
    with pytest.raises(InvalidParameter, match="no model is configured for any"):
        check_language(OcrConfig(), "th")


@pytest.mark.parametrize("route", ["/v1/ocr", "/v1/chart", "/v1/analyze", "/v1/document"])
async def test_each_route_refuses_one_that_is_not_configured(service, route):
    answer = await service.http.post(
        route, params={"language": "ru"}, content=PNG, headers={"Content-Type": "image/png"}
    )
    assert (answer.status_code, service.calls) == (422, 0)
    assert "language: there is no recognition model for 'ru'" in answer.json()["error"]["message"]


class TestConfigured:
    @pytest.fixture
    def config(self):
        return AppConfig(ocr=OcrConfig(languages={"ru": "eslav_PP-OCRv5_mobile_rec"}))

    @pytest.mark.parametrize("route", ["/v1/ocr", "/v1/chart", "/v1/analyze", "/v1/document"])
    async def test_each_route_has_it_read_with_its_model(self, service, route):
        headers = {"Content-Type": "image/png"}
        for language in ("ru", None):
            params = {"language": language} if language else {}
            answer = await service.http.post(route, params=params, content=PNG, headers=headers)
            assert answer.status_code == 200
            assert service.ocr.options.language == language


def test_the_scripts_of_a_model_are_told_and_those_of_its_languages():
    scripts = (Script("Han", 15_000), Script("Latin", 500))
    info = ModelInfo("PP-OCRv6_small", "ocr", "onnxruntime", "cpu", scripts, {"ru": (Script("Cyrillic", 70),)})
    body = ModelBody.of(info).model_dump(exclude_none=True)
    assert body["scripts"] == [{"name": "Han", "letters": 15_000}, {"name": "Latin", "letters": 500}]
    assert body["languages"] == {"ru": [{"name": "Cyrillic", "letters": 70}]}
    assert ModelBody.of(ModelInfo("m", "chart", "transformers", "cpu")).model_dump(exclude_none=True).keys() == {
        "name",
        "task",
        "engine",
        "device",
    }

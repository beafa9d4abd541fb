"""Each field of PaddleX's request reaches what it is for, and what is wrong with one is told by its name."""

import json
from base64 import b64encode

import pytest

from serve_app.api import json_file
from serve_app.api.paddlex import OcrFields
from serve_app.config import AppConfig, Limits, OcrConfig
from serve_app.domain import OcrOptions
from serve_app.errors import Busy, InvalidParameter
from tests.drawings import draw_page, encode

PNG = encode(draw_page(("one line",), width=300))
FILE = b64encode(PNG).decode()


async def post(service, **fields):
    answer = await service.http.post("/ocr", json={"file": FILE, "fileType": 1, **fields})
    return answer.status_code, answer.json()


async def test_every_parameter_becomes_an_option(service):
    await post(
        service,
        textDetLimitSideLen=960,
        textDetLimitType="max",
        textDetThresh=0.1,
        textDetBoxThresh=0.2,
        textDetUnclipRatio=1.7,
        textRecScoreThresh=0.4,
        returnWordBox=True,
        useDocOrientationClassify=False,
        useDocUnwarping=None,
    )
    assert service.ocr.options == OcrOptions(
        text_det_limit_side_len=960,
        text_det_limit_type="max",
        text_det_thresh=0.1,
        text_det_box_thresh=0.2,
        text_det_unclip_ratio=1.7,
        text_rec_score_thresh=0.4,
        return_word_box=True,
    )
    await post(service)
    assert service.ocr.options == OcrOptions()


async def test_the_orientation_of_lines_is_asked_of_the_engine_and_that_of_the_page_of_its_model(service):
    _, body = await post(service, useTextlineOrientation=True, useDocOrientationClassify=True)
    assert service.ocr.options == OcrOptions(use_textline_orientation=True)
    [result] = body["result"]["ocrResults"]
    assert result["prunedResult"]["doc_preprocessor_res"]["angle"] == 0
    assert result["prunedResult"]["model_settings"] == {"use_doc_preprocessor": True}
    assert {"ocrImage", "docPreprocessingImage", "inputImage"} <= result.keys()


def test_a_model_that_is_not_loaded_is_refused_by_its_field():
    paddle = {"engine": "paddle", "detection_model": "det", "recognition_model": "rec"}
    without, with_model = OcrConfig(**paddle), OcrConfig(**paddle, line_orientation_dir="/models/ori")
    for fields, config in (({"useDocUnwarping": True}, with_model), ({"useTextlineOrientation": True}, without)):
        with pytest.raises(InvalidParameter, match=f"{next(iter(fields))}: this service has not loaded the model"):
            OcrFields(**fields).as_ocr_options(config)
    assert OcrFields(useTextlineOrientation=True).as_ocr_options(with_model).use_textline_orientation


async def test_each_wrong_field_is_named(service):
    status, body = await post(service, textDetThresh="high", textDetLimitType="mean")
    assert (status, service.calls) == (422, 0)
    first, second = body["errorMsg"].split("; ")
    assert first.startswith("textDetLimitType: Input should be 'min' or 'max'")
    assert second.startswith("textDetThresh: Input should be a valid number")


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"[1]", "body: Input should be "), (b'"a"', "body: Input should be "), (b"{", "body: the JSON is invalid: EOF")],
)
async def test_a_body_that_is_no_object_is_named_too(service, content, message):
    answer = await service.http.post("/ocr", content=content)
    assert answer.status_code == 422
    assert answer.json()["errorMsg"].startswith(message)


async def test_base64_may_be_broken_into_lines(service):
    broken = "\r\n".join(FILE[start : start + 76] for start in range(0, len(FILE), 76))
    assert (await post(service, file=f" {broken}\n"))[0] == 200


@pytest.mark.parametrize("file", ["data:image/png," + FILE, FILE + "A", FILE.replace("A", "*"), "ä" + FILE])
async def test_what_is_no_base64_is_refused(service, file):
    status, body = await post(service, file=file)
    assert (status, service.calls) == (422, 0)
    assert body["errorMsg"].startswith("file: ")


@pytest.mark.parametrize("end", ["", "=", "==", "==="])
async def test_any_padding_is_taken(service, end):
    assert (await post(service, file=FILE.rstrip("=") + end))[0] == 200


@pytest.mark.parametrize("sign", [",", ":", "[", "{"])
async def test_a_json_of_many_values_is_not_parsed(service, sign):
    """Its values would take many times the memory of its text."""

    async def refuse(count):
        body = json.dumps({"file": "A", "fileType": 1, "logId": ""})
        present = sum(map(body.count, ",:[{"))
        content = body.replace('"logId": ""', f'"logId": "{sign * (count - present)}"')
        return "values" in (await service.http.post("/ocr", content=content)).json()["errorMsg"]

    assert not await refuse(json_file._MAX_VALUES)
    assert await refuse(json_file._MAX_VALUES + 1)


@pytest.mark.parametrize("file", ["http://127.0.0.1/a.png", "https://127.0.0.1/a.png"])
async def test_urls_of_both_schemes_are_urls(service, file):
    status, body = await post(service, file=file)
    assert status == 422
    assert "does not fetch URLs" in body["errorMsg"]


@pytest.mark.parametrize(("visualize", "pictures"), [(None, True), (False, False), (True, True)])
async def test_pictures_come_unless_they_are_not_wanted(service, visualize, pictures):
    _, body = await post(service, visualize=visualize)
    [result] = body["result"]["ocrResults"]
    assert ({"ocrImage", "inputImage"} <= set(result)) is pictures


async def test_a_busy_model_tells_when_to_come_again(service):
    service.ocr.error = Busy("busy", retry_after=7)
    answer = await service.http.post("/ocr", json={"file": FILE, "fileType": 1})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    service.ocr.error = None
    answer = await service.http.post("/ocr", json={"file": FILE, "fileType": 1}, headers={"x-deadline-s": "no"})
    assert answer.status_code == 422
    assert "x-deadline-s: " in answer.json()["errorMsg"]
    assert "retry-after" not in answer.headers


class TestLimit:
    @pytest.fixture
    def config(self):
        return AppConfig(limits=Limits(max_bytes=3000))

    @pytest.mark.parametrize(("size", "status"), [(3000, 415), (3001, 413)])
    async def test_the_bound_is_on_the_images_bytes(self, service, size, status):
        found, body = await post(service, file=b64encode(b"A" * size).decode())
        assert found == status
        assert ("3,001 bytes" in body["errorMsg"]) is (status == 413)

"""Real images, over real HTTP, read by the real models that are installed."""

import csv
from base64 import b64encode
from io import StringIO

import pytest
from PIL import Image
from rapidfuzz.distance import Levenshtein

from serve_app.config import OcrConfig
from serve_app.domain import OcrOptions
from serve_app.serving.engines import load_ocr
from tests.drawings import PAGE_LINES, SALES, draw_chart, draw_page, encode
from tests.hostile import HOSTILE

pytestmark = pytest.mark.serve

PAGE = encode(draw_page())
CHART = encode(draw_chart())


def upload(image, name="image.png", kind="image/png"):
    return {"file": (name, image, kind)}


def test_health_ready_and_models(service):
    assert service.get("/health").json()["status"] == "healthy"
    assert service.get("/ready").json()["ready"] is True
    models = {model["task"]: model for model in service.get("/v1/models").json()["models"]}
    assert models["ocr"]["name"] == "PP-OCRv6_small"
    assert models["chart"]["name"] == "chart-graph"


def test_the_text_of_a_page(service):
    answer = service.post("/v1/ocr", files=upload(PAGE), headers={"X-Request-ID": "page-1"})
    assert answer.status_code == 200
    assert answer.headers.get_list("x-request-id") == ["page-1"]
    assert answer.json()["request_id"] == "page-1"
    assert [line["text"] for line in answer.json()["lines"]] == list(PAGE_LINES)


def test_the_service_reads_what_paddleocr_reads(service):
    engine = load_ocr(OcrConfig(), "cpu")
    direct = engine.read(draw_page(), OcrOptions())
    served = service.post("/v1/ocr", content=PAGE, headers={"content-type": "image/png"}).json()
    assert [line["text"] for line in served["lines"]] == [line.text for line in direct.lines]
    for line, expected in zip(served["lines"], direct.lines, strict=True):
        for point, expected_point in zip(line["polygon"], expected.polygon, strict=True):
            assert point == pytest.approx(expected_point, abs=1)


def test_polygons_are_in_pixels_of_the_image_as_it_is_seen(service):
    """A phone's photo is stored lying, with an EXIF orientation that turns it upright."""
    upright = draw_page()
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise to see it upright
    lying = encode(upright.transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif, quality=95)
    body = service.post("/v1/ocr", files=upload(lying, "photo.jpg", "image/jpeg")).json()
    assert (body["width"], body["height"]) == upright.size
    assert [line["text"] for line in body["lines"]] == list(PAGE_LINES)
    left, top = body["lines"][0]["polygon"][0]
    assert left == pytest.approx(40, abs=6)
    assert top == pytest.approx(46, abs=8)


def test_the_table_of_a_chart(service):
    answer = service.post("/v1/chart?format=csv", files=upload(CHART))
    assert answer.status_code == 200
    header, *rows = csv.reader(StringIO(answer.text))
    assert len(header) == 2
    assert {label: float(value) for label, value in rows} == SALES


def test_a_chart_without_printed_values_is_read_off_its_axis(service):
    chart = service.post("/v1/chart", files=upload(encode(draw_chart(labels=False)))).json()
    assert chart["kind"] == "bar"
    assert chart["title"]["text"] == "Fruit sold"
    read = {row[0]["text"]: row[1]["number"]["value"] for row in chart["rows"]}
    assert read == pytest.approx(SALES, abs=1.0)  # of an axis that ends at 40
    assert all(0 < row[1]["confidence"] <= 1 for row in chart["rows"])


def test_analyze_shows_the_evidence_for_each_number(service):
    body = service.post("/v1/analyze", files=upload(CHART)).json()
    for row in body["chart"]["rows"]:
        label, value = row
        assert label["evidence"]["text"] == label["text"]
        assert float(value["evidence"]["text"]) == value["number"]["value"]
        assert value["evidence"]["line"] == next(
            index for index, line in enumerate(body["ocr"]["lines"]) if line["polygon"] == value["evidence"]["polygon"]
        )


def test_paddlex_clients_work_unchanged(service):
    body = service.post("/ocr", json={"file": b64encode(PAGE).decode(), "fileType": 1, "logId": "log-1"}).json()
    assert (body["logId"], body["errorCode"]) == ("log-1", 0)
    pruned = body["result"]["ocrResults"][0]["prunedResult"]
    assert pruned["rec_texts"] == list(PAGE_LINES)
    assert set(pruned) >= {"model_settings", "dt_polys", "text_det_params", "text_type", "text_rec_score_thresh"}
    assert set(pruned) >= {"return_word_box", "rec_scores", "rec_polys", "rec_boxes"}
    assert not set(pruned) & {"input_path", "page_index"}


async def test_paddleocr_mcp_reads_from_the_service(service):
    from paddleocr_mcp.inference.ocr.self_hosted import OCRSelfHostedInference
    from paddleocr_mcp.inference.types import InferenceRequest

    client = OCRSelfHostedInference(str(service.base_url).rstrip("/"))
    await client.start()
    try:
        request = InferenceRequest(input_data=b64encode(PAGE).decode(), file_type="image", runtime_params={})
        result = await client.predict(request)
    finally:
        await client.stop()
    assert result.text.splitlines() == list(PAGE_LINES)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_gets_its_status_and_the_next_request_its_answer(service, name):
    make, status = HOSTILE[name]
    answer = service.post("/v1/ocr", content=make(), headers={"content-type": "application/octet-stream"})
    assert answer.status_code == status, answer.text
    assert service.get("/health").status_code == 200


def test_a_damaged_image_leaves_no_traceback_in_the_log(running):
    logged = len(running.log.read_text())
    answer = running.http.post("/v1/ocr", content=HOSTILE["png_bad_zlib"][0]())  # decoded in the replica
    assert answer.status_code == 400
    running.http.post("/v1/ocr", files=upload(PAGE))  # what is logged comes a moment later
    assert "Traceback" not in running.log.read_text()[logged:]


def test_the_service_still_reads_after_all_that(service):
    assert service.post("/v1/ocr", files=upload(PAGE)).json()["lines"][0]["text"] == PAGE_LINES[0]


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP", "BMP", "TIFF"])
def test_every_format_is_read(service, file_format):
    image = encode(draw_page(), file_format)
    body = service.post("/v1/ocr", content=image, headers={"content-type": f"image/{file_format.lower()}"}).json()
    assert body["lines"][0]["text"] == PAGE_LINES[0]


def test_small_print_is_read_with_zoom(service):
    lines = PAGE_LINES * 4
    page = encode(draw_page(lines, width=600, size=6))

    def count_errors(parameters):
        body = service.post("/v1/ocr", params=parameters, files=upload(page)).json()
        return Levenshtein.distance(body["text"], "\n".join(lines))

    assert count_errors({"zoom": "true"}) < 0.7 * count_errors({})


def test_docs_and_schema(service):
    assert "swagger" in service.get("/docs").text.lower()
    assert set(service.get("/openapi.json").json()["paths"]) >= {
        "/v1/ocr",
        "/v1/chart",
        "/v1/analyze",
        "/ocr",
        "/health",
        "/ready",
        "/v1/models",
        "/v1/capacity",
        "/v1/limits",
        "/v1/export",
        "/v1/document",
        "/layout-parsing",
        "/file_parse",
        "/v1/jobs",
        "/v1/jobs/{job_id}",
        "/v1/jobs/{job_id}/events",
        "/v1/jobs/{job_id}/result",
        "/v1/jobs/{job_id}/pages/{number}",
    }

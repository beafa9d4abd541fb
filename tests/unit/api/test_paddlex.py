import asyncio
from base64 import b64decode, b64encode
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from threading import Thread

import pytest
from PIL import Image

from serve_app.config import AppConfig, HttpConfig
from serve_app.errors import OutOfMemory
from tests.drawings import draw_page, encode

PNG = encode(draw_page(("one line",), width=300))


def payload(**fields):
    return {"file": b64encode(PNG).decode(), "fileType": 1, **fields}


async def test_the_answer_has_paddlex_form(service):
    answer = await service.http.post("/ocr", json=payload(logId="log-1", visualize=False))
    body = answer.json()
    assert (answer.status_code, body["logId"], body["errorCode"], body["errorMsg"]) == (200, "log-1", 0, "Success")
    [result] = body["result"]["ocrResults"]
    assert result == {"prunedResult": {"rec_texts": ["fake 300x116"], "rec_scores": [1.0]}}
    assert body["result"]["dataInfo"] == {"width": 300, "height": 116, "type": "image"}


async def test_parameters_reach_the_engine(service):
    await service.http.post("/ocr", json=payload(textDetLimitSideLen=960, textDetLimitType="max", returnWordBox=True))
    options = service.ocr.options
    assert (options.text_det_limit_side_len, options.text_det_limit_type) == (960, "max")
    assert options.return_word_box is True


async def test_visualize_returns_the_pictures(service):
    [result] = (await service.http.post("/ocr", json=payload(visualize=True))).json()["result"]["ocrResults"]
    drawn, sent = (Image.open(BytesIO(b64decode(result[name]))) for name in ("ocrImage", "inputImage"))
    assert drawn.size == sent.size == (300, 116)
    assert drawn.tobytes() != sent.tobytes()


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        ({"fileType": 1}, 422, "file"),
        (payload(fileType=0), 422, "PDF"),
        (payload(fileType=7), 422, "fileType"),
        ({"file": b64encode(PNG).decode()}, 422, "fileType"),
        ({"file": "*not base64*", "fileType": 1}, 422, "base64"),
        ({"file": "", "fileType": 1}, 400, "empty"),
        ({"file": b64encode(b"hello").decode(), "fileType": 1}, 415, ""),
        ({"file": "http://127.0.0.1/a.png", "fileType": 1}, 422, "allow_url"),
        (payload(useDocUnwarping=True), 422, "useDocUnwarping"),
        (payload(textDetThresh="high"), 422, "textDetThresh"),
        ({"file": "A" * 8_000_000, "fileType": 1}, 413, "limit"),
    ],
)
async def test_errors_have_paddlex_form(service, body, status, word):
    answer = await service.http.post("/ocr", json=body)
    assert answer.status_code == status
    assert set(answer.json()) == {"logId", "errorCode", "errorMsg"}
    assert answer.json()["errorCode"] == status
    assert word in answer.json()["errorMsg"]
    assert service.calls == 0


async def test_a_body_that_is_not_json_is_422(service):
    answer = await service.http.post("/ocr", content=b"{")
    assert (answer.status_code, answer.json()["errorCode"]) == (422, 422)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"fileType": 1, "logId": "log-1"}, 422),  # another field is wrong
        (payload(fileType=0, logId="log-1"), 422),
        ({"file": b64encode(b"hello").decode(), "fileType": 1, "logId": "log-1"}, 415),
    ],
)
async def test_errors_carry_the_callers_log_id(service, body, status):
    answer = await service.http.post("/ocr", json=body)
    assert (answer.status_code, answer.json()["logId"]) == (status, "log-1")


async def test_an_error_of_the_model_carries_the_callers_log_id(service):
    service.ocr.error = OutOfMemory("too large")
    answer = await service.http.post("/ocr", json=payload(logId="log-1"))
    assert (answer.status_code, answer.json()["logId"]) == (507, "log-1")


@pytest.mark.parametrize("content", [b"{", b"[1]", b'{"logId": 7}', b"\xff"])
async def test_a_body_without_a_log_id_gets_the_requests_id(service, content):
    answer = await service.http.post("/ocr", content=content, headers={"x-request-id": "abc-1"})
    assert (answer.status_code, answer.json()["logId"]) == (422, "abc-1")


class TestUrls:
    @pytest.fixture
    def config(self):
        return AppConfig(http=HttpConfig(allow_url=True))

    @pytest.fixture
    def site(self):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                found = {"/a.png": PNG, "/huge": b"\x89PNG" * 2_000_000}.get(self.path)
                self.send_response(200 if found else 404)
                self.end_headers()
                self.wfile.write(found or b"")

            def log_message(self, *_):
                pass

        with HTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = Thread(target=server.serve_forever)
            thread.start()
            yield f"http://127.0.0.1:{server.server_port}"
            server.shutdown()
            thread.join()

    @pytest.mark.parametrize(("path", "status"), [("/a.png", 200), ("/none", 400), ("/huge", 413)])
    async def test_a_url_is_fetched_where_the_config_allows_it(self, service, site, path, status):
        answer = await asyncio.wait_for(service.http.post("/ocr", json={"file": site + path, "fileType": 1}), 10)
        assert answer.status_code == status

    async def test_an_unreachable_url_is_400(self, service):
        answer = await service.http.post("/ocr", json={"file": "http://127.0.0.1:1/a.png", "fileType": 1})
        assert answer.status_code == 400

import asyncio
import json
from base64 import b64decode, b64encode, encodebytes, urlsafe_b64encode
from contextlib import suppress
from gzip import compress
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from threading import Thread

import pytest
from PIL import Image

from serve_app.api import fetch
from serve_app.config import AppConfig, HttpConfig
from serve_app.errors import OutOfMemory
from tests.drawings import draw_page, encode
from tests.pdf_drawings import draw_pdf, draw_sentences

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


async def test_pages_that_are_not_read_are_told(service):
    page = Image.new("RGB", (300, 116), "white")
    tiff = encode(page, "TIFF", save_all=True, append_images=[page, page])
    body = (await service.http.post("/ocr", json=payload(file=b64encode(tiff).decode(), visualize=False))).json()
    assert len(body["result"]["ocrResults"]) == 1
    assert body["result"]["dataInfo"] == {"width": 300, "height": 116, "type": "image", "pagesTotal": 3, "pagesRead": 1}


@pytest.mark.parametrize("kind", [{}, {"fileType": 0}])
async def test_each_page_of_a_pdf_is_a_result(service, kind):
    pdf = b64encode(draw_pdf(draw_sentences, draw_sentences)).decode()
    asked = {"file": pdf, "logId": "log-1", "visualize": False, "textDetLimitSideLen": 960, **kind}
    body = (await service.http.post("/ocr", json=asked)).json()
    size = {"width": 1224, "height": 1584}
    assert body["logId"] == "log-1"
    assert body["result"]["dataInfo"] == {"numPages": 2, "pages": [size, size], "type": "pdf"}
    read = {"rec_texts": ["fake 1224x1584"], "rec_scores": [1.0]}
    assert body["result"]["ocrResults"] == [{"prunedResult": read}] * 2
    assert service.ocr.options.text_det_limit_side_len == 960


@pytest.mark.parametrize("visualize", [{}, {"visualize": True}])
async def test_the_pages_of_a_pdf_are_shown(service, visualize):
    pdf = b64encode(draw_pdf(draw_sentences)).decode()
    [result] = (await service.http.post("/ocr", json={"file": pdf, **visualize})).json()["result"]["ocrResults"]
    drawn, sent = (Image.open(BytesIO(b64decode(result[name]))) for name in ("ocrImage", "inputImage"))
    assert drawn.size == sent.size == (1224, 1584)
    assert drawn.tobytes() != sent.tobytes()
    assert "docPreprocessingImage" not in result


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
        (payload(fileType=7), 422, "fileType"),
        ({"file": "*not base64*", "fileType": 1}, 422, "base64"),
        ({"file": "", "fileType": 1}, 400, "empty"),
        ({"file": b64encode(b"hello").decode(), "fileType": 1}, 415, ""),
        ({"file": "http://127.0.0.1/a.png", "fileType": 1}, 422, "allow_url"),
        (payload(useDocUnwarping=True), 422, "useDocUnwarping"),
        (payload(textDetThresh="high"), 422, "textDetThresh"),
        ({"file": b64encode(b"%PDF-1.7").decode()}, 400, "PDF"),
        ({"file": "\u00e4\u00e4", "fileType": 1}, 422, "base64"),
        ({"file": "data:image/png,abc", "fileType": 1}, 422, "base64"),
        ({"file": "ftp://example.org/a.png"}, 422, "base64"),
        *[
            (payload(**{name: value}), 422, name)
            for name, values in {
                "textDetUnclipRatio": (-1, 0, 11, 1e300),
                "textDetThresh": (-0.1, 1.1),
                "textDetBoxThresh": (-1, 2),
                "textRecScoreThresh": (-1, 2),
                "textDetLimitSideLen": (0, -5, 10_001, 1.5),
            }.items()
            for value in values
        ],
        (payload(extra=list(range(2_000))), 422, "1,000 values"),
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


@pytest.mark.parametrize(
    "name", ["textDetUnclipRatio", "textDetThresh", "textDetBoxThresh", "textRecScoreThresh", "textDetLimitSideLen"]
)
@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999"])
async def test_numbers_that_are_none_are_422(service, name, value):
    body = json.dumps(payload()).replace('"fileType": 1', f'"{name}": {value}')
    answer = await service.http.post("/ocr", content=body)
    assert (answer.status_code, service.calls) == (422, 0)
    assert name in answer.json()["errorMsg"]


@pytest.mark.parametrize(
    "file",
    [
        "data:image/png;base64," + b64encode(PNG).decode(),
        "data:image/png;charset=x;base64," + b64encode(PNG).decode(),
        urlsafe_b64encode(PNG).decode(),
        b64encode(PNG + b"\0").decode().rstrip("="),
        b64encode(PNG + b"\0\0").decode().rstrip("="),
        encodebytes(PNG).decode(),
    ],
)
async def test_base64_is_read_as_clients_write_it(service, file):
    answer = await service.http.post("/ocr", json={"file": file, "visualize": False})
    assert answer.status_code == 200, answer.text
    assert answer.json()["result"]["dataInfo"]["width"] == 300


async def test_the_documented_client_of_paddlex_finds_what_it_looks_for(service):
    [result] = (await service.http.post("/ocr", json=payload())).json()["result"]["ocrResults"]
    assert Image.open(BytesIO(b64decode(result["ocrImage"]))).size == (300, 116)
    assert result["prunedResult"]


@pytest.mark.parametrize("content_type", ["multipart/form-data; boundary=X", "image/png"])
async def test_other_content_is_sent_to_the_other_route(service, content_type):
    answer = await service.http.post("/ocr", content=PNG, headers={"content-type": content_type})
    assert (answer.status_code, set(answer.json())) == (415, {"logId", "errorCode", "errorMsg"})
    assert content_type.partition(";")[0] in answer.json()["errorMsg"]
    assert "/v1/ocr" in answer.json()["errorMsg"]


async def test_an_unexpected_error_has_paddlex_form_too(service, caplog):
    service.ocr.error = RuntimeError("secret detail")
    answer = await service.http.post("/ocr", json=payload(logId="log-1"))
    assert (answer.status_code, answer.json()["errorCode"], answer.json()["logId"]) == (500, 500, "log-1")
    assert "secret" not in answer.text
    assert "secret detail" in caplog.text


async def test_a_log_id_is_bounded_to_printable_ascii(service):
    answer = await service.http.post("/ocr", json=payload(logId="x\n" * 20_000))
    assert answer.json()["logId"] == "x" * 128


async def test_a_body_that_is_not_json_is_422(service):
    answer = await service.http.post("/ocr", content=b"{")
    assert (answer.status_code, answer.json()["errorCode"]) == (422, 422)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"fileType": 1, "logId": "log-1"}, 422),  # another field is wrong
        ({"file": b64encode(b"%PDF-1.7").decode(), "fileType": 0, "logId": "log-1"}, 400),
        ({"file": b64encode(b"hello").decode(), "fileType": 1, "logId": "log-1"}, 415),
    ],
)
async def test_errors_carry_the_callers_log_id(service, body, status):
    answer = await service.http.post("/ocr", json=body)
    assert (answer.status_code, answer.json()["logId"]) == (status, "log-1")


async def test_an_error_of_the_model_carries_the_callers_log_id(service):
    service.ocr.error = OutOfMemory("too large")
    answer = await service.http.post("/ocr", json=payload(logId="log-1"))
    assert (answer.status_code, answer.json()["logId"]) == (503, "log-1")


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
        asked = self.asked = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                found = {"/a.png": PNG, "/huge": b"\x89PNG" * 2_000_000, "/inflated": compress(PNG)}.get(self.path)
                self.send_response(302 if self.path == "/elsewhere" else 200 if found else 404)
                if self.path == "/inflated":
                    self.send_header("content-encoding", "gzip")
                if self.path == "/elsewhere":
                    self.send_header("location", "/a.png")
                asked.append(dict(self.headers))
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

    @pytest.fixture
    def open_network(self, monkeypatch):
        """Let the test's own server count as a public one."""
        monkeypatch.setattr(fetch, "is_public", lambda _: True)

    @pytest.mark.parametrize(
        ("path", "status"),
        [("/a.png", 200), ("/none", 400), ("/huge", 413), ("/inflated", 400), ("/elsewhere", 400)],
    )
    @pytest.mark.usefixtures("open_network")
    async def test_a_url_is_fetched_where_the_config_allows_it(self, service, site, path, status):
        answer = await asyncio.wait_for(service.http.post("/ocr", json={"file": site + path, "fileType": 1}), 60)
        assert answer.status_code == status

    @pytest.mark.usefixtures("open_network")
    async def test_the_name_goes_along_and_no_encoding_is_asked_for(self, service, site, monkeypatch):
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
        url = site.replace("127.0.0.1", "localhost") + "/a.png"
        assert (await service.http.post("/ocr", json={"file": url})).status_code == 200
        [headers] = self.asked
        assert headers["Host"].startswith("localhost:")
        assert headers["Accept-Encoding"] == "identity"

    async def test_only_public_addresses_are_asked_and_every_failure_is_told_alike(self, service, site):
        port = site.rpartition(":")[2]
        messages = set()
        for host in (
            *("127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "0177.0.0.1", "0.0.0.0", "[::1]", "[::]"),
            *("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254"),
            *("[fe80::1]", "[fd00::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "224.0.0.1", "100.64.0.1"),
            *("[64:ff9b:1::7f00:1]", "[::7f00:1]", "[fec0::1]", "255.255.255.255", "no-such-host.invalid"),
        ):
            answer = await service.http.post("/ocr", json={"file": f"http://{host}:{port}/a.png"})
            assert answer.status_code == 400, host
            messages.add(answer.json()["errorMsg"])
        for path in ("http://", "http://[", "http://a:b:c/", "http://\u0000/"):
            answer = await service.http.post("/ocr", json={"file": path})
            assert answer.status_code == 400, path
            messages.add(answer.json()["errorMsg"])
        assert len(messages) == 1
        assert self.asked == []

    @pytest.mark.usefixtures("open_network")
    async def test_a_server_that_drips_is_given_up(self, service, monkeypatch):
        async def drip(reader, writer):
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            with suppress(ConnectionError):
                while True:
                    writer.write(b"\x89")
                    await writer.drain()
                    await asyncio.sleep(0.01)
            writer.close()
            ended.set()

        ended = asyncio.Event()
        monkeypatch.setattr(fetch, "TIMEOUT_S", 0.2)
        async with await asyncio.start_server(drip, "127.0.0.1", 0) as server:
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/a.png"
            answer = await asyncio.wait_for(service.http.post("/ocr", json={"file": url}), 60)
            await asyncio.wait_for(ended.wait(), 60)
        assert answer.status_code == 400

    @pytest.mark.usefixtures("open_network")
    async def test_an_unreachable_url_is_400(self, service):
        answer = await service.http.post("/ocr", json={"file": "http://127.0.0.1:1/a.png", "fileType": 1})
        assert answer.status_code == 400

import asyncio
from pathlib import Path

import pytest

from serve_app import errors
from serve_app.config import AppConfig, HttpConfig, Limits
from tests.drawings import draw_page, encode
from tests.hostile import HOSTILE

ROOT = Path(__file__).parents[3]
PNG = encode(draw_page(("one line",), width=300))
SIZE = "fake 300x116"


async def test_multipart_and_raw_bodies_read_alike(service):
    form = await service.http.post("/v1/ocr", files={"file": ("page.png", PNG, "image/png")})
    raw = await service.http.post("/v1/ocr", content=PNG, headers={"content-type": "image/png"})
    assert form.status_code == raw.status_code == 200
    assert form.json()["lines"] == raw.json()["lines"]
    assert form.json()["text"] == SIZE


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF", "AVIF"])
async def test_every_format_is_read(service, file_format):
    image = encode(draw_page(("one line",), width=300), file_format)
    answer = await service.http.post("/v1/ocr", content=image, headers={"content-type": f"image/{file_format.lower()}"})
    assert (answer.status_code, answer.json()["width"], answer.json()["height"]) == (200, 300, 116)


@pytest.mark.parametrize("path", ["/v1/ocr", "/v1/chart", "/v1/analyze"])
async def test_a_photo_of_a_telephone_is_read(service, path):
    photo = (ROOT / "tests" / "samples" / "turned.heic").read_bytes()
    answer = await service.http.post(path, files={"file": ("IMG_0001.HEIC", photo, "image/heic")})
    assert (answer.status_code, answer.json()["pagesTotal"]) == (200, 2)
    refused = await service.http.post(path, content=photo[:1000], headers={"content-type": "image/heic"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "unreadable_image")


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # of the broken metadata that it skips
@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_file_gets_its_status_and_touches_no_model(service, name):
    make, status = HOSTILE[name]
    answer = await service.http.post("/v1/analyze", content=make())
    assert answer.status_code == status, answer.text
    if status != 200:
        assert service.calls == 0
        assert set(answer.json()["error"]) == {"code", "message", "retryable", "request_id"}


async def test_the_request_id_is_the_callers(service):
    answer = await service.http.post("/v1/ocr", content=PNG, headers={"x-request-id": "abc-123"})
    assert answer.json()["request_id"] == "abc-123"
    refused = await service.http.post("/v1/ocr", content=b"", headers={"x-request-id": "abc-124"})
    assert refused.json()["error"]["request_id"] == "abc-124"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/ocr?word=true", 422, "invalid_parameter"),
        ("/v1/ocr?words=perhaps", 422, "invalid_parameter"),
        ("/v1/chart?format=xls", 422, "invalid_parameter"),
        ("/v1/analyze?format=csv", 422, "invalid_parameter"),
        ("/v1/charts", 404, "not_found"),
    ],
)
async def test_wrong_paths_and_parameters(service, path, status, code):
    answer = await service.http.post(path, content=PNG)
    assert (answer.status_code, answer.json()["error"]["code"], service.calls) == (status, code, 0)


async def test_a_wrong_method_is_answered_in_the_same_form(service):
    answer = await service.http.get("/v1/ocr")
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")


async def test_a_form_without_a_file_says_how_to_send_one(service):
    answer = await service.http.post("/v1/ocr", files={"image": ("page.png", PNG, "image/png")})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_request")
    assert "file=@" in answer.json()["error"]["message"]


async def test_a_body_that_can_hold_no_image_is_415(service):
    answer = await service.http.post("/v1/ocr", json={"file": "…"})
    assert answer.status_code == 415


async def test_an_upload_without_a_length_is_stopped_at_the_limit(service):
    sent = 0

    async def body():
        nonlocal sent
        for _ in range(100):
            sent += 1
            yield b"\x89PNG" * 65536

    answer = await service.http.post("/v1/ocr", content=body())
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "too_many_bytes"


@pytest.mark.parametrize("charset", ["punycode", "idna", "no-such", "zlib_codec", "undefined", "rot13"])
async def test_a_form_in_an_odd_charset_is_400(service, charset):
    form = b'--X\r\nContent-Disposition: form-data; name="a\xff"\r\n\r\nv\xff\r\n--X--'
    content_type = f"multipart/form-data; boundary=X; charset={charset}"
    answer = await service.http.post("/v1/ocr", content=form, headers={"content-type": content_type})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_request")


@pytest.mark.parametrize("field", ["zoom", "words", "format", "filename"])
async def test_form_fields_beside_the_file_are_refused_as_unknown_parameters_are(service, field):
    answer = await service.http.post("/v1/ocr", files={"file": PNG}, data={field: "true"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_parameter")
    assert field in answer.json()["error"]["message"]
    assert "?zoom=true" in answer.json()["error"]["message"]
    assert service.calls == 0


@pytest.mark.parametrize(
    ("sent", "echoed"),
    [
        (b"a" * 1_000_000, "a" * 128),
        (b"tab\there", "tabhere"),
        ("umlaut\u00e4".encode(), "umlaut"),
        (b"plain id", "plain id"),
    ],
)
async def test_a_request_id_is_bounded_to_printable_ascii(service, sent, echoed):
    answer = await service.http.post("/v1/ocr", content=PNG, headers={"x-request-id": sent})
    assert answer.json()["request_id"] == echoed


@pytest.mark.parametrize("path", ["/v1/ocr", "/v1/chart", "/v1/analyze"])
async def test_an_answer_says_how_many_pages_were_not_read(service, path):
    pages = encode(draw_page(), "TIFF", save_all=True, append_images=[draw_page(), draw_page()])
    body = (await service.http.post(path, content=pages)).json()
    assert (body["pagesTotal"], body["pagesRead"]) == (3, 1)
    body = (await service.http.post(path, content=PNG)).json()
    assert (body["pagesTotal"], body["pagesRead"]) == (1, 1)


class TestArrival:
    """Uploads that do not come, or come slowly."""

    @pytest.fixture
    def config(self):
        return AppConfig(http=HttpConfig(deadline_s=0.2), limits=Limits(arriving_mb=1, max_in_flight=4))

    async def stall(self, service, first=b"\x89PNG", path="/v1/ocr", headers=None):
        begun = asyncio.Event()

        async def body():
            yield first
            begun.set()
            await asyncio.sleep(10)
            yield b""

        request = asyncio.create_task(service.http.post(path, content=body(), headers=headers))
        await begun.wait()
        return request

    @pytest.mark.parametrize(
        ("path", "content_type", "first"),
        [
            ("/v1/ocr", "image/png", b"\x89PNG"),
            ("/v1/analyze", "multipart/form-data; boundary=X", b"--X\r\n"),
            ("/ocr", "application/json", b"{"),
        ],
    )
    async def test_the_time_of_the_upload_counts(self, service, path, content_type, first):
        answer = await (await self.stall(service, first, path, {"content-type": content_type}))
        assert answer.status_code == 408
        assert "0.2 s" in answer.text
        assert service.loads["ocr"].in_flight == 0

    async def test_stalled_uploads_keep_nobody_out(self, service):
        stalled = [await self.stall(service) for _ in range(30)]
        assert (await service.http.post("/v1/ocr", content=PNG)).status_code == 200
        assert service.loads["ocr"].in_flight == 0
        assert {(await request).status_code for request in stalled} == {408}

    async def test_the_memory_of_arriving_uploads_is_bounded(self, service):
        stalled = [await self.stall(service, bytes(499_000)) for _ in range(2)]
        refused = await service.http.post("/v1/ocr", content=PNG + bytes(5_000))
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")
        await asyncio.gather(*stalled)
        assert (await service.http.post("/v1/ocr", content=PNG)).status_code == 200

    async def test_a_client_that_goes_away_is_no_failure_of_the_service(self, service, caplog):
        sent = []

        async def receive():
            return {"type": "http.disconnect"}

        async def send(message):
            sent.append(message)

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/v1/ocr",
            "raw_path": b"/v1/ocr",
            "query_string": b"",
            "headers": [(b"content-type", b"image/png")],
            "http_version": "1.1",
            "scheme": "http",
        }
        await service.http._transport.app(scope, receive, send)
        assert sent[0]["status"] == 400
        assert not [record for record in caplog.records if record.levelname != "INFO"]  # but the audit log


async def test_chart_formats(service):
    async def read(chart_format):
        answer = await service.http.post(f"/v1/chart?format={chart_format}", content=PNG)
        return answer.headers["content-type"].partition(";")[0], answer.text

    assert await read("csv") == ("text/csv", ",pixels\r\nwidth,300\r\nheight,116\r\n")
    kind, markdown = await read("markdown")
    assert kind == "text/markdown"
    assert "| width | 300 |" in markdown
    kind, html = await read("html")
    assert kind == "text/html"
    assert "<td>300</td>" in html


async def test_a_chart_in_json_has_typed_cells(service):
    chart = (await service.http.post("/v1/chart", content=PNG)).json()
    assert chart["model"] == "fake"
    assert chart["resolution"] == {"width": 300, "height": 116}
    assert chart["truncated"] is False
    assert chart["rows"][0][1]["number"] == {"value": 300.0, "unit": None, "percent": False}


async def test_analyze_carries_the_evidence(service):
    body = (await service.http.post("/v1/analyze", content=PNG)).json()
    assert body["ocr"]["lines"][0]["text"] == SIZE
    title = body["chart"]["title"]  # "fake" is a word of the OCR's only line
    assert title["evidence"]["line"] == 0
    assert body["chart"]["rows"][0][0]["evidence"] is None


async def test_the_chart_model_is_given_the_words_in_its_own_pixels(service):
    large = encode(draw_page(("one line",), width=2048))
    await service.http.post("/v1/chart", content=large)
    [line] = service.chart.lines
    assert line.polygon[2][0] == pytest.approx(1024)  # the right edge, in the picture bounded to 1024 pixels


@pytest.mark.parametrize(
    ("error", "status", "retry_after"),
    [
        (errors.Busy("busy", retry_after=7), 429, "7"),
        (errors.ModelUnavailable("died"), 503, None),
        (errors.OutOfMemory("too large"), 503, None),
        (errors.ModelFailed("failed"), 500, None),
        (RuntimeError("secret detail"), 500, None),
    ],
)
async def test_model_errors_are_answered_in_one_form(service, error, status, retry_after):
    service.ocr.error = error
    answer = await service.http.post("/v1/ocr", content=PNG)
    assert (answer.status_code, answer.headers.get("retry-after")) == (status, retry_after)
    assert "secret" not in answer.text
    service.ocr.error = None
    assert (await service.http.post("/v1/ocr", content=PNG)).status_code == 200


async def hang(*_):
    await asyncio.Event().wait()


class TestDeadline:
    @pytest.fixture
    def config(self):
        return AppConfig(http=HttpConfig(deadline_s=0.05))

    async def test_a_late_answer_is_504(self, service, monkeypatch):
        monkeypatch.setattr(service.ocr, "read", hang)
        answer = await service.http.post("/v1/ocr", content=PNG)
        assert (answer.status_code, answer.json()["error"]["retryable"]) == (504, True)


async def test_a_header_shortens_the_deadline(service, monkeypatch):
    monkeypatch.setattr(service.ocr, "read", hang)
    answer = await service.http.post("/v1/ocr", content=PNG, headers={"x-deadline-s": "0.05"})
    assert answer.status_code == 504
    assert "0.05 s" in answer.json()["error"]["message"]
    refused = await service.http.post("/v1/ocr", content=PNG, headers={"x-deadline-s": "-1"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "invalid_parameter")


async def test_zoom_reads_in_tiles(service):
    large = encode(draw_page(("one line",) * 20, width=1500))
    answer = await service.http.post("/v1/ocr?zoom=true", content=large)
    assert answer.status_code == 200
    assert service.ocr.calls > 1


async def test_errors_are_documented_with_examples(service):
    document = (await service.http.get("/openapi.json")).json()
    responses = document["paths"]["/v1/chart"]["post"]["responses"]
    assert {"400", "408", "413", "415", "422", "429", "500", "503", "504"} <= set(responses)
    examples = responses["413"]["content"]["application/json"]["examples"]
    assert set(examples) == {"too_many_bytes", "too_many_pixels"}
    assert "image/png" in document["paths"]["/v1/ocr"]["post"]["requestBody"]["content"]
    assert (await service.http.get("/docs")).status_code == 200

"""`/mcp` by the SDK's own client, on fake engines."""

import asyncio
import base64
import json
import random

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from serve_app.api.json_file import FIELDS
from serve_app.api.key_file import Keys
from serve_app.api.mcp import endpoint
from serve_app.config import AppConfig, HttpConfig, Limits, OcrConfig
from serve_app.domain import ReadingWarning
from serve_app.errors import Busy
from serve_app.pipeline import text
from serve_app.pipeline.service import OCR
from tests.drawings import draw_page, encode, sketch_chart
from tests.pdf_drawings import draw_pdf, draw_scan, draw_sentences
from tests.unit.api.test_key_file import a_key

PAGE = base64.b64encode(encode(draw_page())).decode()
CHART = base64.b64encode(encode(sketch_chart())).decode()
PDF = base64.b64encode(draw_pdf(draw_sentences, draw_scan)).decode()

ERAS = ["legacy", "2026-07-28"]
"""Of the protocol: with the handshake `initialize`, and with requests that stand alone."""


@pytest.fixture
async def api(service):
    """The application while its lifespan lasts, which begins and ends in one task, as under a server."""
    app = service.http._transport.app
    begun, end = asyncio.Event(), asyncio.Event()

    async def live():
        async with app.router.lifespan_context(app):
            begun.set()
            await end.wait()

    life = asyncio.create_task(live())
    await begun.wait()
    yield app
    end.set()
    await life


def connect(app, mode="auto", **headers):
    http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), headers=headers, timeout=30)
    return Client(streamable_http_client("http://service/mcp", http_client=http), mode=mode)


async def post(app, body, **headers):
    http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app))
    needed = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    async with http:
        return await http.post("http://service/mcp", content=body, headers=needed | headers)


@pytest.mark.parametrize("mode", ERAS)
class TestTools:
    async def test_they_are_listed(self, api, mode):
        async with connect(api, mode) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert list(tools) == ["read_text", "read_chart", "read_document"]
        for tool in tools.values():
            assert tool.input_schema["required"] == ["file"]
            assert "URL" in tool.input_schema["properties"]["file"]["description"]
            assert "http" not in tool.input_schema["properties"]["file"]["description"]
            assert tool.output_schema["type"] == "object"
            assert tool.annotations.read_only_hint

    async def test_text(self, api, service, mode):
        async with connect(api, mode) as client:
            result = await client.call_tool("read_text", {"file": PAGE})
            with_lines = await client.call_tool("read_text", {"file": PAGE, "lines": True})
        assert not result.is_error
        values = result.structured_content
        assert result.content[0].text == values["text"] != ""
        assert (values["pagesTotal"], values["pagesRead"], values["lines"]) == (1, 1, None)
        assert values["text"] == "\n".join(line["text"] for line in with_lines.structured_content["lines"])
        over_http = (await service.http.post("/v1/ocr", content=base64.b64decode(PAGE))).json()
        assert over_http["lines"] == [
            {name: value for name, value in line.items() if value is not None}
            for line in with_lines.structured_content["lines"]
        ]

    async def test_chart(self, api, service, mode):
        async with connect(api, mode) as client:
            result = await client.call_tool("read_chart", {"file": f"data:image/png;base64,{CHART}"})
        over_http = (await service.http.post("/v1/chart", content=base64.b64decode(CHART))).json()
        assert result.structured_content | {"request_id": ""} == over_http | {"request_id": ""}
        markdown = await service.http.post("/v1/chart?format=markdown", content=base64.b64decode(CHART))
        assert result.content[0].text == markdown.text
        assert "right: " in result.content[1].text

    async def test_document(self, api, service, mode):
        async with connect(api, mode) as client:
            result = await client.call_tool("read_document", {"file": PDF, "pages": "1"})
            whole = await client.call_tool("read_document", {"file": PDF})
        values = result.structured_content
        assert (values["kind"], values["pagesTotal"], values["pagesRead"]) == ("PDF", 2, 1)
        assert values["pages"][0]["markdown"] == result.content[0].text
        assert "1 of the document's 2 pages" in result.content[1].text
        assert len(whole.structured_content["pages"]) == 2

    @pytest.mark.parametrize(
        ("tool", "arguments", "told"),
        [
            ("read_text", {}, "file: Field required"),
            (
                "read_text",
                {"file": PAGE, "zoo": True},
                "zoo: Extra inputs are not permitted. Arguments: file, language",
            ),
            ("read_text", {"file": "\N{SNOWMAN}"}, "base64"),
            ("read_text", {"file": base64.b64encode(b"no image").decode()}, "unsupported_media"),
            ("read_text", {"file": "http://example.org/a.png"}, "http.allow_url"),
            ("read_chart", {"file": PAGE[: len(PAGE) // 2]}, "unreadable_image"),
            ("read_document", {"file": PDF, "pages": "9"}, "pages"),
            ("read_text", {"file": PAGE, "language": "ru"}, "no recognition model for 'ru'"),
            ("read_chart", {"file": CHART, "language": "ru"}, "no recognition model for 'ru'"),
            ("read_document", {"file": PDF, "language": "ru"}, "no recognition model for 'ru'"),
            ("read_nothing", {"file": PAGE}, "read_text, read_chart, read_document"),
        ],
    )
    async def test_what_is_wrong_is_told_to_the_model(self, api, service, mode, tool, arguments, told):
        async with connect(api, mode) as client:
            result = await client.call_tool(tool, arguments)
        assert result.is_error
        assert told in result.content[0].text
        assert service.calls == 0

    @pytest.mark.parametrize("config", [AppConfig(ocr=OcrConfig(languages={"ru": "eslav_PP-OCRv5_mobile_rec"}))])
    @pytest.mark.parametrize(("tool", "file"), [("read_text", PAGE), ("read_chart", CHART), ("read_document", PDF)])
    async def test_the_language_reaches_the_ocr(self, api, service, mode, tool, file):
        async with connect(api, mode) as client:
            result = await client.call_tool(tool, {"file": file, "language": "ru"})
        assert not result.is_error
        assert service.ocr.options.language == "ru"

    async def test_a_busy_service_says_when_to_come_back(self, api, service, mode):
        service.ocr.error = Busy("All replicas are busy", 7)
        async with connect(api, mode) as client:
            result = await client.call_tool("read_text", {"file": PAGE})
        assert result.is_error
        assert result.content[0].text == "busy: All replicas are busy. Try again in 7 s."
        assert service.loads[OCR].report().in_flight == 0

    async def test_a_fault_is_no_secret_and_tells_none(self, api, service, mode):
        service.ocr.error = RuntimeError("the path of a file")
        async with connect(api, mode) as client:
            result = await client.call_tool("read_text", {"file": PAGE})
        assert result.is_error
        assert "The service failed" in result.content[0].text
        assert "path" not in result.content[0].text


async def test_a_file_larger_than_all_other_fields_may_be(api):
    """The SDK, which bounds a message by its declared length, is given one without the file."""
    page = encode(draw_page(), "BMP")
    assert len(page) > FIELDS
    async with connect(api) as client:
        result = await client.call_tool("read_text", {"file": base64.b64encode(page).decode()})
    assert not result.is_error


class TestBounds:
    @pytest.fixture
    def config(self):
        return AppConfig(http=HttpConfig(deadline_s=60), limits=Limits(max_bytes=2048), documents={"max_bytes": 4096})

    async def test_a_large_image_is_refused_by_the_tool(self, api, service):
        async with connect(api) as client:
            result = await client.call_tool("read_text", {"file": base64.b64encode(bytes(3000)).decode()})
        assert result.is_error
        assert "too_many_bytes: The upload has 3,000 bytes" in result.content[0].text

    async def test_a_body_beyond_all_limits_is_not_taken_in(self, api):
        async with connect(api) as client:
            with pytest.raises(MCPError, match="exceeds the limit"):
                await client.call_tool("read_text", {"file": "A" * 100_000})

    async def test_fields_beside_the_file_are_few(self, api):
        fields = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"x": "A" * 70_000}})
        assert (await post(api, fields)).status_code == 413
        many = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"x": [0] * 2000}})
        answer = await post(api, many)
        assert (answer.status_code, answer.json()["error"]["data"]["code"]) == (422, "invalid_parameter")

    @pytest.mark.parametrize("body", ["", "{", "[]", "1", '"text"', "[" * 2000])
    async def test_what_is_no_message_is_refused(self, api, body):
        answer = await post(api, body)
        assert answer.status_code == 422
        assert (answer.json()["jsonrpc"], answer.json()["id"]) == ("2.0", None)


async def test_no_stream_is_held_open_for_a_server_that_never_calls(api):
    http = httpx2.AsyncClient(transport=httpx2.ASGITransport(api))
    async with http:
        answer = await http.get("http://service/mcp", headers={"Accept": "text/event-stream"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_a_client_that_leaves_stops_the_reading(api, service):
    begun, ended = asyncio.Event(), asyncio.Event()

    async def read(*_):
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    service.ocr.read = read
    call = {"name": "read_text", "arguments": {"file": PAGE}}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call})
    asking = asyncio.create_task(post(api, body))
    await begun.wait()
    asking.cancel()
    await asyncio.wait_for(ended.wait(), 60)
    assert service.loads[OCR].report().in_flight == 0


async def test_pages_of_other_origins_are_refused(api):
    answer = await post(api, "{}", Origin="https://evil.example")
    assert answer.status_code == 403
    assert "cors_origins" in answer.json()["error"]["message"]


class TestKeys:
    @pytest.fixture
    def config(self, monkeypatch):
        monkeypatch.setenv("TEST_KEYS", Keys(keys=(a_key(per_minute=100),)).model_dump_json())
        return AppConfig(http=HttpConfig(deadline_s=60, keys_env="TEST_KEYS"))

    async def test_they_hold(self, api, service, caplog):
        answer = await post(api, "{}")
        assert (answer.status_code, "WWW-Authenticate" in answer.headers) == (401, True)
        with caplog.at_level("INFO", "serve_app.audit"):
            async with connect(api, Authorization="Bearer sa_secret") as client:
                assert not (await client.call_tool("read_text", {"file": PAGE})).is_error
        assert any("owner=ada method=POST route=/mcp pages=1" in line for line in caplog.messages)


class TestOff:
    @pytest.fixture
    def config(self):
        return AppConfig(http=HttpConfig(mcp=False))

    async def test_there_is_no_such_route(self, service):
        assert (await service.http.post("/mcp", content=b"{}")).status_code == 404


MESSAGES = [
    {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "read_text", "arguments": {"file": "QUJD"}}},
    {"jsonrpc": "2.0", "id": "a", "method": "tools/list", "params": {"cursor": None}},
    {
        "jsonrpc": "2.0",
        "id": 2,
        "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}},
    },
    {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}},
]
ODD = [None, True, -1, 1e308, "", "\x00", [], {}, {"file": 1}, "A" * 1000]


def mutate(message, dice):
    """The message with a value, or a key, replaced by an odd one, or with bytes that are no JSON."""
    places, waiting = [], [message := json.loads(json.dumps(message))]
    while waiting:
        found = waiting.pop()
        places += [(found, name) for name in found]
        waiting += [value for value in found.values() if isinstance(value, dict)]
    holder, name = dice.choice(places)
    if dice.random() < 0.3:
        holder[dice.choice(["x", "", "_meta"])] = holder.pop(name)
    else:
        holder[name] = dice.choice(ODD)
    body = bytearray(json.dumps(message).encode())
    for _ in range(dice.choice([0, 0, 1, 3])):
        body[dice.randrange(len(body))] = dice.randrange(256)
    return bytes(body)


@pytest.mark.parametrize("versions", [{}, {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call"}])
async def test_whatever_comes_is_answered_or_refused(api, service, versions):
    dice = random.Random(7)
    for _ in range(300):
        body = mutate(dice.choice(MESSAGES), dice)
        answer = await post(api, body, **versions)
        assert answer.status_code < 500, body
    assert service.calls == 0
    async with connect(api) as client:  # and it still serves
        assert not (await client.call_tool("read_text", {"file": PAGE})).is_error


async def test_a_warning_of_a_page_is_a_note(api, monkeypatch):
    monkeypatch.setattr(text, "find_warnings", lambda _lines, **_: [ReadingWarning("x", "Half of it is torn")])
    async with connect(api) as client:
        result = await client.call_tool("read_text", {"file": PAGE})
    assert "- Half of it is torn" in result.content[1].text.splitlines()


async def test_a_refusal_without_a_message_says_when_to_come_back(api, monkeypatch):
    def refuse(*_):
        raise Busy("Too many uploads are arriving", 7)

    monkeypatch.setattr(endpoint, "_check_origin", refuse)
    answer = await post(api, "{}")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert answer.json()["error"]["data"]["retryable"]

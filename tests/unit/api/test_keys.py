"""The whole HTTP application with keys."""

import asyncio

import httpx
import pytest

from serve_app.api.key_file import Keys
from serve_app.api.key_limits import KeyLimits
from serve_app.api.key_ring import KeyRing
from serve_app.api.keys import RequireKey
from serve_app.config import AppConfig, HttpConfig
from tests.unit.api.test_key_file import a_key

PNG = {"Content-Type": "image/png"}


@pytest.fixture
def config(monkeypatch):
    keys = (a_key(), a_key("sa_admin", "root", scope="admin"), a_key("sa_slow", "bob", per_minute=2))
    monkeypatch.setenv("TEST_KEYS", Keys(keys=keys).model_dump_json())
    return AppConfig(http=HttpConfig(deadline_s=60, keys_env="TEST_KEYS", cors_origins=("https://app.example",)))


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer sa_secret"},
        {"Authorization": "bearer  sa_secret"},
        {"Authorization": "token sa_secret"},
        {"X-Api-Key": "sa_secret"},
        {"Authorization": "Basic eDp5", "X-Api-Key": "sa_secret"},
    ],
)
async def test_each_scheme_is_understood(service, headers):
    assert (await service.http.get("/v1/models", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer"}, {"Authorization": "Bearer sa_wrong"}, {"Authorization": "Basic sa_secret"}],
)
async def test_without_a_key_nothing_is_read(service, headers):
    answer = await service.http.post("/v1/ocr", headers=headers | PNG, content=b"\x89PNG")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["retryable"]) == (401, "unauthorized", False)
    assert "X-Api-Key" in error["message"]
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert service.calls == 0


@pytest.mark.parametrize("path", ["/v1/capacity", "/v1/jobs", "/no-such-route", "/v1/ocr/", "/healthy"])
async def test_every_other_route_is_behind_the_gate(service, path):
    assert (await service.http.get(path)).status_code == 401


async def test_paddlex_clients_get_their_own_form(service):
    answer = await service.http.post("/ocr", json={"file": "", "fileType": 1})
    assert answer.status_code == 401
    assert set(answer.json()) == {"logId", "errorCode", "errorMsg"}
    assert answer.json()["errorCode"] == 401


@pytest.mark.parametrize("path", ["/health", "/ready", "/docs", "/openapi.json"])
async def test_probes_and_documentation_need_no_key(service, path):
    assert (await service.http.get(path)).status_code in (200, 503)
    assert (await service.http.post(path)).status_code == 401


async def test_the_documentation_says_how_a_key_is_sent(service):
    document = (await service.http.get("/openapi.json")).json()
    assert set(document["components"]["securitySchemes"]) == {"bearer", "header"}
    assert document["security"] == [{"bearer": []}, {"header": []}]
    assert "ErrorBody" in document["components"]["schemas"]


async def test_the_rate_is_told_and_refused(service):
    headers = {"X-Api-Key": "sa_slow"}
    answers = [await service.http.get("/v1/models", headers=headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 30
    assert answers[2].json()["error"]["code"] == "rate_limited"
    assert "X-RateLimit-Limit" not in (await service.http.get("/v1/models", headers={"X-Api-Key": "sa_secret"})).headers


async def test_browsers_of_a_named_origin_are_let_in(service):
    ask = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    answer = await service.http.options("/v1/ocr", headers={"Origin": "https://app.example", **ask})
    assert answer.headers["Access-Control-Allow-Origin"] == "https://app.example"
    refused = await service.http.get("/v1/models", headers={"Origin": "https://app.example"})
    assert refused.status_code == 401
    assert refused.headers["Access-Control-Allow-Origin"] == "https://app.example"
    other = await service.http.options("/v1/ocr", headers={"Origin": "https://other.example", **ask})
    assert "Access-Control-Allow-Origin" not in other.headers


async def test_nothing_is_buffered_and_a_place_is_held_until_the_answer_has_gone():
    first, go_on = asyncio.Event(), asyncio.Event()

    async def app(scope, receive, send):
        assert scope["state"] == {"owner": "ada", "admin": False}
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        await go_on.wait()
        await send({"type": "http.response.body", "body": b"last"})

    gate = RequireKey(app, KeyRing((a_key(concurrency=1),)), KeyLimits())
    sent = []

    async def send(message):
        sent.append(message)
        if message.get("body") == b"first":
            first.set()

    def scope():
        headers = [(b"x-api-key", b"sa_secret")]
        return {"type": "http", "method": "GET", "path": "/v1/x", "headers": headers, "query_string": b"", "state": {}}

    running = asyncio.create_task(gate(scope(), None, send))
    await first.wait()
    http = httpx.AsyncClient(transport=httpx.ASGITransport(gate), base_url="http://service")
    refused = await http.get("/v1/x", headers={"X-Api-Key": "sa_secret"})
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    go_on.set()
    await running
    assert sent[-1]["body"] == b"last"
    assert (await http.get("/v1/x", headers={"X-Api-Key": "sa_secret"})).status_code == 200
    await http.aclose()

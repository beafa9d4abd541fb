import logging

import httpx
import pytest

from serve_app.api.audit import Audit
from serve_app.api.key_file import Keys
from serve_app.config import AppConfig, HttpConfig
from serve_app.errors import ModelUnavailable
from tests.drawings import encode, sketch_chart
from tests.unit.api.test_key_file import a_key


@pytest.fixture
def config(monkeypatch):
    monkeypatch.setenv("TEST_KEYS", Keys(keys=(a_key(),)).model_dump_json())
    return AppConfig(http=HttpConfig(keys_env="TEST_KEYS"))


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.INFO, "serve_app.audit")
    return lambda: [record.audit for record in caplog.records if record.name == "serve_app.audit"]


PAGE = encode(sketch_chart())


async def test_who_read_what_is_logged_and_no_content(service, lines, caplog):
    await service.http.post("/v1/ocr?zoom=true", content=PAGE, headers={"X-Api-Key": "sa_secret", "X-Request-ID": "r1"})
    [line] = lines()
    assert line.pop("milliseconds") >= 0
    assert line == {
        "owner": "ada",
        "method": "POST",
        "route": "/v1/ocr",
        "pages": 1,
        "status": 200,
        "request": "r1",
    }
    assert "owner=ada method=POST route=/v1/ocr pages=1 status=200" in caplog.text
    assert "sa_secret" not in caplog.text
    assert "zoom" not in caplog.text


async def test_what_was_refused_is_logged_without_the_path_that_was_asked(service, lines):
    await service.http.get("/v1/jobs/secret-name")
    await service.http.get("/secret-name", headers={"X-Api-Key": "sa_secret"})
    assert [(line["owner"], line["route"], line["status"]) for line in lines()] == [("-", "-", 401), ("ada", "-", 404)]


async def test_a_pattern_is_logged_for_its_addresses(service, lines):
    await service.http.get("/v1/jobs/secret-name", headers={"X-Api-Key": "sa_secret"})
    [line] = lines()
    assert (line["route"], line["status"]) == ("/v1/jobs/{job_id}", 404)


async def test_a_page_that_no_model_read_is_not_counted(service, lines):
    service.ocr.error = ModelUnavailable("Two replicas of Ocr died. Try again")
    await service.http.post("/v1/ocr", content=PAGE, headers={"X-Api-Key": "sa_secret"})
    [line] = lines()
    assert (line["pages"], line["status"]) == (0, 503)


async def test_probes_are_not_logged(service, lines):
    await service.http.get("/health")
    await service.http.get("/ready")
    assert lines() == []


async def test_an_error_of_the_application_is_logged_and_goes_on(lines):
    async def fail(scope, receive, send):
        raise RuntimeError("broken")

    clock = iter([1.0, 3.5])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(Audit(fail, lambda: next(clock)))) as http:
        with pytest.raises(RuntimeError, match="broken"):
            await http.get("http://service/x")
    [line] = lines()
    assert (line["status"], line["milliseconds"]) == (500, 2500)

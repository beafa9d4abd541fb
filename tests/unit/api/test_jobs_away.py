"""`/v1/jobs` while its Redis is away: refused at once, and nothing that was accepted is lost."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import httpx
import pytest

from serve_app.api.app import build_api
from serve_app.api.jobs_service import JobsService
from serve_app.config import JobsConfig
from tests.redis_server import run_redis
from tests.ticks import TICK_S, count_ticks
from tests.unit.api.test_document import draw


@pytest.fixture
def redis_server(tmp_path):
    with run_redis(tmp_path / "redis") as server:
        yield server


@pytest.fixture
async def http(service, redis_server, tmp_path) -> AsyncIterator[httpx.AsyncClient]:
    jobs = JobsService.open(JobsConfig(store="redis", url=redis_server.url, folder=str(tmp_path)))
    transport = httpx.ASGITransport(build_api(service.reading, service.models, jobs), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://service", timeout=60) as client:
        yield client
    await jobs.store.close()


@pytest.mark.parametrize("killed", [True, False], ids=["killed", "hangs"])
async def test_requests_are_refused_at_once_and_jobs_are_kept(http, redis_server, killed):
    job = (await http.post("/v1/jobs", content=draw(2))).json()
    if killed:
        redis_server.kill()
    else:
        os.kill(redis_server.pid, signal.SIGSTOP)
    for method, path, content in [
        ("POST", "/v1/jobs", draw(1)),
        ("GET", "/v1/jobs", None),
        ("GET", job["links"]["self"], None),
        ("GET", job["links"]["result"], None),
        ("DELETE", job["links"]["self"], None),
    ]:
        async with count_ticks() as ticks:
            refused = await http.request(method, path, content=content)
        assert ticks.count * TICK_S < 2
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "store_unavailable"), path
        assert int(refused.headers["retry-after"]) >= 1
    ready = await http.get("/ready")
    assert (ready.status_code, ready.json()["models"]["jobs"]["ready"]) == (503, False)
    assert (await http.get("/health")).status_code == 200
    if killed:
        redis_server.start()
    else:
        os.kill(redis_server.pid, signal.SIGCONT)
    assert (await http.get(job["links"]["self"])).json()["state"] == "queued"
    assert [found["id"] for found in (await http.get("/v1/jobs")).json()["jobs"]] == [job["id"]]


async def test_a_stream_of_events_ends_where_redis_goes_away_and_is_resumed(http, redis_server):
    job = (await http.post("/v1/jobs", content=draw(2))).json()
    strict = httpx.ASGITransport(http._transport.app)  # which raises what the application does
    async with httpx.AsyncClient(transport=strict, base_url="http://service", timeout=60) as client:
        streaming = asyncio.create_task(client.get(job["links"]["events"]))
        await asyncio.sleep(0.1)
        redis_server.kill()
        assert (await streaming).text.startswith("id: 1\nevent: job\n")
    refused = await http.get(job["links"]["events"], headers={"Last-Event-ID": "1"})
    assert refused.status_code == 503

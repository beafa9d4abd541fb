"""A service that is told to stop finishes what it has, and takes in nothing more."""

import asyncio
import sys

import httpx
import pytest

from serve_app.api.app import build_api
from serve_app.api.draining import FOLDER_VARIABLE, RETRY_S, Drain, RefuseWhenStopping
from serve_app.hosting.fake import FakeOcr
from serve_app.pipeline.service import OCR
from tests.clients import LocalOcr
from tests.drawings import draw_page, encode
from tests.service import ROOT

PNG = {"Content-Type": "image/png"}
PAGE = encode(draw_page())


class HeldOcr(LocalOcr):
    """Reads once it is let."""

    def __init__(self, engine):
        super().__init__(engine)
        self.begun, self.go = asyncio.Event(), asyncio.Event()

    async def read(self, image, options):
        self.begun.set()
        await self.go.wait()
        return await super().read(image, options)


@pytest.fixture
def stopper(tmp_path):
    """As the process that stops the service sees the folder: with a file of its own."""
    return Drain(tmp_path)


@pytest.fixture
async def http(service, stopper, tmp_path):
    drain = Drain.of({FOLDER_VARIABLE: str(tmp_path)})
    app = build_api(service.reading, service.models, drain=drain)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
        yield client


def test_a_folder_that_is_not_here_is_none():
    assert Drain.of({}) is None
    assert Drain.of({FOLDER_VARIABLE: ""}) is None
    assert Drain.of({FOLDER_VARIABLE: "/proc/none"}) is None
    assert Drain.of({FOLDER_VARIABLE: str(ROOT / "README.md")}) is None


async def test_what_comes_later_is_refused_in_the_form_of_its_route(service, http, stopper):
    assert (await http.post("/v1/ocr", content=PAGE, headers=PNG)).status_code == 200
    calls = service.calls
    stopper.begin()
    refused = await http.post("/v1/ocr", content=PAGE, headers=PNG)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, str(RETRY_S))
    error = refused.json()["error"]
    assert (error["code"], error["retryable"]) == ("stopping", True)
    dialect = await http.post("/ocr", json={"file": "x"})
    assert (dialect.status_code, dialect.json()["errorCode"]) == (503, 503)
    assert service.calls == calls
    stopper.end()
    assert (await http.post("/v1/ocr", content=PAGE, headers=PNG)).status_code == 200


async def test_it_is_alive_and_not_ready(http, stopper):
    assert (await http.get("/ready")).status_code == 200
    stopper.begin()
    ready = await http.get("/ready")
    assert ready.status_code == 503
    assert {model["reason"] for model in ready.json()["models"].values()} == {"the service is stopping"}
    assert (await http.get("/health")).status_code == 200
    assert (await http.get("/v1/limits")).status_code == 200


async def test_what_is_in_flight_is_seen_and_answered(service, http, stopper):
    held = HeldOcr(FakeOcr())
    object.__setattr__(service.reading, OCR, held)
    assert stopper.is_idle()
    requests = [asyncio.create_task(http.post("/v1/ocr", content=PAGE, headers=PNG)) for _ in range(2)]
    await held.begun.wait()
    stopper.begin()
    assert (await http.post("/v1/ocr", content=PAGE, headers=PNG)).status_code == 503
    assert not stopper.is_idle()  # the refusal has not given back what the others hold
    held.go.set()
    assert [answer.status_code for answer in await asyncio.gather(*requests)] == [200, 200]
    assert stopper.is_idle()


async def test_a_client_that_leaves_is_no_longer_waited_for(service, http, stopper):
    held = HeldOcr(FakeOcr())
    object.__setattr__(service.reading, OCR, held)
    request = asyncio.create_task(http.post("/v1/ocr", content=PAGE, headers=PNG))
    await held.begun.wait()
    assert not stopper.is_idle()
    request.cancel()
    await asyncio.wait([request])
    assert stopper.is_idle()


async def test_a_replica_that_died_is_not_waited_for(stopper, tmp_path):
    """The kernel gives back what a process holds."""
    code = (
        "import sys; from pathlib import Path; from serve_app.api.draining import Drain\n"
        "with Drain(Path(sys.argv[1])).hold():\n    print(flush=True); sys.stdin.read()"
    )
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code, str(tmp_path)), stdin=pipe, stdout=pipe, cwd=ROOT
    )
    await process.stdout.readline()
    assert not stopper.is_idle()
    process.kill()
    await process.wait()
    assert stopper.is_idle()


async def test_what_is_no_request_passes(stopper):
    """The start and the end of the application have no method."""
    passed = []

    async def application(scope, receive, send):
        passed.append(scope["type"])

    stopper.begin()
    await RefuseWhenStopping(application, stopper)({"type": "lifespan"}, None, None)
    assert passed == ["lifespan"]

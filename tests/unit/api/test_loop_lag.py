import asyncio
import json
from base64 import b64encode
from pathlib import Path

import pytest

from serve_app.api.app import build_api
from serve_app.api.loop_lag import watch_loop
from tests.drawings import draw_page, encode
from tests.growth import measure_loop
from tests.hostile import HOSTILE

TRIES = 6
"""A machine that is busy with something else stalls the loop now and then; what holds the loop does so every time."""

PNG = encode(draw_page(("one line",), width=300))


class Lag:
    """The longest lag while the block inside runs."""

    def __init__(self):
        self.seconds = 0.0

    def observe(self, seconds):
        self.seconds = max(self.seconds, seconds)

    async def __aenter__(self):
        self.watch = asyncio.create_task(watch_loop(self.observe, 0.001, 0.0))
        await asyncio.sleep(0.005)
        return self

    async def __aexit__(self, *_):
        await asyncio.sleep(0.005)
        self.watch.cancel()


def read_stalls():
    """Seconds for which threads of this process were ready to run and had no core (Linux: proc_pid_schedstat)."""
    return sum(int(path.read_text().split()[1]) for path in Path("/proc/self/task").glob("*/schedstat")) / 1e9


async def holds_loop(send):
    """Whether no try was without a lag as long as two empty loops take, about 0.05 s.

    The time that the machine did not let this process run is taken off.
    """
    least = loop = float("inf")
    for _ in range(TRIES):
        stalls = read_stalls()
        async with Lag() as lag:
            await send()
        least = min(least, lag.seconds - max(0.0, read_stalls() - stalls))
        loop = min(loop, measure_loop())
        if least < 2 * loop:
            return False
    return True


async def test_what_holds_the_loop_is_seen():
    async def hold():
        for _ in range(3):
            measure_loop()

    assert await holds_loop(hold)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("path", ["/v1/ocr", "/v1/ocr?zoom=true", "/v1/analyze", "/ocr"])
@pytest.mark.parametrize("name", HOSTILE)
async def test_no_upload_holds_the_loop(service, name, path):
    data = HOSTILE[name][0]()
    body = json.dumps({"file": b64encode(data).decode()}).encode() if path == "/ocr" else data
    assert not await holds_loop(lambda: service.http.post(path, content=body))


@pytest.mark.parametrize(
    ("path", "content_type", "body"),
    [
        ("/ocr", "application/json", b'{"file":"' + b"A " * 3_400_000 + b'"}'),
        ("/ocr", "application/json", b'{"file":"' + b"\\n" * 3_400_000 + b'"}'),
        ("/ocr", "application/json", b'{"x":[' + b"1," * 3_400_000 + b"1]}"),
        ("/ocr", "application/json", b"[" * 7_000_000),
        ("/ocr", "application/json", b" " * 7_000_000),
        ("/ocr", "application/json", b'{"logId":"' + b"x" * 6_000_000 + b'"}'),
        *[
            ("/v1/chart", "multipart/form-data; boundary=X", start + piece * (5_000_000 // len(piece)))
            for start in (b"", b'--X\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n')
            for piece in (b"\r\n", b"-", b"\r\n--Y", b"--X\r\n", b"a: b\r\n", b"\n")
        ],
    ],
)
async def test_no_body_holds_the_loop(service, path, content_type, body):
    send = {"content": body, "headers": {"content-type": content_type}}
    assert not await holds_loop(lambda: service.http.post(path, **send))


@pytest.mark.parametrize("path", ["/health", "/ready", "/v1/models", "/v1/capacity"])
async def test_no_question_holds_the_loop(service, path):
    assert not await holds_loop(lambda: service.http.get(path))


async def test_a_running_application_watches_its_loop(service, monkeypatch):
    seen = asyncio.Event()
    monkeypatch.setattr("serve_app.api.loop_lag.watch_loop.__defaults__", (0.001, 0.002))
    app = build_api(service.reading, {}, observe_lag=lambda _: seen.set())
    async with app.router.lifespan_context(app):
        await asyncio.wait_for(seen.wait(), 60)

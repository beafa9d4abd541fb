"""Both clients, which behave the same: nothing here waits or connects."""

import inspect
import json
import subprocess
import sys

import httpx
import pytest

from serve_app.client import AsyncClient, Client, JobEvent, ServiceError, ServiceUnreachable
from serve_app.client.requests import MAX_PAUSE_S
from tests.service import ROOT
from tests.unit.client.both import Both


@pytest.fixture(params=["sync", "async"])
def make(request):
    made = []

    def build(handler, **options):
        made.append(Both(request.param, handler, **options))
        return made[-1]

    yield build
    for client in made:
        client.close()


class Script:
    """Answers each request with the next of a list: a response, or an exception that is raised."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.requests = []

    def __call__(self, request):
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def refusal(status, code="busy", **headers):
    error = {"code": code, "message": "told by the service", "retryable": True, "request_id": "r1"}
    return httpx.Response(status, json={"error": error}, headers=headers)


def fine(**body):
    return httpx.Response(200, json=body)


def test_the_wait_is_what_the_service_asks_for(make):
    script = Script(refusal(429, **{"Retry-After": "7"}), refusal(503, **{"Retry-After": "2"}), fine(text="read"))
    client = make(script)
    assert client.call("read_text", b"image") == {"text": "read"}
    assert client.pauses == [7.0, 2.0]
    assert all(b"image" in request.content for request in script.requests)


def test_a_long_wait_is_bounded_and_a_senseless_one_replaced(make):
    script = Script(refusal(429, **{"Retry-After": "86400"}), refusal(429, **{"Retry-After": "soon"}), fine())
    client = make(script)
    client.call("get", "/ready")
    assert client.pauses == [MAX_PAUSE_S, 1.0]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 415, 422, 500, 507])
def test_what_will_not_mend_is_not_sent_again(make, status):
    script = Script(refusal(status, "some_code"))
    client = make(script)
    with pytest.raises(ServiceError, match="told by the service") as caught:
        client.call("read_chart", b"image")
    assert (caught.value.status, caught.value.code, caught.value.request_id) == (status, "some_code", "r1")
    assert (len(script.requests), client.pauses) == (1, [])


def test_retries_end(make):
    script = Script(*[refusal(429)] * 3)
    client = make(script, retries=2)
    with pytest.raises(ServiceError) as caught:
        client.call("analyze", b"image")
    assert caught.value.status == 429
    assert client.pauses == [0.5, 1.0]


def test_a_broken_connection_is_tried_again(make):
    script = Script(httpx.ReadError("broken"), httpx.ConnectError("refused"), fine(ok=True))
    client = make(script)
    assert client.call("get", "/ready") == {"ok": True}
    assert client.pauses == [0.5, 1.0]


def test_a_service_that_is_not_there_is_told(make):
    client = make(Script(*[httpx.ConnectError("refused")] * 2), retries=1)
    with pytest.raises(ServiceUnreachable, match=r"http://service.* does not answer: refused"):
        client.call("get", "/ready")


@pytest.mark.parametrize("body", [b"<html>Bad gateway</html>", b'"text"', b'{"error": "text"}', b""])
def test_an_answer_of_something_else_is_told_by_its_status(make, body):
    client = make(Script(httpx.Response(502, content=body)), retries=0)
    with pytest.raises(ServiceError, match="status 502"):
        client.call("get", "/ready")


def test_the_key_goes_along_with_every_call(make):
    script = Script(fine(jobs=[]), fine())
    client = make(script, key="sa_secret")
    client.call("list_jobs")
    client.call("read_text", b"")
    assert [request.headers["Authorization"] for request in script.requests] == ["Bearer sa_secret"] * 2


def test_files_are_read_and_parameters_sent(make, tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"%PDF-content")
    script = Script(fine(pages=[]), fine(), fine(id="1"))
    client = make(script)
    client.call("read_document", tmp_path / "a.pdf", pages="1-2", charts=False, password=None)
    client.call("read_text", str(tmp_path / "a.pdf"), words=True)
    client.call("submit", tmp_path / "a.pdf", idempotency_key="once", pages="3")
    document, text, job = script.requests
    assert dict(document.url.params) == {"pages": "1-2", "charts": "false"}
    assert dict(text.url.params) == {"words": "true"}
    assert (job.headers["Idempotency-Key"], dict(job.url.params)) == ("once", {"pages": "3"})
    assert all(b"%PDF-content" in request.content for request in script.requests)


def test_a_job_that_is_sent_again_has_the_key_of_the_first_time(make):
    script = Script(httpx.Response(502), fine(id="1"), fine(id="2"))
    client = make(script)
    client.call("submit", b"%PDF-")
    client.call("submit", b"%PDF-")
    first, again, other = (request.headers["Idempotency-Key"] for request in script.requests)
    assert first == again != other


def test_a_file_that_is_not_there_sends_nothing(make, tmp_path):
    script = Script()
    client = make(script)
    with pytest.raises(FileNotFoundError):
        client.call("read_text", tmp_path / "absent.png")
    assert script.requests == []


def test_another_format_comes_with_the_number_of_pages(make):
    headers = {"X-Pages-Total": "5", "X-Pages-Read": "4"}
    client = make(Script(httpx.Response(200, content=b"# Title", headers=headers)))
    converted = client.call("convert", b"%PDF-", "markdown")
    assert (converted.content, converted.pages_total, converted.pages_read) == (b"# Title", 5, 4)


def test_jobs_have_their_routes(make):
    script = Script(fine(id="7"), fine(id="7"), httpx.Response(200, content=b"text"), fine(jobs=[{"id": "7"}]))
    client = make(script)
    client.call("get_job", "7", wait_s=5)
    client.call("cancel_job", "7")
    assert client.call("get_result", "7", "text") == b"text"
    assert client.call("list_jobs") == [{"id": "7"}]
    assert [(request.method, request.url.raw_path) for request in script.requests] == [
        ("GET", b"/v1/jobs/7?wait=5"),
        ("DELETE", b"/v1/jobs/7"),
        ("GET", b"/v1/jobs/7/result?format=text"),
        ("GET", b"/v1/jobs"),
    ]


class Broken(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that breaks off."""

    def __init__(self, *parts):
        self.parts = parts

    def __iter__(self):
        yield from self.parts
        raise httpx.ReadError("broken")

    async def __aiter__(self):
        for part in self.parts:
            yield part
        raise httpx.ReadError("broken")


def event(id, kind="page", **data):
    return f"id: {id}\nevent: {kind}\ndata: {json.dumps(data)}\n\n".encode()


def stream(*parts):
    return httpx.Response(200, stream=Broken(*parts))


def test_events_go_on_after_the_last_that_came(make):
    script = Script(
        stream(event(1, "job", state="running"), event(2, "planned", pages=2), event(3, number=1)[:20]),
        httpx.ConnectError("refused"),
        stream(b": still running\n\n", event(3, number=1)),
        stream(event(4, number=2), event(5, "job", state="done"), event(6, "never", seen=True)),
    )
    client = make(script)
    events = client.watch("7", content=False)
    assert [found.id for found in events] == [1, 2, 3, 4, 5]
    assert events[2] == JobEvent(3, "page", {"number": 1})
    assert [request.headers["Last-Event-ID"] for request in script.requests] == ["0", "2", "2", "3"]
    assert client.pauses == [0.5, 1.0, 0.5]  # what came in between starts the count anew
    assert script.requests[0].url.raw_path == b"/v1/jobs/7/events?content=false"


def test_events_of_a_service_that_stays_away_end(make):
    client = make(Script(*[httpx.ConnectError("refused")] * 3), retries=2)
    with pytest.raises(ServiceUnreachable, match="refused"):
        client.watch("7")


@pytest.mark.parametrize("status", [401, 404])
def test_events_that_are_refused_are_told(make, status):
    client = make(Script(refusal(status, "job_not_found")))
    with pytest.raises(ServiceError) as caught:
        client.watch("7")
    assert (caught.value.status, caught.value.code) == (status, "job_not_found")


@pytest.mark.parametrize("passing", [429, 503])
def test_events_that_the_service_is_too_busy_for_are_asked_again(make, passing):
    script = Script(refusal(passing, **{"Retry-After": "3"}), stream(event(1, "job", state="cancelled")))
    client = make(script)
    assert [found.data for found in client.watch("7")] == [{"state": "cancelled"}]
    assert client.pauses == [3.0]


def test_a_stream_that_ends_too_soon_is_taken_up_again(make):
    """As when the ingress replica is replaced: the body ends well, and the job has not."""
    script = Script(
        httpx.Response(200, content=event(1, number=1)),
        httpx.Response(200, content=event(2, "job", state="failed")),
    )
    client = make(script)
    assert [found.id for found in client.watch("7")] == [1, 2]
    assert len(client.pauses) == 1


def public(kind):
    return {
        name: [*inspect.signature(member).parameters.values()]
        for name, member in inspect.getmembers(kind, callable)
        if not name.startswith("_")
    }


def test_both_have_the_same_methods_with_the_same_parameters():
    assert public(Client) == public(AsyncClient)


def test_it_imports_neither_ray_nor_models():
    heavy = "('ray', 'torch', 'cv2', 'fastapi', 'numpy')"
    code = f"import sys, serve_app.client; print([name for name in {heavy} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"

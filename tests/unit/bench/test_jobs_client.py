"""That the benches of jobs would see a page that is lost, doubled or wrong, and a document that became two jobs."""

import asyncio
import json

import httpx
import pytest

from tests.bench.jobs_client import JobsClient, Tally

NUMBER, PAGES = 1, 3


def body(page, document=NUMBER):
    text = f"fake {300 + document}x{400 + page}"
    return {"number": page, "points": [1.0, 1.0], "blocks": [{"kind": "paragraph", "text": text}]}


def page_event(page, document=NUMBER):
    return "page", {"number": page, "state": "done", "content": body(page, document)}


class Service:
    """Answers as the service does, or with what a test plants."""

    def __init__(self):
        self.events = [("job", {"state": "running"}), *map(page_event, (1, 2, 3)), ("job", {"state": "done"})]
        self.result = [body(page) for page in (1, 2, 3)]
        self.jobs = ["a"]
        self.refusals = []
        self.keys = []
        self.cuts = []

    def answer(self, request):
        path = request.url.path
        if request.method == "POST":
            self.keys.append(request.headers["Idempotency-Key"])
            return self.refusals.pop(0) if self.refusals else httpx.Response(202, json={"id": "a"})
        if path.endswith("/events"):
            after = int(request.headers["Last-Event-ID"])
            until = self.cuts.pop(0) if self.cuts else None
            return httpx.Response(200, text=self.write_events(after, until))
        if path.endswith("/result"):
            return httpx.Response(200, json={"pages": self.result})
        listed = [] if "before" in request.url.params else self.jobs
        return httpx.Response(200, json={"jobs": [{"id": job} for job in listed]})

    def write_events(self, after, until):
        entries = [
            f"id: {number}\nevent: {kind}\ndata: {json.dumps(data)}\n\n"
            for number, (kind, data) in enumerate(self.events, start=1)
        ]
        return "".join(entries[after:until])


async def run(service):
    tally = Tally()
    transport = httpx.MockTransport(service.answer)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as http:
        client = JobsClient(http, tally)
        await client.run_document(NUMBER, PAGES)
        await client.count_doubled_jobs()
    return tally


@pytest.fixture
def service():
    return Service()


@pytest.fixture(autouse=True)
def hurry(monkeypatch):
    sleep = asyncio.sleep
    monkeypatch.setattr("tests.bench.jobs_client.asyncio.sleep", lambda _: sleep(0))


async def test_a_document_that_is_read_counts_for_nothing(service):
    tally = await run(service)
    assert (tally.pages, tally.read, tally.failed) == (3, 3, False)


def lose_in_events(service):
    del service.events[2]


def lose_in_result(service):
    del service.result[1]


def double_in_events(service):
    service.events.insert(2, page_event(1))


def double_in_result(service):
    service.result.insert(1, body(1))


def take_another_documents(service):
    service.result[1] = body(2, document=3)


def take_another_documents_event(service):
    service.events[2] = page_event(2, document=3)


def swap_pages(service):
    service.result[0]["blocks"], service.result[1]["blocks"] = service.result[1]["blocks"], service.result[0]["blocks"]


def fail_a_page(service):
    service.events[2] = ("page", {"number": 2, "state": "failed", "failure": {}})
    service.result[1] = {"number": 2, "error": "not read"}


@pytest.mark.parametrize(
    ("plant", "found"),
    [
        (lose_in_events, "lost"),
        (lose_in_result, "lost"),
        (double_in_events, "doubled"),
        (double_in_result, "doubled"),
        (take_another_documents, "wrong"),
        (take_another_documents_event, "wrong"),
        (swap_pages, "wrong"),
        (fail_a_page, "lost"),
    ],
)
async def test_what_is_not_right_is_counted(service, plant, found):
    plant(service)
    tally = await run(service)
    assert getattr(tally, found) == (2 if plant is swap_pages else 1)
    assert tally.failed


async def test_a_document_that_became_two_jobs_is_counted(service):
    service.jobs = ["b", "a"]
    assert (await run(service)).doubled == 1


async def test_a_document_is_sent_again_under_the_same_key(service):
    service.refusals = [httpx.Response(500, text="Internal Server Error"), httpx.Response(503, json={"error": {}})]
    tally = await run(service)
    assert tally.again == {"POST": 2}
    assert service.keys == [f"document {NUMBER}"] * 3
    assert not tally.failed


async def test_an_error_of_the_service_is_no_reason_to_send_again(service):
    service.refusals = [httpx.Response(500, json={"error": {"code": "internal"}})]
    with pytest.raises(RuntimeError, match="500"):
        await run(service)


async def test_a_stream_that_was_cut_goes_on_after_its_last_event(service):
    service.cuts = [2, 4]
    assert not (await run(service)).failed

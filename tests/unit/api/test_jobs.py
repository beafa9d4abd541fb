"""`/v1/jobs` over HTTP, with a runner beside it as the Jobs deployment has one."""

import asyncio
import io
import zipfile
from dataclasses import replace

import httpx
import pytest
from PIL import Image

from serve_app.api.app import build_api
from serve_app.client.events import EventParser
from serve_app.config import AppConfig, JobsConfig
from serve_app.pipeline.document_options import DocumentOptions
from serve_app.pipeline.page_picture import draw_picture
from tests.drawings import encode
from tests.unit.api.test_document import draw
from tests.unit.documents.reading import DOCUMENT

PDF = draw(3)


@pytest.fixture
def config(tmp_path):
    return AppConfig(jobs=JobsConfig(folder=str(tmp_path)))


async def submit(http, data=PDF, headers=None, **params):
    return await http.post("/v1/jobs", files={"file": ("a.pdf", data)}, params=params, headers=headers or {})


async def end(http, job):
    async with asyncio.timeout(60):
        while job["state"] in ("queued", "running"):
            job = (await http.get(job["links"]["self"], params={"wait": 5})).json()
    return job


async def test_a_job_is_taken_in_at_once_and_read_page_by_page(http, runner):
    answer = await submit(http, pages="1-2")
    job = answer.json()
    assert answer.status_code == 202
    assert answer.headers["Location"] == job["links"]["self"] == f"/v1/jobs/{job['id']}"
    job = await end(http, job)
    assert (job["state"], job["pages"]) == ("done", {"total": 2, "done": 2, "failed": 0})
    result = (await http.get(job["links"]["result"])).json()
    assert (result["pagesTotal"], result["pagesRead"]) == (3, 2)
    page = (await http.get(f"{job['links']['self']}/pages/2")).json()
    assert page == result["pages"][1]
    archive = await http.get(job["links"]["result"], params={"format": "zip"})
    names = zipfile.ZipFile(io.BytesIO(archive.content)).namelist()
    assert names == ["document.json", "document.md"]
    csv = await http.get(job["links"]["result"], params={"format": "csv"})
    assert (csv.text, csv.headers["X-Pages-Read"]) == ("", "2")
    text = await http.get(job["links"]["result"], params={"format": "text"})
    assert text.text.startswith("Line 0 of page 1")
    assert [each["id"] for each in (await http.get("/v1/jobs")).json()["jobs"]] == [job["id"]]


async def test_events_bring_the_pages_and_resume(http, runner):
    job = (await submit(http)).json()
    await end(http, job)

    async def stream(after):
        parser, events = EventParser(), []
        async with http.stream("GET", job["links"]["events"], headers={"Last-Event-ID": str(after)}) as response:
            async for line in response.aiter_lines():
                events += parser.feed(line)
        return events

    events = await stream(0)
    assert [event.id for event in events] == list(range(1, len(events) + 1))
    pages = [event for event in events if event.kind == "page"]
    assert sorted(event.data["content"]["number"] for event in pages) == [1, 2, 3]
    assert events[-1].data["state"] == "done"
    assert await stream(events[-2].id) == events[-1:]


async def test_a_page_that_has_not_been_read_is_not_found(http):
    job = (await submit(http)).json()
    assert (await http.get(f"{job['links']['self']}/pages/1")).status_code == 404
    assert (await http.get(f"{job['links']['self']}/pages/1/image")).status_code == 404


async def test_the_picture_of_a_page_has_the_pixels_of_its_places(http, runner):
    job = await end(http, (await submit(http, pages="2-3")).json())
    page = (await http.get(f"{job['links']['self']}/pages/1")).json()
    answer = await http.get(f"{job['links']['self']}/pages/1/image")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    picture = Image.open(io.BytesIO(answer.content)).convert("L")
    assert picture.size == (page["width"], page["height"])
    box = page["blocks"][0]["box"]
    assert picture.crop(tuple(round(box[side]) for side in ("left", "top", "right", "bottom"))).getextrema()[0] < 100
    assert picture.crop((0, 0, picture.width, round(box["top"]) - 4)).getextrema()[0] > 200
    assert (await http.get(f"{job['links']['self']}/pages/3/image")).status_code == 404


async def test_the_picture_of_a_page_is_turned_as_it_was_read(service):
    reading = replace(DOCUMENT.pages[0], number=1, turned=90)
    page = Image.new("RGB", (300, 200), "white")
    page.paste("black", (0, 0, 40, 30))
    picture = await draw_picture(service.reading, encode(page, "PNG"), DocumentOptions(), reading)
    turned = Image.open(io.BytesIO(picture.data)).convert("L")
    assert turned.size == (picture.size.width, picture.size.height) == (200, 300)
    assert (turned.getpixel((10, 290)), turned.getpixel((10, 10))) == (0, 255)


async def test_cancel_then_delete(http):
    job = (await submit(http)).json()
    assert (await http.delete(job["links"]["self"])).json()["state"] == "cancelled"
    await http.delete(job["links"]["self"])
    answer = await http.get(job["links"]["self"])
    assert (answer.status_code, answer.json()["error"]["code"]) == (410, "job_gone")


async def test_unknown_jobs_are_not_found(http):
    assert (await http.get(f"/v1/jobs/{'0' * 32}")).status_code == 404
    assert (await http.get("/v1/jobs/nonsense")).status_code == 404


async def test_the_same_idempotency_key_gives_the_same_job(http):
    key = {"Idempotency-Key": "k1"}
    first, again = (await submit(http, headers=key)).json(), (await submit(http, headers=key)).json()
    assert first["id"] == again["id"]
    other = await submit(http, draw(1), headers=key)
    assert (other.status_code, other.json()["error"]["code"]) == (409, "idempotency_conflict")


async def test_a_document_that_cannot_be_opened_fails_with_its_reason(http, runner):
    job = await end(http, (await submit(http, b"%PDF-1.7 nothing")).json())
    assert job["state"] == "failed"
    assert job["failure"]["code"] == "unreadable_document"


async def test_what_is_no_document_is_refused_at_once(http):
    answer = await submit(http, b"plain text")
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "unsupported_media")


async def test_a_webhook_needs_a_secret(http):
    assert (await submit(http, webhook="https://example.org/hook")).status_code == 422


async def test_without_retention_the_first_read_deletes(http, runner, jobs, service):
    jobs_once = replace(jobs, config=jobs.config.model_copy(update={"retain_s": 0.0}))
    app = build_api(service.reading, service.models, jobs_once)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service", timeout=60) as once:
        job = await end(once, (await submit(once)).json())
        assert (await once.get(job["links"]["result"])).status_code == 200
        assert (await once.get(job["links"]["result"])).status_code == 410


async def test_where_jobs_are_off_the_answer_says_what_to_do(service):
    answer = await service.http.post("/v1/jobs", files={"file": ("a.pdf", PDF)})
    assert answer.status_code == 404
    assert "/v1/document" in answer.json()["error"]["message"]

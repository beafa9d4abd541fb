"""docling-serve's conversions, by the requests of docling's own client 2.143; tests/serve has the client itself."""

import io
import json
import zipfile
from base64 import b64encode

import pytest

from serve_app.config import AppConfig, JobsConfig
from tests.service import ROOT
from tests.unit.api.test_document import draw

PDF = draw(3)
REPORT = (ROOT / "tests/samples/report.pdf").read_bytes()


async def submit(http, *names, data=PDF, path="/v1/convert/file/async", **form):
    return await http.post(path, files=[("files", (name, data)) for name in names or ("a.pdf",)], data=form)


async def convert(http, end, *names, **form):
    task = (await submit(http, *names, **form)).json()
    return await http.get(f"/v1/result/{await end(task['task_id'])}")


async def test_a_task_is_taken_in_read_and_answered(http, runner):
    answer = await submit(http, to_formats=["md", "json", "html", "text"], page_range=["1", "2"])
    task = answer.json()
    assert (answer.status_code, task["task_type"], task["task_status"]) == (200, "convert", "pending")
    status = (await http.get(f"/v1/status/poll/{task['task_id']}", params={"wait": 60})).json()
    assert (status["task_status"], status["task_meta"]["num_succeeded"]) == ("success", 1)
    body = (await http.get(f"/v1/result/{task['task_id']}")).json()
    document = body["document"]
    assert (body["status"], body["errors"], document["filename"]) == ("success", [], "a.pdf")
    assert body["processing_time"] > 0
    assert document["md_content"].startswith("Line 0 of page 1")
    assert document["html_content"].startswith("<!doctype html>")
    assert document["text_content"].count("\f") == 1
    assert list(document["json_content"]["pages"]) == ["1", "2"]


async def test_markdown_alone_is_the_default(http, runner, end):
    document = (await convert(http, end)).json()["document"]
    assert document["md_content"]
    assert document["json_content"] is document["html_content"] is None


async def test_pages_are_parted_where_asked_for(http, runner, end):
    document = (await convert(http, end, md_page_break_placeholder="<!-- break -->")).json()["document"]
    assert [part.strip()[:16] for part in document["md_content"].split("<!-- break -->")] == [
        f"Line 0 of page {page}" for page in (1, 2, 3)
    ]


@pytest.mark.parametrize(("mode", "embedded"), [("embedded", True), ("placeholder", False)])
async def test_images_are_embedded_where_asked_for(http, runner, end, mode, embedded):
    answer = await convert(http, end, data=REPORT, to_formats=["md", "json"], image_export_mode=mode)
    document = answer.json()["document"]
    assert ("data:image/png;base64" in document["md_content"]) is embedded
    [picture] = document["json_content"]["pictures"]
    assert ("image" in picture) is embedded


async def test_several_files_come_as_an_archive(http, runner, end):
    answer = await convert(http, end, "a.pdf", "b.pdf", to_formats=["md", "json"])
    assert answer.headers["content-type"] == "application/zip"
    assert zipfile.ZipFile(io.BytesIO(answer.content)).namelist() == ["a.md", "a.json", "b.md", "b.json"]


async def test_the_same_at_once(http):
    answer = await submit(http, path="/v1/convert/file", to_formats="md")
    assert answer.json()["document"]["md_content"].startswith("Line 0 of page 1")
    assert (await submit(http, path="/v1/convert/file", target_type="zip")).headers["content-type"] == "application/zip"


async def test_a_document_in_base64(http, runner, end):
    source = {"kind": "file", "base64_string": b64encode(PDF).decode(), "filename": "b.pdf"}
    task = (await http.post("/v1/convert/source/async", json={"sources": [source]})).json()
    answer = await http.get(f"/v1/result/{await end(task['task_id'])}")
    assert answer.json()["document"]["filename"] == "b.pdf"


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ({"kind": "http", "url": "https://example.org/a.pdf"}, "http.allow_url"),
        ({"kind": "http", "url": "file:///etc/passwd"}, "sources"),
        ({"kind": "http", "url": "https://example.org/", "headers": {"Authorization": "x"}}, "headers"),
        ({"kind": "file", "base64_string": "https://example.org/a.pdf"}, "sources"),
        ({"kind": "s3", "url": "s3://bucket/a.pdf"}, "kind"),
    ],
)
async def test_other_sources_are_refused(http, source, word):
    answer = await http.post("/v1/convert/source/async", json={"sources": [source]})
    assert answer.status_code == 422
    assert word in answer.json()["detail"]


async def test_what_is_missing_is_told(http, partial):
    task_id = await partial((await submit(http, to_formats=["md", "json"])).json()["task_id"])
    status = (await http.get(f"/v1/status/poll/{task_id}")).json()
    # Clients wait for `success` or `failure`, and would wait for ever otherwise.
    assert (status["task_status"], status["task_meta"]["num_partially_succeeded"]) == ("success", 1)
    body = (await http.get(f"/v1/result/{task_id}")).json()
    assert (body["status"], len(body["errors"])) == ("partial_success", 1)
    assert (body["errors"][0]["page_no"], body["errors"][0]["error_message"]) == (2, "The page is torn")


async def test_a_task_that_failed_says_why(http, runner, end):
    task = (await submit(http, page_range=["9", "10"])).json()
    answer = await http.get(f"/v1/result/{await end(task['task_id'])}")
    assert (answer.status_code, answer.json()["kind"]) == (200, "TaskFailureResult")
    assert "lies outside the document" in answer.json()["failure"]["message"]
    status = (await http.get(f"/v1/status/poll/{task['task_id']}")).json()
    assert (status["task_status"], status["failure"]["phase"]) == ("failure", "execution")


async def test_a_result_that_is_not_there_yet_is_not_found(http):
    task = (await submit(http)).json()
    answer = await http.get(f"/v1/result/{task['task_id']}")
    # Clients look for these words.
    assert (answer.status_code, answer.json()["detail"][:21]) == (404, "Task result not found")
    assert (await http.get("/v1/result/x")).json() == {"detail": "Task not found."}


@pytest.mark.parametrize(
    ("form", "word"),
    [
        ({"to_formats": "doctags"}, "to_formats"),
        ({"image_export_mode": "referenced"}, "image_export_mode"),
        ({"page_range": ["0", "1"]}, "page_range"),
        ({"page_range": "1"}, "page_range"),
        ({"do_picture_description": "true"}, "has no model for it"),
        ({"callbacks": "https://example.org"}, "webhook"),
        # What the client looks for before it asks for the result in the body.
        ({"target_type": "presigned_url"}, "artifact storage to be configured"),
    ],
)
async def test_what_is_not_there_is_refused(http, form, word):
    answer = await submit(http, **form)
    assert answer.status_code == 422
    assert word in answer.json()["detail"]


async def test_at_most_three_files(http):
    assert (await submit(http, *["a.pdf"] * 4)).status_code == 422


class TestWithoutRetention:
    @pytest.fixture
    def config(self, tmp_path):
        return AppConfig(jobs=JobsConfig(folder=str(tmp_path), retain_s=0))

    async def test_a_result_is_read_once(self, http, runner, end):
        task = (await submit(http)).json()
        path = f"/v1/result/{await end(task['task_id'])}"
        assert (await http.get(path)).status_code == 200
        assert (await http.get(path)).status_code == 404

    async def test_so_are_those_of_the_other_dialects(self, http, runner, end):
        task = (await http.post("/tasks", files={"files": ("a.pdf", PDF)})).json()
        await end(task["task_id"])
        assert [(await http.get(task["result_url"])).status_code for _ in range(2)] == [200, 404]
        form = {"model": "PP-StructureV3"}
        job = (await http.post("/api/v2/ocr/jobs", files={"file": REPORT}, data=form)).json()["data"]["jobId"]
        address = (await http.get(f"/api/v2/ocr/jobs/{await end(job)}")).json()["data"]["resultUrl"]["jsonUrl"]
        first = await http.get(address)
        assert json.loads(first.text)["result"]["layoutParsingResults"][0]["markdown"]["images"] == {}
        assert (await http.get(address)).status_code == 403

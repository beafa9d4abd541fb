"""MinerU's `/tasks`, by the requests of `mineru --api-url` 3.4.5; tests/serve has the client itself."""

import io
import json
import zipfile

import pytest

from tests.unit.api.test_document import draw

PDF = draw(3)


async def submit(http, *names, data=PDF, **form):
    files = [("files", (name, data)) for name in names or ("a.pdf",)]
    return await http.post("/tasks", files=files, data=form)


async def test_a_task_is_taken_in_read_and_answered(http, runner, end):
    answer = await submit(http, "report.v2.pdf", end_page_id="1", backend="pipeline", return_content_list="true")
    task = answer.json()
    assert (answer.status_code, task["status"], task["file_names"]) == (202, "pending", ["report.v2"])
    assert task["status_url"] == f"http://service/tasks/{task['task_id']}"
    assert await end(task["task_id"])
    status = (await http.get(task["status_url"])).json()
    assert (status["status"], status["error"]) == ("completed", None)
    assert status["created_at"] <= status["started_at"] <= status["completed_at"]
    body = (await http.get(task["result_url"])).json()
    result = body["results"]["report.v2"]
    assert set(result) == {"md_content", "content_list"}
    assert result["md_content"].startswith("Line 0 of page 1")
    assert "page 3" not in result["md_content"]
    assert {entry["page_idx"] for entry in json.loads(result["content_list"])} == {0, 1}


async def test_several_files_are_one_task_with_a_folder_each(http, runner, end):
    task = (await submit(http, "../x.pdf", "x.pdf", "..", response_format_zip="true")).json()
    assert task["file_names"] == ["x", "x-2", "document-3"]
    await end(task["task_id"])
    answer = await http.get(task["result_url"])
    assert answer.headers["content-type"] == "application/zip"
    folders = {name.partition("/")[0] for name in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()}
    assert folders == {"x", "x-2", "document-3"}


async def test_a_result_that_is_not_there_yet_is_202(http):
    task = (await submit(http)).json()
    answer = await http.get(task["result_url"])
    assert (answer.status_code, answer.json()["status"]) == (202, "pending")


async def test_a_task_that_failed_is_409_and_says_why(http, runner, end):
    task = (await submit(http, start_page_id="7")).json()
    await end(task["task_id"])
    answer = await http.get(task["result_url"])
    assert (answer.status_code, answer.json()["status"]) == (409, "failed")
    assert "lies outside the document" in answer.json()["error"]


async def test_what_is_missing_is_told(http, partial):
    task = (await submit(http)).json()
    await partial(task["task_id"])
    status = (await http.get(task["status_url"])).json()
    assert (status["status"], status["error"][:30]) == ("completed", "1 of 3 pages could not be read")
    text = (await http.get(task["result_url"])).json()["results"]["a"]["md_content"]
    assert "<!-- page 2 was not read: The page is torn -->" in text


async def test_a_cancelled_task_has_failed(http):
    task = (await submit(http)).json()
    await http.delete(f"/v1/jobs/{task['task_id']}")
    status = (await http.get(task["status_url"])).json()
    assert (status["status"], status["error"]) == ("failed", "The job was cancelled")


@pytest.mark.parametrize(
    ("form", "status", "word"),
    [({"parse_method": "magic"}, 422, "parse_method"), ({"start_page_id": "-1"}, 422, "start_page_id")],
)
async def test_wrong_options_are_refused_in_minerus_form(http, form, status, word):
    answer = await submit(http, **form)
    assert answer.status_code == status
    assert word in answer.json()["detail"]


async def test_what_is_no_form_or_no_document_is_refused(http):
    assert (await http.post("/tasks", content=b"x")).status_code == 400
    assert (await submit(http, data=b"plain text")).status_code == 415
    assert (await submit(http, *["a.pdf"] * 9)).status_code == 422
    hostile = {"Content-Type": "multipart/form-data; boundary=X; charset=punycode"}
    assert (await http.post("/tasks", content=b"--X\r\n\r\n--X--", headers=hostile)).status_code == 400


async def test_unknown_tasks_are_not_found(http):
    job = (await http.post("/v1/jobs", files={"file": PDF})).json()
    for task_id in (job["id"], "0" * 32, "x"):
        answer = await http.get(f"/tasks/{task_id}")
        assert (answer.status_code, answer.json()) == (404, {"detail": "Task not found."})

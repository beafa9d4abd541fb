"""PaddleOCR's jobs, by the requests of `paddleocr.PaddleOCRClient` 3.7.0; tests/serve has the client itself."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from serve_app.api.dialects import paddleocr
from serve_app.config import AppConfig, HttpConfig, JobsConfig
from tests.service import ROOT
from tests.unit.api.test_document import draw

PDF = draw(3)
REPORT = (ROOT / "tests/samples/report.pdf").read_bytes()
PATH = "/api/v2/ocr/jobs"


async def submit(http, data=PDF, payload="{}", **fields):
    form = {"model": "PP-StructureV3", "optionalPayload": payload, **fields}
    return await http.post(PATH, files={"file": data}, data=form)


async def read(http, end, *arguments, **fields):
    """Submit, wait, and fetch the lines of the result."""
    job_id = (await submit(http, *arguments, **fields)).json()["data"]["jobId"]
    body = (await http.get(f"{PATH}/{await end(job_id)}")).json()
    assert body["code"] == 0
    answer = await http.get(body["data"]["resultUrl"]["jsonUrl"])
    assert answer.status_code == 200, answer.text
    return body["data"], [json.loads(line)["result"] for line in answer.text.splitlines()]


async def test_a_document_comes_back_as_one_line_a_page(http, runner, end):
    job, lines = await read(http, end, pageRanges="1,3")
    assert (job["state"], job["errorMsg"]) == ("done", None)
    assert (job["extractProgress"]["totalPages"], job["extractProgress"]["extractedPages"]) == (2, 2)
    texts = [line["layoutParsingResults"][0]["markdown"]["text"] for line in lines]
    assert [text.splitlines()[0][:16] for text in texts] == ["Line 0 of page 1", "Line 0 of page 3"]
    assert lines[0]["dataInfo"] == {"numPages": 3, "pages": [{"width": 1190, "height": 1684}] * 2, "type": "pdf"}
    assert lines[0]["layoutParsingResults"][0]["prunedResult"]["parsing_res_list"]


async def test_the_models_for_lines_read_by_ocr_alone(http, runner, end, service):
    payload = json.dumps({"textDetLimitSideLen": 640, "useDocUnwarping": False})
    _, lines = await read(http, end, PDF, payload, model="PP-OCRv6")
    results = [line["ocrResults"][0] for line in lines]
    assert [result["prunedResult"]["rec_texts"] for result in results] == [["fake 1190x1684"]] * 3
    assert service.ocr.options.text_det_limit_side_len == 640
    assert (service.ocr.calls, service.layout.calls, service.chart.calls) == (3, 0, 0)


async def test_pictures_are_fetched_by_their_addresses_without_a_key(http, runner, end):
    _, [line] = await read(http, end, REPORT)
    markdown = line["layoutParsingResults"][0]["markdown"]
    [(name, address)] = markdown["images"].items()
    assert "/" not in name
    assert f"]({name})" in markdown["text"]
    picture = await http.get(address)
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
    assert picture.content.startswith(b"\x89PNG")
    parts = urlsplit(address)
    other = await http.get(f"{parts.path.replace(name, 'page-1-1.png')}?{parts.query}")
    assert other.status_code == 403  # signed for another file


async def test_without_images_none_are_made(http, runner, end):
    _, [line] = await read(http, end, REPORT, json.dumps({"returnMarkdownImages": False}))
    assert line["layoutParsingResults"][0]["markdown"]["images"] == {}


async def test_an_address_is_good_for_an_hour(http, runner, end, monkeypatch):
    job, _ = await read(http, end)
    address = job["resultUrl"]["jsonUrl"]
    [expires] = parse_qs(urlsplit(address).query)["expires"]
    now = int(expires) - 3600
    monkeypatch.setattr("serve_app.api.dialects.signed_addresses.time.time", lambda: now + 3599)
    assert (await http.get(address)).status_code == 200
    assert (await http.get(address.replace(expires, str(int(expires) + 60)))).status_code == 403
    monkeypatch.setattr("serve_app.api.dialects.signed_addresses.time.time", lambda: now + 3601)
    answer = await http.get(address)
    assert (answer.status_code, answer.json()["code"]) == (403, 403)


@pytest.mark.parametrize("name", ["result.jsonl", "page-1-1.png", "x"])
@pytest.mark.parametrize("job", ["0" * 32, "x", "%2e%2e"])
async def test_addresses_of_nothing_are_refused(http, job, name):
    answer = await http.get(f"/api/v2/ocr/results/{job}/{name}?expires=99999999999&signature={'0' * 64}")
    assert answer.status_code in (403, 404)


async def test_a_page_that_failed_says_so_in_its_place(http, partial):
    job_id = await partial((await submit(http)).json()["data"]["jobId"])
    data = (await http.get(f"{PATH}/{job_id}")).json()["data"]
    assert (data["state"], data["errorMsg"]) == ("done", "1 of 3 pages could not be read; page 2: The page is torn")
    lines = (await http.get(data["resultUrl"]["jsonUrl"])).text.splitlines()
    torn = json.loads(lines[1])["result"]["layoutParsingResults"][0]
    assert torn["markdown"]["text"] == "<!-- page 2 was not read: The page is torn -->\n"
    assert torn["prunedResult"]["error"] == "The page is torn"


async def test_a_job_that_failed_says_why(http, runner, end):
    job_id = (await submit(http, pageRanges="9")).json()["data"]["jobId"]
    data = (await http.get(f"{PATH}/{await end(job_id)}")).json()["data"]
    assert (data["state"], data["resultUrl"]) == ("failed", None)
    assert data["errorMsg"] == "pages: there is no page 9; the document has 3"


async def test_a_batch_is_found_by_its_name(http):
    ids = [(await submit(http, batchId=name)).json()["data"]["jobId"] for name in ("b", "b", "c")]
    data = (await http.get(f"{PATH}/batch/b")).json()["data"]
    assert [job["jobId"] for job in data["extractResult"]] == [ids[1], ids[0]]
    assert data["extractResult"][0]["state"] == "pending"
    assert (await http.get(f"{PATH}/batch/d")).status_code == 404


@pytest.mark.parametrize(
    ("fields", "payload", "word"),
    [
        ({"model": "GPT"}, "{}", "PP-OCRv6"),
        ({}, "{", "optionalPayload"),
        ({}, "[]", "optionalPayload"),
        ({}, '{"useChartRecognition": "maybe"}', "useChartRecognition"),
        ({"model": "PP-OCRv5"}, '{"textDetThresh": 7}', "textDetThresh"),
        ({"model": "PP-OCRv5"}, '{"useDocUnwarping": true}', "useDocUnwarping"),
        ({"batchId": "x" * 201}, "{}", "batchId"),
    ],
)
async def test_what_is_wrong_is_a_400_that_names_it(http, jobs, fields, payload, word):
    answer = await submit(http, PDF, payload, **fields)
    body = answer.json()
    assert (answer.status_code, body["code"], body["data"]) == (400, 400, None)
    assert word in body["msg"]
    assert await jobs.store.jobs("anonymous") == []


async def test_what_is_no_document_is_refused(http):
    answer = await submit(http, b"plain text")
    assert (answer.status_code, answer.json()["code"]) == (415, 415)
    no_file = await http.post(PATH, data={"model": "PP-OCRv6"})
    assert no_file.status_code == 400


async def test_a_url_is_fetched_only_where_the_config_allows_it(http):
    asked = {"model": "PP-OCRv6", "fileUrl": "https://example.org/a.pdf", "optionalPayload": {}}
    answer = await http.post(PATH, json=asked)
    assert (answer.status_code, answer.json()["code"]) == (400, 400)
    assert "http.allow_url" in answer.json()["msg"]
    without = await http.post(PATH, json={"model": "PP-OCRv6"})
    assert "fileUrl" in without.json()["msg"]


async def test_unknown_jobs_and_those_of_other_dialects_are_not_found(http):
    job = (await http.post("/v1/jobs", files={"file": PDF})).json()
    for job_id in (job["id"], "0" * 32, "x"):
        answer = await http.get(f"{PATH}/{job_id}")
        assert (answer.status_code, answer.json()) == (404, {"code": 404, "msg": "Task not found.", "data": None})


async def test_the_job_is_also_one_of_v1_jobs(http, runner, end):
    job_id = await end((await submit(http, model="PP-OCRv6")).json()["data"]["jobId"])
    assert [job["id"] for job in (await http.get("/v1/jobs")).json()["jobs"]] == [job_id]
    text = await http.get(f"/v1/jobs/{job_id}/result", params={"format": "text"})
    assert text.text.startswith("fake 1190x1684")


class TestByUrl:
    @pytest.fixture
    def config(self, tmp_path):
        return AppConfig(jobs=JobsConfig(folder=str(tmp_path)), http=HttpConfig(allow_url=True))

    async def test_a_document_is_fetched_and_named_after_its_address(self, http, jobs, monkeypatch):
        async def fetch(url, config, limit):
            return PDF

        monkeypatch.setattr(paddleocr, "fetch_file", fetch)
        for address, name in (("https://example.org/x/a.pdf?y=1", "a.pdf"), ("https://example.org/", "document")):
            answer = await http.post(PATH, json={"model": "PP-OCRv6", "fileUrl": address})
            job = await jobs.store.get(answer.json()["data"]["jobId"])
            assert [document.name for document in job.documents] == [name]

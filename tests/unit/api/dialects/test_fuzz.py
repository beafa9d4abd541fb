"""Mutated forms and bodies to the routes of the dialects: each is taken in or refused."""

import json
import random

import httpx
import pytest

from tests.fuzzing import mutate
from tests.unit.api.test_document import draw

PDF = draw(1)
COUNT = 400
BATCHES = 4

FIELDS = {
    "/api/v2/ocr/jobs": ("model", "optionalPayload", "pageRanges", "batchId", "fileUrl"),
    "/tasks": ("parse_method", "start_page_id", "end_page_id", "return_md", "response_format_zip", "lang_list"),
    "/v1/convert/file/async": ("to_formats", "page_range", "target_type", "callbacks", "do_ocr", "image_export_mode"),
    "/v1/convert/source/async": ("sources", "options", "target", "callbacks"),
}
VALUES = ("", "1", "-1", "9" * 5000, "true", "md", "PP-OCRv6", "{", "[[", '{"a": NaN}', "\ud800", "ä", "\0", "[" * 5000)
JSON_VALUES = (None, True, -1, 1e308, 2**70, float("nan"), "", "x" * 1000, "\ud800", [], {}, [[]], [{"kind": "file"}])


def make(seed):
    rng = random.Random(seed)
    path = rng.choice(list(FIELDS))
    if path.endswith("source/async") or (path.startswith("/api") and rng.random() < 0.3):
        body = json.dumps({name: rng.choice(JSON_VALUES) for name in FIELDS[path] if rng.random() < 0.7}).encode()
        return path, mutate(rng, body) if rng.random() < 0.4 else body, "application/json"
    fields = {name: rng.choice(VALUES).encode("utf-8", "surrogatepass") for name in FIELDS[path] if rng.random() < 0.4}
    if path.startswith("/api"):
        fields.setdefault("model", b"PP-OCRv6")
    name = rng.choice(("a.pdf", "", "..", "../" * 50, "\\..\\a", "a" * 5000, "\0.pdf", "ä.pdf"))
    files = {"file" if path.startswith("/api") else "files": (name, mutate(rng, PDF) if rng.random() < 0.3 else PDF)}
    form = httpx.Request("POST", "http://x/", files=files, data=fields)
    body, content_type = form.read(), form.headers["content-type"]
    if rng.random() < 0.4:
        body = mutate(rng, body)
    if rng.random() < 0.2:
        content_type += rng.choice(("; charset=punycode", '; boundary="', "; boundary=", ";;="))
    return path, body, content_type


@pytest.mark.parametrize("batch", range(BATCHES))
async def test_whatever_comes_is_taken_in_or_refused(http, batch):
    for seed in range(batch, COUNT, BATCHES):
        path, body, content_type = make(seed)
        answer = await http.post(path, content=body, headers={"content-type": content_type})
        assert answer.status_code in {200, 202, 400, 413, 415, 422}, (seed, path, answer.text)
        job = answer.json()
        job_id = job.get("task_id") or (job.get("data") or {}).get("jobId")
        if job_id and "tasks" in path:  # names that came in go out again
            assert (await http.get(f"/tasks/{job_id}")).status_code == 200


@pytest.mark.parametrize("value", ["x", "%00", "%ff", "..%2f..", "a" * 5000, "0" * 32])
@pytest.mark.parametrize(
    "path",
    [
        "/api/v2/ocr/jobs/{}",
        "/api/v2/ocr/jobs/batch/{}",
        "/api/v2/ocr/results/{}/result.jsonl?expires=1&signature=%ff",
        "/api/v2/ocr/results/x/{}?expires=99999999999999999999999&signature=x",
        "/tasks/{}",
        "/tasks/{}/result",
        "/v1/status/poll/{}?wait=nan",
        "/v1/status/poll/{}?wait=1e308",
        "/v1/result/{}",
    ],
)
async def test_what_is_asked_for_and_is_not_there_is_refused(http, path, value):
    answer = await http.get(path.format(value))
    assert 400 <= answer.status_code < 500, answer.text

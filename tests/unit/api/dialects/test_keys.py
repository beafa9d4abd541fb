"""Keys on the routes of the dialects: each refuses in its own form, and shows nobody the jobs of others."""

import httpx
import pytest

from serve_app.api.app import build_api
from serve_app.api.key_file import Keys
from serve_app.config import AppConfig, HttpConfig, JobsConfig
from tests.unit.api.test_document import PDF
from tests.unit.api.test_key_file import a_key

FORMS = {
    "/api/v2/ocr/jobs": ("file", {"model": "PP-OCRv6"}, {"code", "msg", "data"}),
    "/tasks": ("files", {}, {"detail"}),
    "/v1/convert/file/async": ("files", {}, {"detail"}),
}


@pytest.fixture
def config(monkeypatch, tmp_path):
    keys = (a_key("sa_ada", "ada"), a_key("sa_bob", "bob"), a_key("sa_root", "root", scope="admin"))
    monkeypatch.setenv("TEST_KEYS", Keys(keys=keys).model_dump_json())
    return AppConfig(http=HttpConfig(keys_env="TEST_KEYS"), jobs=JobsConfig(folder=str(tmp_path)))


@pytest.fixture
async def bare(service, jobs):
    """Without a key."""
    app = build_api(service.reading, service.models, jobs)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service", timeout=60) as client:
        yield client


def of(name):
    return {"Authorization": f"Bearer sa_{name}"}


async def submit(bare, path, headers):
    field, form, _ = FORMS[path]
    return await bare.post(path, files={field: ("a.pdf", PDF)}, data=form, headers=headers)


@pytest.mark.parametrize("path", FORMS)
async def test_without_a_key_nothing_is_taken_in(bare, path):
    answer = await submit(bare, path, {})
    assert (answer.status_code, set(answer.json())) == (401, FORMS[path][2])


@pytest.mark.parametrize("path", FORMS)
async def test_a_job_is_its_owners_and_the_admins(bare, path):
    body = (await submit(bare, path, of("ada"))).json()
    job_id = body.get("task_id") or body["data"]["jobId"]
    status = f"/v1/status/poll/{job_id}" if "convert" in path else f"{path}/{job_id}"
    found = [(await bare.get(status, headers=of(name))).status_code for name in ("ada", "bob", "root")]
    assert found == [200, 404, 200]


async def test_a_result_of_paddleocr_needs_its_signature_only(bare, runner, end):
    body = (await submit(bare, "/api/v2/ocr/jobs", of("ada"))).json()
    job_id = await end(body["data"]["jobId"])
    job = (await bare.get(f"/api/v2/ocr/jobs/{job_id}", headers=of("ada"))).json()["data"]
    address = job["resultUrl"]["jsonUrl"]
    assert (await bare.get(address)).status_code == 200
    assert (await bare.get(address[:-4] + "0000")).status_code == 403
    assert (await bare.get(address.partition("?")[0])).status_code == 400
    assert (await bare.post(address)).status_code == 401

"""Whose jobs a key sees. Nothing here reads the documents: the jobs stay queued."""

import httpx
import pytest

from serve_app.api.app import build_api
from serve_app.api.jobs_service import JobsService
from serve_app.api.key_file import Keys
from serve_app.config import AppConfig, HttpConfig, JobsConfig
from serve_app.hosting.fake import FakeChart, FakeOcr
from serve_app.pipeline.load import ReplicaCounts
from tests.clients import LocalChart, LocalOcr, build_service
from tests.pdf_drawings import draw_pdf, draw_sentences
from tests.unit.api.test_key_file import a_key


@pytest.fixture
async def http(monkeypatch, tmp_path):
    keys = (a_key("sa_ada", "ada"), a_key("sa_bob", "bob"), a_key("sa_root", "root", scope="admin"))
    monkeypatch.setenv("TEST_KEYS", Keys(keys=keys).model_dump_json())
    config = AppConfig(http=HttpConfig(keys_env="TEST_KEYS"), jobs=JobsConfig(folder=str(tmp_path)))
    one = ReplicaCounts(running=1, target=1)
    service = build_service(config, LocalOcr(FakeOcr()), LocalChart(FakeChart()), replicas=lambda: one)
    jobs = JobsService.open(config.jobs)
    app = build_api(service, {}, jobs)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as http:
        yield http
    await jobs.store.close()


@pytest.fixture
async def job(http):
    pdf = draw_pdf(draw_sentences)
    answer = await http.post("/v1/jobs", content=pdf, headers=of("ada") | {"Content-Type": "application/pdf"})
    return answer.json()["id"]


def of(name):
    return {"X-Api-Key": f"sa_{name}"}


async def list_jobs(http, name, **params):
    answer = await http.get("/v1/jobs", params=params, headers=of(name))
    return [found["id"] for found in answer.json()["jobs"]] if answer.is_success else answer.status_code


async def test_a_job_is_its_owners(http, job):
    assert await list_jobs(http, "ada") == [job]
    assert await list_jobs(http, "bob") == []
    for part in ("", "/pages/1", "/result", "/events"):
        assert (await http.get(f"/v1/jobs/{job}{part}", headers=of("bob"))).status_code == 404
    assert (await http.delete(f"/v1/jobs/{job}", headers=of("bob"))).status_code == 404
    assert (await http.get(f"/v1/jobs/{job}", headers=of("ada"))).json()["state"] == "queued"


async def test_an_admin_sees_and_cancels_it(http, job):
    assert await list_jobs(http, "root") == []
    assert await list_jobs(http, "root", owner="ada") == [job]
    assert await list_jobs(http, "bob", owner="ada") == 403
    assert await list_jobs(http, "ada", owner="ada") == [job]
    assert (await http.delete(f"/v1/jobs/{job}", headers=of("root"))).json()["state"] == "cancelled"

"""The command against the whole HTTP application with its jobs, on fake engines, over a real connection; no Ray."""

import asyncio
import json
import threading

import openpyxl
import pytest
import uvicorn

from serve_app.api.app import build_api
from serve_app.api.jobs_service import JobsService
from serve_app.api.key_file import Keys
from serve_app.cli.main import main
from serve_app.config import AppConfig, HttpConfig, JobsConfig
from serve_app.hosting.fake import FakeChart, FakeOcr
from serve_app.jobs.runner import JobRunner
from serve_app.pipeline.job_pages import JobPages
from serve_app.pipeline.load import ReplicaCounts
from tests.clients import LocalChart, LocalOcr, build_service
from tests.drawings import encode, sketch_chart
from tests.pdf_drawings import SENTENCE, draw_pdf, draw_sentences
from tests.service import free_port
from tests.unit.api.test_key_file import a_key


async def serve(config, port, started, stop):
    one = ReplicaCounts(running=1, target=1)
    service = build_service(config, LocalOcr(FakeOcr()), LocalChart(FakeChart()), replicas=lambda: one)
    jobs = JobsService.open(config.jobs)
    pages = JobPages(service, jobs.blobs)
    runner = JobRunner(jobs.store, jobs.blobs, pages, worker="test", concurrency=1)
    server = uvicorn.Server(
        uvicorn.Config(build_api(service, {}, jobs), port=port, log_level="warning", ws="none", lifespan="off")
    )
    working, serving = asyncio.create_task(runner.run()), asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    started.set()
    await asyncio.to_thread(stop.wait)
    server.should_exit = True
    await serving
    runner.stop()
    await working
    await pages.close()
    await jobs.store.close()


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEST_KEYS", Keys(keys=(a_key(),)).model_dump_json())
        jobs = JobsConfig(folder=str(tmp_path_factory.mktemp("jobs")))
        config = AppConfig(http=HttpConfig(keys_env="TEST_KEYS"), jobs=jobs)
        port, started, stop = free_port(), threading.Event(), threading.Event()
        thread = threading.Thread(target=lambda: asyncio.run(serve(config, port, started, stop)))
        thread.start()
        assert started.wait(60)
        yield f"http://127.0.0.1:{port}"
        stop.set()
        thread.join(60)


@pytest.fixture
def run(url, monkeypatch):
    monkeypatch.setenv("SERVE_APP_URL", url)
    monkeypatch.setenv("SERVE_APP_KEY", "sa_secret")
    return lambda *arguments: main([str(argument) for argument in arguments])


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "report.pdf").write_bytes(draw_pdf(draw_sentences, draw_sentences))
    (tmp_path / "in" / "deep" / "chart.png").write_bytes(encode(sketch_chart()))
    (tmp_path / "in" / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing")
    return tmp_path / "in"


def test_a_folder_is_read_and_read_on(run, folder, tmp_path, capsys):
    read = ("read", folder, "--format", "text", "--out", tmp_path / "out", "--json")
    assert run(*read) == 1
    *files, summary = map(json.loads, capsys.readouterr().out.splitlines())
    assert summary == {"summary": {"done": 2, "skipped": 0, "partial": 0, "failed": 1, "pages": 3}}
    [failed] = [file for file in files if file["state"] == "failed"]
    assert "PDF" in failed["message"]
    assert (tmp_path / "out" / "report.pdf.txt").read_text().count(SENTENCE) == 6
    (folder / "broken.pdf").unlink()
    assert run(*read) == 0
    *_, summary = map(json.loads, capsys.readouterr().out.splitlines())
    assert summary["summary"]["skipped"] == 2
    assert run("jobs", "list") == 0
    assert capsys.readouterr().out == ""  # none of them stays


@pytest.mark.parametrize("format", ["markdown", "html", "json", "csv", "xlsx"])
def test_each_format(run, folder, tmp_path, format):
    (folder / "broken.pdf").unlink()
    assert run("read", folder, "--format", format, "--out", tmp_path / "out") == 0
    if format == "xlsx":
        for path in (tmp_path / "out").rglob("*.xlsx"):
            assert openpyxl.load_workbook(path).sheetnames[0] == "Contents"


def test_some_pages_of_a_document(run, folder, capfdbinary):
    assert run("read", folder / "report.pdf", "--format", "json", "--pages", "2") == 0
    assert [page["number"] for page in json.loads(capfdbinary.readouterr().out)["pages"]] == [2]


def test_a_job(run, folder, tmp_path, capsys):
    assert run("jobs", "submit", folder / "report.pdf") == 0
    job = capsys.readouterr().out.strip()
    assert run("jobs", "watch", job, "--out", tmp_path / "report.txt", "--format", "text") == 0
    assert (tmp_path / "report.txt").read_text().count(SENTENCE) == 6
    assert run("jobs", "list") == 0
    assert f"{job}\t" in capsys.readouterr().out
    assert run("jobs", "cancel", job) == 0


@pytest.mark.parametrize("key", ["", "sa_wrong"])
def test_a_wrong_key(run, folder, monkeypatch, capsys, key):
    monkeypatch.setenv("SERVE_APP_KEY", key)
    assert run("read", folder / "report.pdf") == 2
    assert "API key" in capsys.readouterr().err

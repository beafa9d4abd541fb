"""The command against the service as it ships, and `--local` without one."""

import json
import subprocess
import sys
from contextlib import suppress
from uuid import uuid4

import openpyxl
import psutil
import pytest
import yaml

from tests.nodes import wait_until
from tests.pdf_drawings import SENTENCE, draw_bars, draw_pdf, draw_sentences
from tests.service import ROOT, shipped_config

pytestmark = pytest.mark.serve


def run(*arguments, status=0):
    command = [sys.executable, "-m", "serve_app", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=400, cwd=ROOT)
    assert done.returncode == status, done.stderr
    return done.stdout


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "report.pdf").write_bytes(draw_pdf(draw_sentences, draw_bars))
    (tmp_path / "in" / "deep" / "chart.png").write_bytes((ROOT / "tests/samples/chart.png").read_bytes())
    return tmp_path / "in"


def test_a_folder_is_read_once_and_its_failures_are_told(service, folder, tmp_path):
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing")
    read = ("read", folder, "--format", "markdown", "--out", tmp_path / "out", "--json", "--url", service.base_url)
    *files, summary = map(json.loads, run(*read, status=1).splitlines())
    assert summary["summary"] == {"done": 2, "skipped": 0, "partial": 0, "failed": 1, "pages": 3}
    assert (tmp_path / "out" / "deep" / "chart.png.md").read_text()
    [failed] = [file for file in files if file["state"] == "failed"]
    assert failed["file"].endswith("broken.pdf")
    *files, summary = map(json.loads, run(*read, status=1).splitlines())
    assert summary["summary"]["skipped"] == 2
    assert service.get("/v1/jobs").json()["jobs"] == []


def test_tables_go_to_a_workbook(service, folder, tmp_path):
    printed = run("read", folder, "--format", "xlsx", "--out", tmp_path / "out", "--url", service.base_url)
    assert "2 files: 2 read; 3 pages" in printed
    book = openpyxl.load_workbook(tmp_path / "out" / "deep" / "chart.png.xlsx")
    assert book.sheetnames == ["Contents", "p1-t1"]
    assert [cell.value for cell in book["p1-t1"][2]] == ["Apples", 42]


def test_a_job_is_submitted_watched_listed_and_deleted(service, folder, tmp_path):
    url = ("--url", service.base_url)
    job = run("jobs", "submit", folder / "report.pdf", *url).strip()
    run("jobs", "watch", job, "--out", tmp_path / "report.md", *url)
    assert (tmp_path / "report.md").read_text()
    assert job in run("jobs", "list", *url)
    run("jobs", "cancel", job, *url)
    assert run("jobs", "list", *url) == ""


def test_a_service_is_started_for_the_call_and_stopped(tmp_path, folder, monkeypatch):
    config = shipped_config()
    config["http_options"]["host"] = "0.0.0.0"  # not used for a service that is only for this call
    [application] = config["applications"]
    for section in ("ocr", "layout"):
        application["args"][section]["engine"] = "fake"
    application["args"]["chart"]["model"] = "fake"
    (tmp_path / "fakes.yaml").write_text(yaml.safe_dump(config))
    read = (
        "read",
        folder,
        "--format",
        "text",
        "--out",
        tmp_path / "out",
        "--local",
        "--config",
        tmp_path / "fakes.yaml",
    )
    monkeypatch.setenv("TEST_MARK", mark := uuid4().hex)
    assert "2 files: 2 read; 3 pages" in run(*read)
    assert SENTENCE in (tmp_path / "out" / "report.pdf.txt").read_text()
    wait_until(lambda: list_marked(mark) == [], within_s=180)  # Ray's agents end after the process that started them


def list_marked(mark):
    """The processes that have inherited a mark in their environment."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("TEST_MARK") == mark:
                found.append(process.name())
    return found

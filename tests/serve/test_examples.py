"""The examples run against the service as they stand in the repository."""

import shutil
import subprocess
import sys

import pytest

from tests.pdf_drawings import SENTENCE, draw_bars, draw_pdf, draw_sentences
from tests.service import ROOT

pytestmark = pytest.mark.serve


def run(service, name, *arguments):
    url = str(service.base_url).rstrip("/")
    command = [sys.executable, ROOT / "examples" / name, *arguments, "--url", url]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


def test_read_page(service):
    assert "Costs fell for the second time in a row." in run(service, "read_page.py", ROOT / "tests/samples/page.png")


def test_chart_to_csv(service, tmp_path):
    chart = shutil.copy(ROOT / "tests/samples/chart.png", tmp_path)
    assert "bar, 4 rows" in run(service, "chart_to_csv.py", chart)
    assert (tmp_path / "chart.csv").read_text().splitlines()[1:3] == ["Apples,42", "Pears,17"]


def test_an_error_is_told(service, tmp_path):
    (tmp_path / "notes.txt").write_text("not an image")
    assert "Send an image: PNG" in run(service, "chart_to_csv.py", tmp_path / "notes.txt")


def test_read_document(service, tmp_path):
    (tmp_path / "report.pdf").write_bytes(draw_pdf(draw_sentences, draw_bars))
    assert "1 pages read, of 2" in run(service, "read_document.py", tmp_path / "report.pdf", "--pages", "1")
    assert SENTENCE in (tmp_path / "report.md").read_text()


def test_job(service, tmp_path):
    (tmp_path / "report.pdf").write_bytes(draw_pdf(draw_sentences, draw_sentences))
    before = service.get("/v1/jobs").json()
    printed = run(service, "job.py", tmp_path / "report.pdf")
    assert "page 1: " in printed
    assert printed.endswith("done: 2 pages read, 0 not\n")
    assert service.get("/v1/jobs").json() == before

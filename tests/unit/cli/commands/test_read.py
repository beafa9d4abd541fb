import json
import subprocess
import sys

import httpx
import pytest

from serve_app.cli.commands import read as command
from serve_app.cli.main import main
from tests.service import ROOT
from tests.unit.cli.service import FakeService, a_document, a_page

PNG, PDF = b"\x89PNG\r\n\x1a\nimage", b"%PDF-1.7\ndocument"


@pytest.fixture
def service(monkeypatch):
    service = FakeService()
    monkeypatch.setattr(command, "connect", service.connect)
    return service


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "a.pdf").write_bytes(PDF)
    (tmp_path / "in" / "deep" / "b.png").write_bytes(PNG)
    (tmp_path / "in" / "notes.txt").write_text("not taken from a folder")
    return tmp_path / "in"


def read(folder, *options):
    return main(["read", str(folder), "--out", str(folder.parent / "out"), *options])


def list_files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("format", "files"),
    [
        ("markdown", ["a.pdf.md", "deep/b.png.md"]),
        ("html", ["a.pdf.html", "deep/b.png.html"]),
        ("text", ["a.pdf.txt", "deep/b.png.txt"]),
        ("json", ["a.pdf.json", "deep/b.png.json"]),
        ("xlsx", ["a.pdf.xlsx", "deep/b.png.xlsx"]),
        ("csv", ["a.pdf.csv", "deep/b.png.csv"]),
        ("zip", ["a.pdf.zip", "deep/b.png.zip"]),
    ],
)
def test_each_format_is_written_beside_its_folders(service, folder, format, files, capsys):
    assert read(folder, "--format", format) == 0
    assert list_files(folder.parent / "out") == [".serve-app.jsonl", *files]
    assert capsys.readouterr().out == "2 files: 2 read; 4 pages\n"


def test_documents_are_jobs_that_do_not_stay_and_images_single_requests(service, folder):
    read(folder)
    assert (service.count("/v1/jobs"), service.count("/v1/document"), service.jobs) == (1, 1, {})


@pytest.mark.parametrize("format", ["markdown", "json"])
def test_a_service_without_jobs_reads_documents_at_once(service, folder, format):
    service.has_jobs = False
    assert read(folder, "--format", format) == 0
    assert service.count("/v1/document") == 2


def test_what_is_done_is_not_read_again_and_what_changed_is(service, folder, capsys):
    assert read(folder) == 0
    before = len(service.requests)
    assert read(folder) == 0
    assert len(service.requests) == before + 2  # the description, and a look at the key
    (folder / "a.pdf").write_bytes(PDF + b" changed")
    (folder.parent / "out" / "deep" / "b.png.md").unlink()
    assert read(folder) == 0
    assert (service.count("/v1/jobs"), service.count("/v1/document")) == (2, 2)
    read(folder, "--no-charts")
    assert (service.count("/v1/jobs"), service.count("/v1/document")) == (3, 3)
    assert "2 read before" in capsys.readouterr().out


def test_a_second_format_leaves_the_first_alone(service, folder):
    read(folder)
    read(folder, "--format", "text")
    assert (folder.parent / "out" / "a.pdf.md").exists()
    read(folder)
    assert service.count("/v1/document") == 2


def test_failures_are_summed_up_and_the_rest_is_read(service, folder, capsys):
    service.refused = {PDF: "it is encrypted", PNG: "it is truncated"}
    (folder / "c.png").write_bytes(PNG + b"more")
    assert read(folder) == 1
    printed = capsys.readouterr().out
    assert "3 files: 1 read, 2 not read; 2 pages" in printed
    assert "a.pdf: it is encrypted" in printed
    assert "b.png: it is truncated" in printed
    service.refused = {}
    assert read(folder) == 0  # what had failed is tried again


@pytest.mark.parametrize("has_jobs", [True, False])
@pytest.mark.parametrize(
    ("format", "told"), [("json", "page 2: cannot be rendered"), ("markdown", "1 pages could not")]
)
def test_pages_that_were_not_read_are_told_and_tried_again(service, folder, capsys, format, told, has_jobs):
    service.has_jobs = has_jobs
    service.documents[PDF] = a_document(a_page(1), {"number": 2, "error": "cannot be rendered"})
    assert read(folder, "--format", format) == 1
    printed = capsys.readouterr().out
    assert "1 read, 1 read in part; 3 pages" in printed
    assert told in printed
    service.documents = {}
    assert read(folder, "--format", format) == 0


def test_machines_get_a_line_for_each_file_and_one_that_counts(service, folder, capsys):
    service.refused = {PNG: "it is truncated"}
    assert read(folder, "--json") == 1
    *files, summary = map(json.loads, capsys.readouterr().out.splitlines())
    assert summary == {"summary": {"done": 1, "skipped": 0, "partial": 0, "failed": 1, "pages": 2}}
    found = {file["file"].rpartition("/")[2]: file for file in files}
    assert found["a.pdf"]["outputs"] == ["a.pdf.md"]
    assert (found["b.png"]["state"], found["b.png"]["message"]) == ("failed", "it is truncated")


def test_one_file_goes_to_standard_output(service, folder, capfdbinary):
    assert main(["read", str(folder / "a.pdf"), "--format", "text"]) == 0
    assert capfdbinary.readouterr().out == b"Title\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["in"], "--out"),
        (["in/a.pdf", "--format", "xlsx"], "--out"),
        (["in/a.pdf", "--format", "zip"], "--out"),
        (["in/absent.pdf", "--out", "out"], "no such file"),
        (["in/*.xyz", "--out", "out"], "nothing to read"),
        (["in/a.pdf", "in/deep/../other/a.pdf", "--out", "out"], "both be written as a.pdf"),
        (["in", "--out", "out", "--format", "docx"], "docx"),
    ],
)
def test_what_cannot_be_done_is_told_at_once(service, folder, monkeypatch, capsys, arguments, told):
    monkeypatch.chdir(folder.parent)
    (folder / "other").mkdir()
    (folder / "other" / "a.pdf").write_bytes(b"%PDF-other")
    assert main(["read", *arguments]) == 2
    assert told in " ".join(capsys.readouterr().err.split())
    assert service.count("/v1/document") + service.count("/v1/jobs") == 0


def test_a_wrong_key_ends_it_at_once(service, folder, capsys):
    service.key = "sa_right"
    assert read(folder, "--key", "sa_wrong") == 2
    assert "key is not known" in capsys.readouterr().err
    assert read(folder, "--key", "sa_right") == 0


def test_no_service_ends_it_at_once(folder, capsys):
    assert read(folder, "--url", "http://127.0.0.1:1") == 2
    assert "does not answer" in capsys.readouterr().err


def test_patterns_are_expanded(service, folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    assert main(["read", "in/**/*.png", "--out", "out"]) == 0
    assert list_files(folder.parent / "out") == [".serve-app.jsonl", "b.png.md"]


def test_an_archive_has_its_images(service, folder):
    read(folder, "--format", "zip")
    asked = [dict(r.url.params) for r in service.requests if (r.method, r.url.path) == ("POST", "/v1/jobs")]
    assert [params["figures"] for params in asked] == ["zip"]


@pytest.mark.parametrize("arguments", [["read", "--help"], ["jobs", "--help"], ["keys", "list", "--help"], ["--help"]])
def test_help_starts_without_ray_models_and_http(arguments):
    code = (
        "import sys\nfrom serve_app.cli.main import main\n"
        f"status = main({arguments})\n"
        "heavy = ('ray', 'torch', 'cv2', 'numpy', 'fastapi', 'httpx', 'yaml', 'xlsxwriter')\n"
        "print('LOADED', [name for name in heavy if name in sys.modules], status)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "LOADED [] 0"


def test_an_interrupt_ends_with_its_own_status(service, folder, monkeypatch):
    def interrupt(request):
        raise KeyboardInterrupt

    monkeypatch.setattr(service, "answer", interrupt)
    assert read(folder) == 130


def test_when_the_service_goes_the_rest_is_not_tried(service, folder, monkeypatch, capsys):
    answer = service.answer

    def go(request):
        if request.url.path in ("/v1/document", "/v1/jobs"):
            service.requests.append(request)
            raise httpx.ConnectError("refused")
        return answer(request)

    monkeypatch.setattr(service, "answer", go)
    for name in "cdef":
        (folder / f"{name}.png").write_bytes(PNG + name.encode())
    assert read(folder, "--parallel", "1") == 1
    printed = capsys.readouterr().out
    assert printed.count("does not answer: refused") == 1
    assert printed.count("not tried") == 5
    assert "6 files: 6 not read; 0 pages" in printed

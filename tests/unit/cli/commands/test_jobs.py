import json

import pytest

from serve_app.cli.commands import jobs as command
from serve_app.cli.main import main
from tests.unit.cli.service import FakeService, a_document, a_page


@pytest.fixture
def service(monkeypatch):
    service = FakeService()
    monkeypatch.setattr(command, "connect", service.connect)
    return service


@pytest.fixture
def file(tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"%PDF-a")
    return tmp_path / "a.pdf"


def test_a_job_goes_its_way(service, file, capsys):
    assert main(["jobs", "submit", str(file), "--pages", "1-2", "--language", "ru"]) == 0
    assert capsys.readouterr().out == "1\n"
    assert service.requests[-1].url.params["pages"] == "1-2"
    assert service.requests[-1].url.params["language"] == "ru"
    assert main(["jobs", "watch", "1", "--out", str(file.with_suffix(".md"))]) == 0
    assert "done\t2 of 2 pages" in capsys.readouterr().err
    assert file.with_suffix(".md").read_text() == "# Title\n"
    assert main(["jobs", "list"]) == 0
    assert capsys.readouterr().out.startswith("1\t")
    assert main(["jobs", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["state"] == "done"
    assert main(["jobs", "cancel", "1"]) == 0
    assert service.jobs == {}


@pytest.mark.parametrize("told", ["partial", "failed"])
def test_what_went_wrong_is_in_the_exit_status(service, file, capsys, told):
    if told == "failed":
        service.refused[b"%PDF-a"] = "no page can be opened"
    else:
        service.documents[b"%PDF-a"] = a_document(a_page(1), {"number": 2, "error": "cannot be rendered"})
    assert main(["jobs", "submit", str(file), "--watch"]) == 1
    error = capsys.readouterr().err
    assert told in error
    assert ("no page can be opened" if told == "failed" else "1 failed") in error


def test_a_job_that_is_not_there_is_told(service, capsys):
    assert main(["jobs", "watch", "9"]) == 2
    assert "There is no such job" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_told(service, tmp_path, capsys):
    assert main(["jobs", "submit", str(tmp_path / "absent.pdf")]) == 2
    assert "does not exist" in capsys.readouterr().err

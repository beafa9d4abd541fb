"""`/v1/document` and MinerU's dialect over HTTP, on fake engines."""

import io
import json
import zipfile
from dataclasses import replace

import pytest
from openpyxl import load_workbook
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from serve_app.config import AppConfig, DocumentsConfig
from serve_app.documents.archive import Archive
from serve_app.documents.blocks import PageReading
from tests.unit.documents.reading import DOCUMENT


def draw(pages=2, **options):
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842), **options)
    for page in range(pages):
        for i in range(10):
            canvas.drawString(72, 760 - 14 * i, f"Line {i} of page {page + 1}, which has some words in it.")
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


PDF = draw()


async def post(service, data=PDF, path="/v1/document", **params):
    return await service.http.post(path, files={"file": ("a.pdf", data)}, params=params, timeout=60)


async def test_json_tells_the_pages(service):
    body = (await post(service, pages="2")).json()
    assert (body["kind"], body["pagesTotal"], body["pagesRead"]) == ("PDF", 2, 1)
    [page] = body["pages"]
    assert (page["number"], page["source"], page["points"]) == (2, "pdf", [595, 842])
    assert page["blocks"][0]["text"].startswith("Line 0 of page 2")
    assert body["request_id"]


@pytest.mark.parametrize(
    ("chosen", "media_type", "begins"),
    [
        ("markdown", "text/markdown", "Line 0 of page 1"),
        ("html", "text/html", "<!doctype html>"),
        ("text", "text/plain", "Line 0 of page 1"),
    ],
)
async def test_formats(service, chosen, media_type, begins):
    answer = await post(service, format=chosen)
    assert answer.headers["content-type"].startswith(media_type)
    assert answer.text.startswith(begins)
    assert (answer.headers["X-Pages-Total"], answer.headers["X-Pages-Read"]) == ("2", "2")


@pytest.fixture
def figures(monkeypatch):
    """What is read: a page with a table, a chart and its image, one that failed, and one with a figure."""

    async def read(service, ticket, data, options, keep=None):
        assert options.figures == bool(keep)
        kept = [keep(page) if keep and isinstance(page, PageReading) else page for page in DOCUMENT.pages]
        return replace(DOCUMENT, pages=tuple(kept))

    monkeypatch.setattr("serve_app.api.document.read_document", read)


async def test_csv_and_workbook_of_all_tables(service, figures):
    answer = await post(service, format="csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.text.startswith(
        "# Page 1 table 1,table\r\nYear,a|b\r\n2024,7\r\n\r\n# Page 1 table 2,bar chart,Figure 1"
    )
    assert "# Page 2,not read" in answer.text
    answer = await post(service, format="xlsx")
    assert 'filename="document.xlsx"' in answer.headers["content-disposition"]
    assert (answer.headers["X-Pages-Total"], answer.headers["X-Pages-Read"]) == ("3", "2")
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["Contents", "p1-t1", "p1-t2 Figure 1"]


async def test_an_archive_of_everything(service, figures):
    answer = await post(service, format="zip")
    assert answer.headers["content-type"] == "application/zip"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert (answer.headers["X-Pages-Total"], answer.headers["X-Pages-Read"]) == ("3", "2")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    images = ["images/page-1-6.png", "images/page-3-1.png"]
    tables = ["tables/page-1-1.csv", "tables/page-1-2.csv"]
    assert archive.namelist() == [*images, "document.json", "document.md", *tables]
    assert archive.read(images[0]) == b"png"
    assert "(images/page-1-6.png)" in archive.read("document.md").decode()
    pages = json.loads(archive.read("document.json"))["pages"]
    assert [block.get("image") for block in pages[0]["blocks"]][5] == images[0]
    assert archive.read(tables[1]) == b",Tonnes\r\nApples,42\r\n"


@pytest.mark.parametrize(
    ("chosen", "name"), [("html", "document.html"), ("json", "document.json"), ("csv", "document.csv")]
)
async def test_figures_as_files_beside_any_format(service, figures, chosen, name):
    answer = await post(service, format=chosen, figures="zip")
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert names == ["images/page-1-6.png", "images/page-3-1.png", name]


async def test_an_archive_that_fails_is_closed(service, monkeypatch):
    archive = Archive()
    monkeypatch.setattr("serve_app.api.document_formats.Archive", lambda: archive)
    assert (await post(service, b"%PDF-1.7 nothing", format="zip")).status_code == 400
    assert archive._file.closed


async def test_the_raw_body_is_read_too(service):
    answer = await service.http.post("/v1/document", content=PDF, headers={"Content-Type": "application/pdf"})
    assert answer.json()["pagesRead"] == 2


@pytest.mark.parametrize(
    ("data", "params", "status", "code"),
    [
        (b"", {}, 400, "empty_upload"),
        (b"%PDF-1.7 nothing", {}, 400, "unreadable_document"),
        (b"plain text", {}, 415, "unsupported_media"),
        (PDF, {"pages": "3"}, 422, "invalid_parameter"),
        (PDF, {"ocr": "maybe"}, 422, "invalid_parameter"),
        (PDF, {"page": "1"}, 422, "invalid_parameter"),
    ],
)
async def test_bad_input_touches_no_model(service, data, params, status, code):
    answer = await post(service, data, **params)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert service.calls == 0


async def test_an_encrypted_document_needs_its_password(service):
    locked = draw(encrypt=StandardEncryption("sesame", canPrint=0))
    assert (await post(service, locked)).json()["error"]["code"] == "password_required"
    assert (await post(service, locked, password="wrong")).json()["error"]["code"] == "wrong_password"
    assert (await post(service, locked, password="sesame")).json()["pagesRead"] == 2


class TestLimits:
    @pytest.fixture
    def config(self):
        return AppConfig(documents=DocumentsConfig(max_bytes=1024, max_in_flight=1))

    async def test_too_many_bytes(self, service):
        answer = await post(service)
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_many_bytes")


async def test_minerus_dialect(service):
    form = {"return_content_list": "true", "return_images": "true", "end_page_id": "0", "backend": "pipeline"}
    answer = await service.http.post("/file_parse", files={"files": ("report.v2.pdf", PDF)}, data=form, timeout=60)
    body = answer.json()
    assert (body["status"], body["file_names"]) == ("completed", ["report.v2"])
    result = body["results"]["report.v2"]
    assert result["md_content"].startswith("Line 0 of page 1")
    assert "page 2" not in result["md_content"]
    assert json.loads(result["content_list"])[0]["page_idx"] == 0
    assert result["images"] == {}


async def test_minerus_archive_has_one_root_folder(service):
    form = {"response_format_zip": "true"}
    answer = await service.http.post("/file_parse", files={"files": ("../../x.pdf", PDF)}, data=form, timeout=60)
    assert answer.headers["content-type"] == "application/zip"
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert names == ["x/auto/x.md", "x/auto/x_content_list.json"]


@pytest.mark.parametrize(
    ("form", "status"), [({}, 400), ({"parse_method": "magic"}, 422), ({"start_page_id": "-1"}, 422)]
)
async def test_minerus_dialect_refuses(service, form, status):
    files = {"files": ("a.pdf", PDF)} if form else {"other": ("a.pdf", PDF)}
    answer = await service.http.post("/file_parse", files=files, data=form)
    assert answer.status_code == status
    assert service.calls == 0

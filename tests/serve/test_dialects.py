"""The clients of PaddleOCR, langchain, MinerU and docling, unchanged, against the running service."""

import io
import json

import pytest
from reportlab.pdfgen.canvas import Canvas

from tests.serve.clients import run_client
from tests.service import ROOT

pytestmark = [pytest.mark.serve, pytest.mark.filterwarnings("ignore")]  # of the clients' own

LINES = ["Annual report of the harbour", "Ships arrived on each day of the year", "None of them was late"]


def draw(pages):
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842))
    for page in range(pages):
        canvas.setFont("Helvetica", 14)
        for number, line in enumerate(LINES):
            canvas.drawString(72, 760 - 30 * number, f"{line} {page + 1}")
        if page == 0:
            canvas.drawImage(str(ROOT / "tests/samples/chart.png"), 60, 60, 400, 300)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


@pytest.fixture(scope="module")
def pdf(tmp_path_factory):
    path = tmp_path_factory.mktemp("dialects") / "harbour.pdf"
    path.write_bytes(draw(2))
    return path


@pytest.fixture(scope="module")
def url(service):
    return str(service.base_url).rstrip("/")


@pytest.fixture
def paddleocr(url):
    from paddleocr import PaddleOCRClient  # takes seconds

    with PaddleOCRClient(token="none", base_url=url) as client:
        yield client


def test_paddleocrs_client_reads_lines(paddleocr, pdf):
    result = paddleocr.ocr(file_path=str(pdf))
    assert len(result.pages) == result.data_info["numPages"] == 2
    texts = result.pages[1].pruned_result["rec_texts"]
    assert [text.replace(" ", "") for text in texts] == [f"{line} 2".replace(" ", "") for line in LINES]


def test_paddleocrs_client_reads_a_document_and_saves_its_pictures(paddleocr, pdf, tmp_path):
    result = paddleocr.parse_document(model="PP-StructureV3", file_path=str(pdf), batch_id="ships", page_ranges="1-2")
    assert LINES[0] in result.pages[0].markdown_text
    assert "Cherries" in result.pages[0].markdown_text
    [picture] = paddleocr.save_document_parsing_result_resources(result, str(tmp_path))
    assert (tmp_path / picture).read_bytes().startswith(b"\x89PNG")
    [job] = paddleocr.get_batch_status("ships").jobs
    assert (job.state, job.progress.extracted_pages, job.error_msg) == ("done", 2, None)


def test_the_paddleocr_command(url, pdf, tmp_path):
    output = tmp_path / "out.json"
    arguments = ["api", "--model_type", "doc_parsing", "--file_path", str(pdf), "--output", str(output)]
    run_client("paddleocr", *arguments, PADDLEOCR_BASE_URL=url, PADDLEOCR_ACCESS_TOKEN="none")
    assert LINES[0] in json.loads(output.read_text())["pages"][0]["markdownText"]


def test_langchain(url, pdf):
    script = """
import sys
from langchain_paddleocr import PaddleOCRVLLoader
from pydantic import SecretStr
[document] = PaddleOCRVLLoader(sys.argv[2], access_token=SecretStr("none"), base_url=sys.argv[1]).load()
print(document.page_content)
"""
    text = run_client("python", "-c", script, url, str(pdf))
    assert f"{LINES[0]} 1" in text
    assert f"{LINES[2]} 2" in text


def test_the_mineru_command(url, pdf, tmp_path):
    run_client("mineru", "-p", str(pdf), "-o", str(tmp_path), "-b", "pipeline", "--api-url", url)
    folder = tmp_path / "harbour" / "auto"
    assert LINES[0] in (folder / "harbour.md").read_text()
    assert {entry["page_idx"] for entry in json.loads((folder / "harbour_content_list.json").read_text())} == {0, 1}
    assert list((folder / "images").iterdir())


def test_doclings_client(url, pdf):
    script = """
import sys
from pathlib import Path
from docling.service_client import DoclingServiceClient
from docling.service_client.client import ConvertDocumentsRequestOptions
with DoclingServiceClient(sys.argv[1], api_key="none", poll_server_wait=2) as client:
    client.health()
    options = ConvertDocumentsRequestOptions(image_export_mode="embedded")
    result = client.convert(Path(sys.argv[2]), options=options)
    [picture] = result.document.pictures
    [one] = client.convert_all([Path(sys.argv[2])], page_range=(2, 2))
    print(result.status.value, result.document.num_pages(), picture.image.size.width > 100)
    print([cell.text for cell in picture.meta.tabular_chart.chart_data.table_cells])
    print(list(one.document.pages), result.document.export_to_markdown())
"""
    status, cells, text = run_client("python", "-c", script, url, str(pdf)).split("\n", 2)
    assert status == "success 2 True"
    assert "Cherries" in cells
    assert text.startswith("[2] ")
    assert f"{LINES[0]} 1" in text

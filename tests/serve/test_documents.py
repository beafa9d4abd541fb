"""Whole documents through the running service: a report with columns, a table, a chart, and a scan on its side."""

import asyncio
import io
import json
import time
import zipfile

import httpx
import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.bench.jobs_chaos import DEPLOYMENTS
from tests.bench.jobs_client import JobsClient, Tally
from tests.drawings import draw_page
from tests.nodes import wait_until
from tests.service import ROOT

pytestmark = pytest.mark.serve

WORDS = [
    "The",
    "northern",
    "region",
    "grew",
    "again",
    "while",
    "costs",
    "fell",
    "for",
    "the",
    "second",
    "year",
    "in",
    "a",
    "row",
    "and",
    "the",
    "board",
    "expects",
    "this",
    "to",
    "go",
    "on",
]


def draw_report(scans=1):
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842))
    canvas.setFont("Helvetica-Bold", 22)
    canvas.drawString(60, 780, "Annual report")
    canvas.setFont("Helvetica", 10)
    for column in range(2):
        for i in range(20):
            text = " ".join(WORDS[(3 * i + column) % 12 :][:7])
            canvas.drawString(60 + 250 * column, 740 - 13 * i, f"{'ab'[column]}{i:02} {text}")
    for row, cells in enumerate([("Year", "Revenue", "Costs"), ("2022", "410", "300"), ("2023", "431", "296")]):
        for column, cell in enumerate(cells):
            canvas.drawString(80 + 120 * column, 430 - 16 * row, cell)
    for y in (444, 424, 392):
        canvas.line(70, y, 400, y)
    canvas.drawImage(str(ROOT / "tests/samples/chart.png"), 60, 60, 400, 300)
    canvas.showPage()
    for _ in range(scans):
        page = draw_page([f"Scanned line number {i} of the page" for i in range(14)], width=1000).rotate(
            90, expand=True
        )
        data = io.BytesIO()
        page.save(data, "PNG")
        canvas.drawImage(ImageReader(Image.open(data)), 40, 40, 500, 500 * page.height / page.width)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def test_a_report(service):
    answer = service.post("/v1/document", files={"file": ("report.pdf", draw_report())}, timeout=120)
    body = answer.json()
    assert (body["pagesTotal"], body["pagesRead"]) == (2, 2)
    first, scan = body["pages"]
    kinds = [block["kind"] for block in first["blocks"]]
    assert kinds[0] == "heading"
    text = " ".join(block["text"] for block in first["blocks"])
    assert text.index("a19") < text.index("b00")
    [chart] = [block for block in first["blocks"] if block["kind"] == "chart"]
    values = {row[0]["text"]: row[1]["number"]["value"] for row in chart["chart"]["rows"]}
    assert values == pytest.approx({"Apples": 42, "Pears": 17, "Plums": 35, "Cherries": 28}, abs=1)
    assert scan["source"] == "ocr"
    assert scan["turned"] == 270
    assert "Scanned line number 3 of the page" in " ".join(block["text"] for block in scan["blocks"])


def test_a_report_as_an_archive(service):
    """Its bytes come in pieces, through the proxy; the tables of the table and of the chart are those of the JSON."""
    files = {"file": ("report.pdf", draw_report())}
    answer = service.post("/v1/document?format=zip&pages=1", files=files, timeout=120)
    assert int(answer.headers["content-length"]) == len(answer.content)
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    [page] = json.loads(archive.read("document.json"))["pages"]
    images = [block["image"] for block in page["blocks"] if block.get("image")]
    assert images
    for name in images:
        assert f"({name})" in archive.read("document.md").decode()
        assert Image.open(io.BytesIO(archive.read(name))).width > 400
    tables = [archive.read(name).decode() for name in archive.namelist() if name.startswith("tables/")]
    assert any("2022,410,300" in table for table in tables)
    assert any("Apples,42" in table for table in tables)


async def test_no_page_of_a_job_is_lost_doubled_or_wrong_while_replicas_die(running, service):
    """The short form of `python -m tests.bench.jobs_chaos`: every replica of each deployment dies once."""
    tally = Tally()
    report = service.post("/v1/jobs", files={"file": ("report.pdf", draw_report(scans=3))}).json()
    async with httpx.AsyncClient(base_url=service.base_url, timeout=30) as http, asyncio.TaskGroup() as group:
        client = JobsClient(http, tally)
        for number in (0, 2):  # with a text layer, which the real models read as it is
            group.create_task(client.run_document(number, 12))
        for deployment in DEPLOYMENTS:
            read, deadline = tally.read, time.monotonic() + 180
            while tally.read == read:  # so that each kill meets pages that are read
                assert time.monotonic() < deadline, f"no page is read before {deployment} is to be killed"
                await asyncio.sleep(0.05)
            assert tally.read < 24
            for replica in running.find_replicas(deployment):
                replica.kill()
        group.create_task(client.run_document(1000, 1))  # sent to an ingress that has just died
    assert (tally.pages, tally.lost, tally.doubled, tally.wrong) == (25, 0, 0, 0)
    while (state := service.get(report["links"]["self"], params={"wait": 10}).json())["state"] in ("queued", "running"):
        pass
    assert state["pages"] == {"total": 4, "done": 4, "failed": 0}
    result = service.get(report["links"]["result"]).json()
    assert [page["number"] for page in result["pages"]] == [1, 2, 3, 4]
    wait_until(lambda: service.get("/ready").status_code == 200, within_s=180)


def test_a_cancelled_job_ends(service):
    job = service.post("/v1/jobs", files={"file": ("report.pdf", draw_report(scans=8))}).json()
    assert service.delete(job["links"]["self"]).json()["state"] == "cancelled"

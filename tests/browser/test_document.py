"""Documents in the page: by jobs of the shipped service, and by services whose settings are another's."""

import io
import json
import re
import zipfile

import httpx
import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from serve_app.api.key_file import Key, hash_token, write_keys
from serve_app.config import HttpConfig, JobsConfig
from tests.browser.conftest import visit
from tests.browser.local_site import serve_here
from tests.browser.test_chart import download
from tests.browser.test_page import DARK, NARROW, check_accessible, focused
from tests.drawings import draw_page
from tests.hostile_pdfs import book, spaces_stream, stream
from tests.pdf_drawings import draw_pdf, draw_scan, draw_sentences, encrypt
from tests.service import ROOT, fake_config

pytestmark = pytest.mark.browser

REPORT = ROOT / "tests/samples/report.pdf"
SLOW_MS = 120_000
TEXT = stream(b"BT /F 12 Tf 72 700 Td (Revenue rose by 12.5 percent in the third quarter) Tj ET")


def pdf(content, name="report.pdf"):
    return {"name": name, "mimeType": "application/pdf", "buffer": content}


def wait_for(site, *states):
    site.page.locator(", ".join(f".job[data-state={state}]" for state in states)).wait_for(timeout=SLOW_MS)


def find_job(site):
    [job] = json.loads(site.page.evaluate("sessionStorage.getItem('serve-app-jobs')"))
    return f"/v1/jobs/{job['id']}"


def blocks(site, kind="paragraph"):
    return site.page.locator(f".block.{kind} > p:not(.kind)").all_inner_texts()


@pytest.fixture
def local(context, tmp_path):
    """Opens the page of a service in this process with another config."""
    opened = []

    def open_local(**sections):
        jobs = {"jobs": JobsConfig(folder=str(tmp_path / "jobs"))}
        serving = serve_here(fake_config(**jobs | sections))
        http = httpx.Client(base_url=serving.__enter__(), timeout=60)
        visiting = visit(context, http)
        site = visiting.__enter__()
        opened.append((serving, http, visiting))
        return site

    yield open_local
    for serving, http, visiting in opened:
        visiting.__exit__(None, None, None)
        http.close()
        serving.__exit__(None, None, None)


def test_a_report_becomes_text_table_and_chart(site):
    site.pick(REPORT)
    wait_for(site, "done")
    assert site.page.locator("input[value=document]").is_checked()
    [sent] = site.posts
    assert sent.url == f"{site.url}/v1/jobs?figures=inline"
    [page] = site.http.get(f"{find_job(site)}/result").json()["pages"]
    by_kind = {kind: [b for b in page["blocks"] if b["kind"] == kind] for kind in ("paragraph", "table", "chart")}
    assert blocks(site) == [block["text"] for block in by_kind["paragraph"]]
    cells = site.page.locator(".block .grid td").all_inner_texts()
    assert cells == [cell["text"] for cell in by_kind["table"][0]["table"]["cells"]]
    [chart] = by_kind["chart"]
    fields = site.page.locator(".block.chart .read tbody input").evaluate_all("all => all.map(field => field.value)")
    assert fields == [cell["text"] for row in chart["chart"]["rows"] for cell in row]
    original = site.page.locator(".block.chart .stage img")
    assert original.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    assert site.page.locator(".block.chart .drawing rect.fill").count() == len(chart["chart"]["rows"])
    picture = site.page.locator(".sides > figure img.sheet")
    assert picture.evaluate("image => image.naturalWidth") == page["width"]
    site.page.locator(".block.table").hover()
    table = page["blocks"].index(by_kind["table"][0])
    assert site.page.locator(".sides > figure .overlay .lit").get_attribute("data-cell") == f"b{table}"
    assert "mm" in site.page.locator(".shown .quiet").first.inner_text()
    site.shoot("document")


def test_the_boxes_lie_where_the_blocks_are(site):
    site.pick(REPORT)
    wait_for(site, "done")
    [page] = site.http.get(f"{find_job(site)}/result").json()["pages"]
    index, block = next((i, b) for i, b in enumerate(page["blocks"]) if b["kind"] == "chart")
    picture = site.page.locator(".sides > figure img.sheet")  # takes the place of a drawn one
    picture.evaluate("image => image.decode()")
    sheet = picture.bounding_box()
    mark = site.page.locator(f".sides > figure .overlay [data-cell=b{index}]").bounding_box()
    scale = sheet["width"] / page["width"]
    for side, low, high, at in (("width", "left", "right", "x"), ("height", "top", "bottom", "y")):
        middle = (block["box"][low] + block["box"][high]) / 2 * scale  # a stroke reaches beyond both ends
        assert mark[at] + mark[side] / 2 == pytest.approx(sheet[at] + middle, abs=1.5)


def test_a_value_of_a_chart_can_be_corrected_and_taken_along(site):
    site.pick(REPORT)
    wait_for(site, "done")
    field = site.page.locator(".block.chart .read tbody tr").nth(1).locator("input").nth(1)
    with site.page.expect_response("**/v1/export*"):
        field.fill("18")
        field.press("Enter")
    with site.page.expect_download() as waiting:
        site.page.locator(".block.chart").get_by_role("button", name="Download CSV").click()
    assert re.match(r"report-1-\d+\.csv", waiting.value.suggested_filename)
    assert "Pears,18" in waiting.value.path().read_text()
    assert "the document itself stays as it was read" in site.page.locator(".block.chart").inner_text()


def test_pages_come_as_they_are_read_and_the_rest_can_be_cancelled(site):
    site.pick(pdf(draw_pdf(draw_sentences, *[draw_scan] * 11), "scans.pdf"))
    first = site.page.locator(".strip button").first
    expect(first).to_have_attribute("data-state", re.compile("done|warned"), timeout=SLOW_MS)
    assert site.page.locator(".block.heading").inner_text() == "Annual report"
    said = site.page.locator(".job p")
    expect(said).to_contain_text(re.compile(r"\d+ of 12 pages read; about \d+ (s|min) left"), timeout=SLOW_MS)
    assert site.page.locator(".job progress").evaluate("bar => bar.value >= 1 && bar.max === 12")
    assert site.page.locator(".strip [data-state=waiting]").count() > 0
    site.page.get_by_role("button", name="Page 12").click()
    site.page.get_by_text("This page has not been read yet.").wait_for()
    site.shoot("document-running")
    site.page.get_by_role("button", name="Cancel").click()
    wait_for(site, "cancelled")
    job = site.http.get(find_job(site)).json()
    assert job["state"] == "cancelled"
    assert said.inner_text() == f"Cancelled: {job['pages']['done']} of 12 pages read"
    site.page.get_by_role("button", name="Page 1, ").first.click()
    assert site.page.locator(".block.heading").inner_text() == "Annual report"
    assert focused(site).startswith("Page 1, read")
    site.expected.append("410")  # for a picture that is asked for while the job is deleted
    with site.page.expect_response(lambda answer: answer.request.method == "DELETE"):
        site.page.get_by_role("button", name="Remove scans.pdf").click()
    expect(site.page.locator(".file")).to_have_count(0)
    assert site.http.get(job["links"]["self"]).status_code == 410


def test_a_reload_finds_the_job_again(site):
    site.pick(pdf(draw_pdf(draw_sentences, *[draw_scan] * 9), "scans.pdf"))
    site.page.locator(".strip [data-state=done]").first.wait_for(timeout=SLOW_MS)
    site.open()
    assert "scans.pdf" in site.page.locator(".file").inner_text()
    site.page.locator(".block.heading").wait_for()
    expect(site.page.locator(".job p")).to_contain_text("of 10 pages read", timeout=SLOW_MS)
    site.page.get_by_role("button", name="Cancel").click()
    wait_for(site, "cancelled")
    assert len(site.posts) == 1
    site.open()
    wait_for(site, "cancelled")


def test_a_broken_connection_is_made_again_from_the_last_event(local):
    site = local()
    asked = []

    def cut(route):
        asked.append(route.request.headers.get("last-event-id"))
        if len(asked) == 2:
            return route.abort()
        if len(asked) > 2:
            return route.continue_()
        whole = site.http.get(find_job(site) + "/events").text  # all of it: the answer ends with the job
        first, second, third, _ = whole.split("\n\n", 3)
        return route.fulfill(content_type="text/event-stream", body=f"{first}\n\n{second}\n\n{third[:20]}")

    site.expected.append("ERR_FAILED")
    site.page.route("**/events", cut)
    site.pick(pdf(draw_pdf(*[draw_sentences] * 3)))
    site.page.get_by_text("The connection to the service broke. It is made again in").wait_for()
    wait_for(site, "done")
    assert asked == [None, "2", "2"]
    assert site.page.locator(".job p").inner_text().startswith("3 pages read")
    assert site.page.locator(".strip [data-state=done]").count() == 3


def test_a_page_that_cannot_be_read_says_why_and_loses_no_other(site):
    site.pick(pdf(book(TEXT, spaces_stream(), TEXT)))
    wait_for(site, "partial")
    assert site.page.locator(".job p").inner_text() == "2 of 3 pages read; 1 page could not be read"
    reason = site.http.get(f"{find_job(site)}/pages/2").json()["error"]
    site.page.get_by_role("button", name=f"Page 2, not read: {reason}").click()
    assert site.page.locator(".shown .problem").inner_text().endswith(reason)
    site.shoot("document-partial")
    site.page.get_by_role("button", name="Next page").click()
    assert site.page.locator(".block").last.inner_text().endswith("Revenue rose by 12.5 percent in the third quarter")


def test_what_the_service_warns_of_is_shown_and_marked(local):
    site = local()
    event = {"at": 1, "number": 1, "state": "done"}
    warning = {"code": "suspect_text", "message": "One line looks wrong, and was read by OCR too"}
    content = {"number": 1, "width": 600, "height": 800, "points": [600, 800], "rotation": 0, "turned": 90}
    content |= {"source": "ocr", "reason": "little_text", "warnings": [warning], "blocks": []}
    events = [("planned", {"at": 1, "pages": 2}), ("page", event | {"content": content})]
    events += [("page", event | {"number": 2, "content": content | {"number": 2}}), ("job", {"at": 1, "state": "done"})]
    lines = [f"id: {i}\nevent: {kind}\ndata: {json.dumps(data)}\n\n" for i, (kind, data) in enumerate(events, 1)]
    body = ": a comment\n\n" + "".join(lines)
    site.page.route("**/events", lambda route: route.fulfill(content_type="text/event-stream", body=body))
    site.page.route("**/image", lambda route: route.fulfill(status=503, json={"error": {"code": "x", "message": "No"}}))
    site.expected.append("503")
    site.pick(pdf(draw_pdf(*[draw_sentences] * 2)))
    wait_for(site, "done")
    assert site.page.locator(".warnings").inner_text() == warning["message"]
    site.page.get_by_role("button", name="Page 2, read, with 1 warning").wait_for()
    assert "turned by 90°" in site.page.locator(".shown .quiet").first.inner_text()
    assert site.page.locator(".blocks").inner_text() == "Nothing was read on this page."
    assert site.page.locator(".sides > figure svg.sheet").count() == 1  # without a picture of the page


def test_a_locked_document_is_opened_with_its_password(local):
    site = local()
    site.pick(pdf(draw_pdf(draw_sentences, encrypt=encrypt("open sesame"))))
    field = site.page.get_by_label("Password of the document")
    field.wait_for()
    assert "The PDF is encrypted" in site.page.locator(".problem").inner_text()
    field.fill("wrong")
    field.press("Enter")
    site.page.locator(".problem", has_text="another").or_(site.page.locator(".problem", has_text="wrong")).wait_for()
    site.page.get_by_label("Password of the document").fill("open sesame")
    site.page.get_by_role("button", name="Read it").click()
    wait_for(site, "done")
    assert site.page.locator(".block.heading").inner_text() == "Annual report"
    assert "sesame" not in site.page.evaluate("JSON.stringify(sessionStorage)")
    assert "sesame" not in site.page.locator(".snippets").text_content()


def test_the_document_is_taken_along_in_every_format_of_the_service(site):
    site.pick(REPORT)
    wait_for(site, "done")
    job = find_job(site)
    names = {"json": "JSON", "markdown": "Markdown", "html": "HTML", "text": "TXT", "csv": "CSV", "xlsx": "XLSX"}
    suffixes = {"markdown": "md", "text": "txt"}
    whole = site.page.locator(".document > .toolbar")
    formats = site.http.get("/v1/limits").json()["documents"]["formats"]
    assert whole.get_by_role("group", name="Download").get_by_role("button").count() == len(formats)
    for chosen in formats:
        with site.page.expect_download() as waiting:
            whole.get_by_role("button", name=f"Download {names.get(chosen, 'ZIP')}", exact=True).click()
        assert waiting.value.suggested_filename == f"report.{suffixes.get(chosen, chosen)}"
        content = waiting.value.path().read_bytes()
        asked = site.http.get(f"{job}/result", params={"format": chosen})
        if chosen == "xlsx":
            assert load_workbook(io.BytesIO(content)).sheetnames == load_workbook(io.BytesIO(asked.content)).sheetnames
        elif chosen == "zip":
            assert "document.md" in zipfile.ZipFile(io.BytesIO(content)).namelist()
        elif chosen == "json":
            assert json.loads(content)["pages"] == asked.json()["pages"]
        else:
            assert content == asked.content
    whole.get_by_role("button", name="Copy Markdown").click()
    site.page.get_by_text("Copied").wait_for()
    copied = site.page.evaluate("navigator.clipboard.readText()")
    assert "Quarterly report" in copied
    assert "data:image" not in copied


def test_several_documents_each_get_a_job(local):
    site = local()
    site.pick(*(pdf(draw_pdf(*[draw_sentences] * count), f"{count}.pdf") for count in (1, 2, 3, 4)))
    expect(site.page.locator("li[data-state=done]")).to_have_count(4, timeout=60_000)
    assert [text.split() for text in site.page.locator(".file").all_inner_texts()] == [
        ["1.pdf", "1", "page"],
        ["2.pdf", "2", "pages"],
        ["3.pdf", "3", "pages"],
        ["4.pdf", "4", "pages"],
    ]
    site.page.get_by_role("button", name="2.pdf").first.click()
    assert site.page.locator(".strip button").count() == 2


def test_the_other_pages_of_a_tiff_are_not_left_out_in_silence(local):
    site = local()
    first, second = (draw_page((text,), width=300) for text in ("one", "two"))
    file = io.BytesIO()
    first.save(file, "TIFF", save_all=True, append_images=[second.resize(first.size)])
    site.choose_mode("text")
    site.read({"name": "fax.tiff", "mimeType": "image/tiff", "buffer": file.getvalue()})
    assert "The file has 2 pages; the first one was read." in site.page.locator(".warnings").inner_text()
    site.page.get_by_role("button", name="Read all of them as a document").click()
    wait_for(site, "done")
    assert site.page.locator(".strip button").count() == 2
    assert site.page.locator("input[value=document]").is_checked()


def test_an_image_is_shown_below_its_blocks(site):
    site.choose_mode("document")
    site.pick({"name": "page.png", "mimeType": "image/png", "buffer": (ROOT / "tests/samples/page.png").read_bytes()})
    wait_for(site, "done")
    assert site.page.locator(".sides .stage img").evaluate("image => image.naturalWidth") == 900
    assert "Quarterly report" in site.page.locator(".blocks").inner_text()


def test_what_is_no_document_and_what_is_too_large_is_refused_in_the_services_words(local, tmp_path):
    site = local()
    site.expected.append("415")
    site.choose_mode("document")
    site.pick({"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Dear all, " * 1000})
    told = site.page.locator(".problem p").first.inner_text()
    assert told == site.http.post("/v1/jobs", content=b"Dear all, " * 1000).json()["error"]["message"]
    assert "Nothing was sent" in site.page.locator(".problem").inner_text()
    large = tmp_path / "large.pdf"
    large.write_bytes(b"%PDF-1.7\n" + bytes(50 * 1024 * 1024))
    before = len(site.posts)
    site.pick(large)
    site.page.locator("h2", has_text="large.pdf").wait_for()
    told = site.page.locator(".problem p").first.inner_text()
    assert len(site.posts) == before
    answer = site.http.post("/v1/jobs", content=large.read_bytes(), headers={"Content-Type": "application/pdf"})
    assert (answer.status_code, answer.json()["error"]["message"]) == (413, told)


def test_a_wrong_key_is_said_and_the_right_one_reads(local, tmp_path):
    keys = tmp_path / "keys.json"
    write_keys(keys, [Key(name="ada", sha256=hash_token("sa_right"))])
    site = local(http=HttpConfig(keys_file=str(keys)))
    site.expected.append("401")
    refusal = site.http.post("/v1/jobs", headers={"Authorization": "Bearer sa_wrong"}).json()["error"]["message"]
    site.pick(pdf(draw_pdf(draw_sentences)))
    field = site.page.get_by_label("This service asks for an API key")
    field.wait_for()
    assert focused(site) == "key-field"
    field.fill("sa_wrong")
    field.press("Enter")
    site.page.locator(".problem", has_text=refusal).wait_for()
    field.wait_for()
    site.shoot("document-key")
    field.fill("sa_right")
    field.press("Enter")
    wait_for(site, "done")
    assert site.page.locator(".block.heading").inner_text() == "Annual report"
    name, content = download(site, "Download Markdown")
    assert (name, b"Annual report" in content) == ("report.md", True)
    expect(site.page.locator("#state")).to_have_text("Ready")
    site.open()
    wait_for(site, "done")


def test_without_jobs_the_document_is_read_at_once(local):
    site = local(jobs=JobsConfig(enabled=False))
    site.pick(pdf(draw_pdf(*[draw_sentences] * 2)))
    wait_for(site, "done")
    [sent] = site.posts
    assert sent.url == f"{site.url}/v1/document?figures=inline"
    assert site.page.locator(".job p").inner_text() == "2 pages read"
    assert site.page.evaluate("sessionStorage.length") == 0
    _, content = download(site, "Download TXT")
    assert content.count(b"Annual report") == 2


def test_a_walk_through_a_document_with_the_keyboard(local):
    site = local()
    site.pick(pdf(draw_pdf(*[draw_sentences] * 3)))
    wait_for(site, "done")
    keyboard = site.page.keyboard
    site.page.get_by_role("button", name="Remove report.pdf").focus()
    keyboard.press("Tab")
    assert focused(site) == "Page 1, read"
    keyboard.press("ArrowRight")
    keyboard.press("Enter")
    assert focused(site) == "Page 2, read"
    assert site.page.locator("#page-title").inner_text() == "Page 2 of 3"
    keyboard.press("Tab")
    assert focused(site) == "Copy Markdown"
    while "Places in" not in site.page.evaluate("document.activeElement.closest('[role=group]')?.ariaLabel ?? ''"):
        keyboard.press("Tab")
        assert focused(site) != "body"
    assert focused(site).startswith("heading: Annual report")
    keyboard.press("ArrowRight")
    keyboard.press("Enter")
    assert site.page.evaluate("document.activeElement.dataset.cell") == "b1"


@pytest.mark.parametrize(
    "context", [{}, DARK, NARROW, {**DARK, **NARROW}], indirect=True, ids=["light", "dark", "narrow", "dark-narrow"]
)
def test_everybody_can_read_documents(site, request):
    kind = request.node.callspec.id
    site.pick(REPORT)
    wait_for(site, "done")
    site.page.locator(".sides > figure img.sheet").wait_for()
    check_accessible(site)
    site.shoot(f"document-{kind}")
    assert site.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    site.pick(pdf(book(TEXT, spaces_stream(), TEXT), "broken.pdf"))
    wait_for(site, "partial")
    site.page.get_by_role("button", name="Next page").click()
    check_accessible(site)


def test_a_document_with_many_pages_stays_usable(local):
    site = local()
    site.pick(pdf(draw_pdf(*[lambda canvas: canvas.drawString(72, 700, "One line of text on a page")] * 300)))
    wait_for(site, "done")
    assert site.page.locator(".strip button").count() == 300
    strip = site.page.locator(".strip ol").bounding_box()
    assert strip["height"] < 200
    site.page.locator(".strip button").first.focus()
    site.page.keyboard.press("End")
    site.page.keyboard.press("Enter")
    assert site.page.locator("#page-title").inner_text() == "Page 300 of 300"
    site.shoot("document-long")

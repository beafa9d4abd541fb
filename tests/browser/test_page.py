import json
import shlex
import subprocess
import sys
from copy import deepcopy

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.hostile import png
from tests.service import ROOT

pytestmark = pytest.mark.browser

SAMPLES = ROOT / "tests/samples"
CHART, PAGE = SAMPLES / "chart.png", SAMPLES / "page.png"
DARK, NARROW = {"color_scheme": "dark"}, {"viewport": {"width": 390, "height": 844}}
MAX_BYTES = 200_000
FIRST_PAINT = """() => new Promise(done => new PerformanceObserver(list => {
  const entry = list.getEntriesByName("first-contentful-paint")[0];
  if (entry) done(entry.startTime);
}).observe({type: "paint", buffered: true}))"""
NEEDED = {"", "page.css", "icon.svg", "reading.css", "document.css", "start.js"}
"""All that may be asked for before the first paint, which is therefore not held up by the modules."""


def check_accessible(site):
    found = Axe().run(
        site.page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    )
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize(
    "context", [{}, DARK, NARROW, {**DARK, **NARROW}], indirect=True, ids=["light", "dark", "narrow", "dark-narrow"]
)
def test_everybody_can_use_it(replayed, request):
    site = replayed
    kind = request.node.callspec.id
    check_accessible(site)
    site.shoot(f"empty-{kind}")
    site.pick({"name": "large.png", "mimeType": "image/png", "buffer": png(8000, 8000)})
    site.page.locator(".problem").wait_for()
    check_accessible(site)
    site.read(CHART)
    site.find("Plums, Tonnes").focus()
    check_accessible(site)
    site.shoot(f"chart-{kind}")
    site.choose_mode("text")
    site.read(PAGE)
    site.page.locator(".lines").wait_for()
    site.page.locator(".snippets summary").click()
    site.page.locator(".watch summary").click()
    site.page.locator("#capacity table").wait_for()
    check_accessible(site)
    site.shoot(f"text-{kind}")
    assert site.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"


def focused(site):
    return site.page.evaluate(
        """() => { const e = document.activeElement;
        return e.getAttribute('aria-label') || e.id || e.value || e.textContent.trim(); }"""
    )


def test_a_walk_with_the_keyboard_alone(site):
    keyboard = site.page.keyboard
    walk = []
    for _ in range(5):
        keyboard.press("Tab")
        walk.append(focused(site))
    assert walk == ["API", "state", "chart", "files", "sample"]
    keyboard.press("Enter")
    site.wait()
    assert site.page.locator("#status").inner_text() == "sample.png: 4 rows"

    while "Places in" not in site.page.evaluate("document.activeElement.closest('[role=group]')?.ariaLabel ?? ''"):
        keyboard.press("Tab")
        assert focused(site) != "body"
    assert focused(site).startswith("Title: Sold by season")
    keyboard.press("ArrowRight")
    keyboard.press("ArrowRight")
    assert focused(site).startswith("Heading of column 3: Tea")
    keyboard.press("ArrowLeft")
    assert "Coffee" in site.page.locator(".told").inner_text()
    outline = site.page.evaluate("getComputedStyle(document.querySelector('.overlay .lit polygon')).strokeWidth")
    assert outline == "2.5px"  # what stands for a ring around the focus
    keyboard.press("Enter")
    assert focused(site) == "Heading of column 2"
    keyboard.press("ArrowDown")
    assert focused(site) == "Spring, Coffee"
    keyboard.press("Control+A")
    keyboard.type("43")
    with site.page.expect_response("**/v1/export*"):
        keyboard.press("Enter")
    assert focused(site) == "Summer, Coffee"
    assert site.find("Spring, Coffee").input_value() == "43"
    site.page.locator("#status", has_text="Spring, Coffee is now 43").wait_for()
    keyboard.type("7")
    keyboard.press("Escape")
    assert site.find("Summer, Coffee").input_value() == "38"


def test_the_requests_that_it_shows_work(site):
    site.choose_mode("text")
    site.read(PAGE)
    site.page.locator(".snippets summary").click()
    curl, python = site.page.locator("pre").all_inner_texts()
    asked = site.http.post("/v1/ocr", content=PAGE.read_bytes()).json()["text"]
    answer = subprocess.run(shlex.split(curl), cwd=SAMPLES, capture_output=True, check=True)
    assert json.loads(answer.stdout)["text"] == asked
    answer = subprocess.run([sys.executable, "-c", python], cwd=SAMPLES, capture_output=True, check=True)
    assert repr(asked)[1:-1] in answer.stdout.decode()
    site.page.get_by_role("button", name="Copy the curl request").click()
    site.page.get_by_text("Copied").wait_for()
    assert site.page.evaluate("navigator.clipboard.readText()") == curl


def test_a_mode_is_shown_only_where_the_service_has_its_route(site):
    assert site.page.locator("#modes label").all_inner_texts() == ["Chart", "Text", "Document"]

    limits = site.http.get("/v1/limits").json()
    limits["routes"].remove("/v1/analyze")
    site.answer("**/v1/limits", limits)
    site.open()
    assert site.page.locator("#modes label").all_inner_texts() == ["Text", "Document"]
    site.read(PAGE)
    assert [request.url for request in site.posts] == [f"{site.url}/v1/ocr"]


def test_the_panel_tells_how_busy_the_models_are(site):
    site.page.locator("#state[data-state=ready]").wait_for()
    site.page.locator(".watch summary").click()
    loads = site.http.get("/v1/capacity").json()["models"]
    names = {"ocr": "Text", "chart": "Charts", "layout": "Layout"}
    rows = [row.split("\t") for row in site.page.locator("#capacity tbody tr").all_inner_texts()]
    assert [row[:3] for row in rows] == [
        [names[model], "ready", f"{load['running']} of {load['target']}"] for model, load in loads.items()
    ]

    def stop(route):
        route.fulfill(
            status=503,
            json={
                "ready": False,
                "models": {
                    "ocr": {"ready": True, "reason": ""},
                    "chart": {"ready": False, "reason": "no replica is running yet"},
                },
            },
        )

    site.expected.append("503")
    site.page.route("**/ready", stop)
    site.open()
    site.page.locator("#state[data-state=down]").wait_for()
    assert "no replica is running yet" in site.page.locator("#capacity").text_content()


def test_text_from_an_image_is_never_markup(site, recorded):
    answer = deepcopy(recorded["/v1/analyze"])
    answer["chart"]["title"]["text"] = answer["chart"]["rows"][0][0]["text"] = "<img src=x onerror=alert(1)>"
    answer["chart"]["warnings"] = [{"code": "x", "message": "<script>alert(1)</script>"}]
    site.answer("**/v1/analyze", answer)
    site.read({"name": "<b>x</b>.png", "mimeType": "image/png", "buffer": CHART.read_bytes()})
    assert site.page.locator(".reading script, .reading img:not([alt]), #result b").count() == 0
    assert site.find("Title").input_value() == "<img src=x onerror=alert(1)>"


ENTRIES = """() => {
  const entries = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
  return entries.map((entry) => [entry.name, entry.startTime, entry.transferSize, entry.renderBlockingStatus]);
}"""


def test_it_is_small_and_soon_there(site, browser):
    """The first paint waits for the document and one stylesheet: what that takes in time is the machine's."""
    context = browser.new_context()  # with nothing kept from before
    page = context.new_page()
    page.goto(site.url)
    page.wait_for_selector("body[data-ready]")
    paint = page.evaluate(FIRST_PAINT)
    entries = [(name.rpartition("/")[2], *rest) for name, *rest in page.evaluate(ENTRIES)]
    context.close()
    assert sum(size for _, _, size, _ in entries) <= MAX_BYTES
    assert {name for name, start, _, _ in entries if start < min(paint, 1000)} <= NEEDED
    assert {name for name, _, _, blocking in entries if blocking == "blocking"} == {"page.css"}


class TestDocs:
    def open(self, site):
        site.page.goto(f"{site.url}/docs")
        site.page.locator(".opblock").first.wait_for()

    def test_every_route_is_listed(self, site):
        self.open(site)
        listed = set(
            site.page.locator(".opblock-summary-path").evaluate_all("all => all.map(each => each.dataset.path)")
        )
        assert listed == set(site.http.get("/openapi.json").json()["paths"])
        site.shoot("docs")

    @pytest.mark.parametrize(
        ("path", "word"),
        [("/v1/limits", '"max_bytes": 5242880'), ("/v1/export", '"value": 42'), ("/ocr", '"errorMsg": "Success"')],
    )
    def test_its_examples_can_be_run(self, site, path, word):
        self.open(site)
        block = site.page.locator(".opblock", has=site.page.locator(f'[data-path="{path}"]'))
        block.locator(".opblock-summary-control").click()
        block.locator("button.execute").click()
        block.locator(".live-responses-table .response-col_status", has_text="200").first.wait_for(timeout=60_000)
        assert word in block.locator(".live-responses-table").inner_text()

    def test_a_file_can_be_sent_from_it(self, site):
        self.open(site)
        block = site.page.locator(".opblock", has=site.page.locator('[data-path="/v1/ocr"]'))
        block.locator(".opblock-summary-control").click()
        block.locator("input[type=file]").set_input_files(PAGE)
        block.locator("button.execute").click()
        block.locator(".live-responses-table .response-col_status", has_text="200").first.wait_for(timeout=60_000)
        assert "Quarterly report" in block.locator(".live-responses-table").inner_text()

import csv
import io
import json
import re
from copy import deepcopy

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.service import ROOT

pytestmark = pytest.mark.browser

CHART = ROOT / "tests/samples/chart.png"
DROP = """([base64, name]) => {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], name, { type: "image/png" }));
  const event = (type) => new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true });
  for (const type of ["dragenter", "dragover", "drop"]) document.body.dispatchEvent(event(type));
}"""
PASTE = DROP.replace("DragEvent", "ClipboardEvent").replace("dataTransfer:", "clipboardData:")
PASTE = re.sub(r"\[\"dragenter.*?\]", '["paste"]', PASTE)


def give(site, script):
    from base64 import b64encode

    site.page.evaluate(script, [b64encode(CHART.read_bytes()).decode(), "chart.png"])
    site.wait()


@pytest.mark.parametrize("script", [DROP, PASTE], ids=["drop", "paste"])
def test_a_chart_becomes_its_table(site, script):
    give(site, script)
    answer = site.http.post("/v1/analyze", content=CHART.read_bytes()).json()["chart"]
    shown = site.page.locator(".read tr").evaluate_all(
        "rows => rows.map(row => [...row.querySelectorAll('input')].map(field => field.value))"
    )
    assert shown == [[cell["text"] for cell in row] for row in (answer["columns"], *answer["rows"])]
    assert site.find("Title").input_value() == "Fruit sold"
    assert site.find("Apples, Tonnes").input_value() == "42"
    facts = site.find("Apples, Tonnes").evaluate("field => field.nextSibling.textContent")
    assert f"{round(answer['rows'][0][1]['confidence'] * 100)} %" in facts
    assert "measured in the drawing" in facts
    site.shoot("chart")


def test_a_cell_its_place_and_its_bar_light_up_together(replayed):
    site = replayed
    site.read(CHART)
    lit = site.page.locator(".lit")
    site.find("Plums, Tonnes").hover()
    assert set(lit.evaluate_all("all => all.map(each => each.closest('.overlay, .drawing, .read').classList[0])")) == {
        "overlay",
        "drawing",
        "read",
    }
    assert set(lit.evaluate_all("all => all.map(each => each.dataset.cell)")) == {"r2c1"}
    assert "Plums, Tonnes: 35" in site.page.locator(".told").inner_text()

    site.page.locator(".overlay .evidence[data-cell=r0c0]").hover()
    assert site.page.locator(".cell.lit input").input_value() == "Apples"
    assert "confirmed by the text “Apples”" in site.page.locator(".told").inner_text()
    site.find("Pears, Tonnes").focus()
    site.page.mouse.move(0, 0)
    assert site.page.locator(".overlay .lit").get_attribute("data-cell") == "r1c1"


def test_the_marks_lie_where_the_service_found_them(replayed):
    site = replayed
    site.read(CHART)
    place = site.http.post("/v1/analyze", content=CHART.read_bytes()).json()["chart"]["rows"][0][1]["place"][0]
    image = site.page.locator(".stage img").bounding_box()
    mark = site.page.locator(".overlay [data-cell=r0c1]").bounding_box()
    scale = image["width"] / 640
    assert mark["x"] + mark["width"] / 2 == pytest.approx(image["x"] + place[0] * scale, abs=1.5)
    assert mark["y"] + mark["height"] / 2 == pytest.approx(image["y"] + place[1] * scale, abs=1.5)


def download(site, name):
    with site.page.expect_download() as waiting:
        site.page.get_by_role("button", name=name, exact=True).click()
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()


def test_a_corrected_cell_is_in_every_export_and_in_the_drawing(replayed):
    site = replayed
    site.read(CHART)
    bar = site.page.locator(".drawing rect[data-cell=r3c1]")
    before = float(bar.get_attribute("height"))
    field = site.find("Cherries, Tonnes")
    with site.page.expect_response("**/v1/export*"):
        field.fill("14")
        field.press("Enter")
    expect(bar).not_to_have_attribute("height", str(before))
    assert float(bar.get_attribute("height")) == pytest.approx(before * 14 / 27.9, rel=0.01)
    assert (
        "corrected by you" in field.evaluate("field => field.nextSibling.textContent")
        or field.get_attribute("class") == "number corrected"
    )
    site.shoot("corrected")

    name, content = download(site, "Download CSV")
    assert name == "chart.csv"
    assert list(csv.reader(io.StringIO(content.decode())))[-1] == ["Cherries", "14"]
    name, content = download(site, "Download XLSX")
    sheet = load_workbook(io.BytesIO(content)).active
    assert (name, sheet.title, sheet["B5"].value, sheet["B2"].value) == ("chart.xlsx", "Fruit sold", 14, 42)
    name, content = download(site, "Download JSON")
    cell = json.loads(content)["chart"]["rows"][3][1]
    assert (name, cell["text"], cell["number"]["value"], cell["read_as"]) == ("chart.json", "14", 14, "27.9")

    site.page.get_by_role("button", name="Undo all corrections").click()
    assert site.find("Cherries, Tonnes").input_value() == "27.9"
    assert float(bar.get_attribute("height")) == pytest.approx(before)
    assert not site.page.get_by_role("button", name="Undo all corrections").is_visible()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Markdown", "| Apples | 42 |"),
        ("CSV", "Apples,42\r\n"),
        ("TSV", "Apples\t42\r\n"),
    ],
)
def test_the_table_is_copied(replayed, name, text):
    site = replayed
    site.read(CHART)
    site.page.get_by_role("button", name=f"Copy {name}", exact=True).click()
    site.page.get_by_text("Copied").wait_for()
    assert text.strip() in site.page.evaluate("navigator.clipboard.readText()")


def test_the_drawing_can_have_another_form(replayed):
    site = replayed
    site.read(CHART)
    for style, shape, count in (
        ("Bars", "rect.fill", 4),
        ("Lines", "circle", 4),
        ("Pie", "path.slice", 4),
        ("Areas", "path.area", 1),
    ):
        site.page.get_by_label("Draw as").select_option(style)
        assert site.page.locator(f".drawing {shape}").count() == count


def test_a_warning_of_the_service_is_shown(site, recorded):
    warning = {"code": "two_panels", "message": "The image has two panels; one was read"}
    answer = deepcopy(recorded["/v1/analyze"])
    answer["chart"]["warnings"] = [warning]
    site.answer("**/v1/analyze", answer)
    site.read(CHART)
    assert "The image has two panels" in site.page.locator(".warnings").inner_text()


def test_a_number_that_is_printed_nowhere_is_marked(site, recorded):
    answer = deepcopy(recorded["/v1/analyze"])
    answer["chart"]["rows"][1][1]["suspect"] = True
    site.answer("**/v1/analyze", answer)
    site.read(CHART)
    mark = site.page.locator(".cell .suspect")
    assert mark.count() == 1
    assert "suspect" in mark.get_attribute("title")
    assert "suspect" in site.find("Pears, Tonnes").evaluate("field => field.nextSibling.textContent")


def test_the_sample_is_read(site):
    site.page.get_by_role("button", name="Try it with a sample").click()
    site.wait()
    assert site.find("Summer, Tea").input_value() == "24.5"
    assert "confirmed by the text “24.5”" in site.find("Summer, Tea").evaluate("field => field.nextSibling.textContent")
    site.find("Summer, Tea").focus()
    site.shoot("sample")

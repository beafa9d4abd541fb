import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from serve_app.config import Limits
from tests.drawings import draw_page, encode
from tests.hostile import HOSTILE, bmp, grey_tiff, png, resized_jpeg
from tests.service import ROOT

pytestmark = pytest.mark.browser

PAGE = ROOT / "tests/samples/page.png"
REFUSED = {
    "no bytes": lambda: b"",
    "many bytes": lambda: encode(draw_page(("one line",), width=300)) + bytes(Limits().max_bytes),
    "many pixels": lambda: png(8000, 8000),
    "long side": lambda: png(25_000, 16),
    "small": lambda: png(40, 7),
    "jpeg": lambda: resized_jpeg(9000, 9000),
    "webp": lambda: encode(Image.new("L", (6500, 6500)), "WEBP", lossless=True, method=0),
    "lossy webp": lambda: encode(Image.new("L", (6500, 6500)), "WEBP", method=0),
    "bmp": lambda: bmp(9000, 9000),
    "tiff": lambda: grey_tiff(9000, 9000),
    "gif": lambda: encode(Image.new("L", (6500, 6500)), "GIF"),
}


def upload(content, name="image.png"):
    return {"name": name, "mimeType": "image/png", "buffer": content}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_beyond_the_limits_is_refused_unsent_in_the_services_words(site, name):
    content = REFUSED[name]()
    site.pick(upload(content))
    told = site.page.locator(".problem p").first.inner_text()
    assert "Nothing was sent" in site.page.locator(".problem").inner_text()
    assert site.posts == []
    answer = site.http.post("/v1/ocr", files={"file": ("image.png", content, "image/png")})
    assert answer.status_code in (400, 413)
    assert told == answer.json()["error"]["message"]
    if name == "many bytes":
        site.shoot("refused")


@pytest.mark.parametrize("name", ["text", "docx", "heif"])
def test_another_kind_of_file_is_named_after_a_look_at_its_first_bytes(site, name):
    site.expected.append("415")
    content = HOSTILE[name][0]() + bytes(100_000)
    site.pick(upload(content, f"file.{name}"))
    told = site.page.locator(".problem p").first.inner_text()
    [sent] = site.posts
    assert int(sent.all_headers()["content-length"]) < 2048
    answer = site.http.post("/v1/ocr", files={"file": ("file", content, "image/png")})
    assert told == answer.json()["error"]["message"]


def test_a_large_photo_is_scaled_down_in_the_browser(site):
    page = draw_page(("The meeting begins at nine",), width=600)
    large = Image.new("RGB", (12_000, 3_500), "white")
    large.paste(page.resize((page.width * 8, page.height * 8)), (400, 400))
    assert large.width * large.height > Limits().max_pixels
    site.choose_mode("text")
    site.pick(upload(encode(large, "PNG"), "photo.png"))
    site.page.get_by_role("button", name="Scale it down here and read it").click()
    site.wait()
    assert "meeting begins" in site.page.get_by_role("textbox", name="Line 1", exact=True).input_value()
    facts = site.page.locator(".head").inner_text()
    assert re.search(r"photo\.jpg.*Scaled down here to (\d+ . \d+) pixels . \1 pixels", facts, re.S)
    [sent] = site.posts
    assert int(sent.all_headers()["content-length"]) < Limits().max_bytes


def test_the_text_of_a_page(site):
    site.choose_mode("text")
    site.read(PAGE)
    fields = site.page.locator(".lines textarea")
    lines = site.http.post("/v1/ocr", content=PAGE.read_bytes()).json()["lines"]
    assert fields.evaluate_all("all => all.map(field => field.value)") == [line["text"] for line in lines]
    fields.nth(1).hover()
    assert site.page.locator(".overlay .lit").get_attribute("data-cell") == "l1"
    site.shoot("text")
    fields.nth(0).fill("Annual report")
    site.page.get_by_role("button", name="Copy Text").click()
    site.page.get_by_text("Copied").wait_for()
    assert site.page.evaluate("navigator.clipboard.readText()").splitlines()[:2] == ["Annual report", lines[1]["text"]]


def test_options_go_with_the_request(site):
    site.choose_mode("text")
    site.page.get_by_label("Stained scan").check()
    site.read(PAGE)
    assert [request.url for request in site.posts] == [f"{site.url}/v1/ocr?binarise=true"]
    with site.page.expect_response(f"{site.url}/v1/ocr"):
        site.page.get_by_label("Stained scan").uncheck()
    assert [request.url for request in site.posts][1:] == [f"{site.url}/v1/ocr"]


def test_a_language_is_offered_where_there_are_models_and_goes_with_each_request(site, recorded):
    assert site.page.get_by_label("Language").count() == 0
    site.answer("**/v1/limits", site.http.get("/v1/limits").json() | {"languages": ["ru", "el"]})
    site.open()
    site.choose_mode("text")
    choice = site.page.get_by_label("Language")
    assert choice.locator("option").all_inner_texts() == ["any", "Russian", "Greek"]
    choice.select_option("Greek")
    for path, answer in recorded.items():
        site.answer(f"**{path}?language=el", answer)
    site.read(PAGE)
    with site.page.expect_response(f"{site.url}/v1/analyze?language=el"):
        site.choose_mode("chart")
    site.wait()
    assert [request.url for request in site.posts] == [
        f"{site.url}{path}?language=el" for path in ("/v1/ocr", "/v1/analyze")
    ]


def test_several_files_are_read_one_after_the_other(site):
    small = [upload(encode(draw_page((f"Number {index}",), width=300)), f"{index}.png") for index in range(4)]
    site.choose_mode("text")
    site.pick(*small, upload(b"", "empty.png"))
    expect(site.page.locator("[data-state=done]")).to_have_count(4, timeout=60_000)
    states = site.page.locator(".file").all_inner_texts()
    assert [state.split() for state in states] == [[f"{i}.png", "1", "line"] for i in range(4)] + [
        ["empty.png", "Refused"]
    ]
    site.page.get_by_role("button", name="2.png 1 line").click()
    assert site.page.get_by_role("textbox", name="Line 1", exact=True).input_value() == "Number 2"
    site.page.get_by_role("button", name="Remove 2.png").click()
    assert site.page.locator(".file").count() == 4


@pytest.mark.parametrize("file_format", ["GIF", "AVIF", "WEBP", "BMP", "JPEG"])
def test_every_format_that_is_read_is_shown(site, file_format):
    site.choose_mode("text")
    site.read(upload(encode(Image.open(PAGE), file_format), f"page.{file_format.lower()}"))
    assert site.page.locator(".stage img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 900
    assert site.page.locator(".lines textarea").count() == 4
    assert len(site.posts) == 1


def test_a_tiff_is_read_though_the_browser_cannot_show_it(site):
    site.choose_mode("text")
    site.read(upload(encode(Image.open(PAGE).convert("L"), "TIFF", compression="tiff_lzw"), "page.tiff"))
    assert site.page.locator(".overlay polygon").count() == 4
    assert "cannot show" in site.page.locator(".reading").inner_text()


def test_a_busy_service_is_asked_again(site):
    site.expected.append("429")
    refused = []

    def refuse_once(route):
        if refused:
            return route.continue_()
        refused.append(route)
        error = {"code": "busy", "message": "The ocr model is busy", "retryable": True, "request_id": "1"}
        return route.fulfill(status=429, headers={"Retry-After": "1"}, json={"error": error})

    site.page.route("**/v1/ocr", refuse_once)
    site.choose_mode("text")
    site.pick(PAGE)
    site.page.locator(".progress", has_text="It is sent again in 1 s").wait_for()
    site.wait()
    assert len(site.posts) == 2


def test_a_service_that_is_away_is_said_and_asked_again_by_hand(site):
    site.expected.append("ERR_FAILED")
    site.page.route("**/v1/ocr", lambda route: route.abort())
    site.choose_mode("text")
    site.pick(PAGE)
    site.page.locator(".problem", has_text="The service cannot be reached").wait_for()
    site.page.unroute("**/v1/ocr")
    site.page.get_by_role("button", name="Try again").click()
    site.wait()


def test_an_error_of_the_service_is_shown_with_its_request(site):
    site.expected.append("400")
    site.pick(upload(encode(draw_page(("cut",), width=300))[:-200], "cut.png"))
    problem = site.page.locator(".problem")
    problem.wait_for()
    assert "truncated" in problem.inner_text() or "damaged" in problem.inner_text()
    assert re.search(r"Request [\w-]{8,}", problem.inner_text())


def test_a_request_can_be_cancelled_and_made_again(site):
    held = []

    def hold(route):
        held.append(route)

    site.page.route("**/v1/ocr", hold)
    site.choose_mode("text")
    site.pick(PAGE)
    site.page.get_by_role("button", name="Cancel").click()
    site.page.locator(".problem", has_text="Cancelled").wait_for()
    site.page.unroute("**/v1/ocr")
    site.page.get_by_role("button", name="Try again").click()
    site.wait()


def test_a_key_is_asked_for_and_forgotten_with_the_tab(site):
    site.expected.append("401")

    def guard(route):
        if route.request.headers.get("authorization") == "Bearer secret-1":
            return route.continue_()
        error = {"code": "unauthorized", "message": "No API key, or a wrong one", "retryable": False, "request_id": "1"}
        return route.fulfill(status=401, json={"error": error})

    site.page.route("**/v1/ocr", guard)
    site.choose_mode("text")
    site.pick(PAGE)
    field = site.page.get_by_label("This service asks for an API key")
    field.wait_for()
    assert field.evaluate("field => field === document.activeElement")
    site.shoot("key")
    field.fill("wrong")
    field.press("Enter")
    site.page.get_by_text("No API key, or a wrong one").first.wait_for()
    field.wait_for()
    field.fill("secret-1")
    field.press("Enter")
    site.wait()
    assert site.page.evaluate("[localStorage.length, document.cookie, sessionStorage.length]") == [0, "", 1]
    assert "Authorization: Bearer $SERVE_APP_KEY" in site.page.locator("pre").first.text_content()
    assert "secret-1" not in site.page.content()

"""The page in a second browser: files come in, streams are read, and things are drawn in other ways there."""

import base64
import json
from pathlib import Path
from urllib.parse import urlsplit

import axe_playwright_python
import pytest

from serve_app.config import JobsConfig
from tests.browser.conftest import ARTIFACTS
from tests.browser.firefox import FIREFOX, launch_firefox
from tests.browser.local_site import serve_here
from tests.pdf_drawings import draw_pdf, draw_sentences
from tests.service import ROOT, fake_config

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(FIREFOX is None, reason="Firefox is not installed: apt-get install -y firefox-esr"),
]

[AXE] = Path(axe_playwright_python.__file__).parent.rglob("axe.min.js")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
RIGHT = "\ue014"
CORRECT = """(() => {
  const field = document.querySelector('.read tbody td input');
  field.value = '7';
  field.dispatchEvent(new Event('change'));
})()"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with serve_here(fake_config(jobs=JobsConfig(folder=str(tmp_path_factory.mktemp("jobs"))))) as address:
        yield address


@pytest.fixture
def firefox(address, tmp_path):
    with launch_firefox(tmp_path) as firefox:
        firefox.open(address)
        firefox.wait("document.body.dataset.ready")
        yield firefox
        assert firefox.complaints == []
        assert {urlsplit(url).netloc for url in firefox.requested if url.startswith(("http", "ws"))} == {
            urlsplit(address).netloc
        }


def check_accessible(firefox):
    firefox.evaluate(f"(() => {{ {AXE.read_text()} }})()")
    found = firefox.evaluate(f"axe.run({json.dumps(RULES)}).then(({{violations}}) => violations)")
    assert found == []


def test_a_document_is_read_page_by_page(firefox, address, tmp_path):
    document = tmp_path / "report.pdf"
    document.write_bytes(draw_pdf(*[draw_sentences] * 3))
    firefox.pick("#files", document)
    firefox.wait("document.querySelector('.job[data-state=done]')")
    assert firefox.evaluate("document.querySelector('.block.heading').innerText") == "Annual report"
    assert firefox.evaluate("document.querySelectorAll('.strip [data-state=done]').length") == 3
    check_accessible(firefox)
    firefox.evaluate("document.querySelector('.strip [aria-current]').focus()")
    firefox.press(RIGHT)
    assert firefox.evaluate("document.activeElement.ariaLabel") == "Page 2, read"
    firefox.click(".strip li:nth-child(2) button")
    assert firefox.evaluate("document.querySelector('#page-title').innerText") == "Page 2 of 3"
    firefox.wait("document.querySelector('.sides img.sheet')")
    ARTIFACTS.mkdir(exist_ok=True)
    (ARTIFACTS / "firefox-document.png").write_bytes(base64.b64decode(firefox.shoot()))
    firefox.open(address)
    firefox.wait("document.querySelector('.job[data-state=done]')")
    assert firefox.evaluate("document.querySelector('.file .name').innerText") == "report.pdf"


def test_a_chart_is_read_and_corrected(firefox):
    firefox.pick("#files", ROOT / "tests/samples/chart.png")
    firefox.wait("document.querySelector('.reading')")
    assert firefox.evaluate("document.querySelectorAll('.drawing rect.fill').length") == 2
    firefox.evaluate(CORRECT)
    firefox.wait("document.querySelector('#status').innerText.includes('is now 7')")
    assert firefox.evaluate("document.querySelector('.read tbody td input').className") == "number corrected"
    check_accessible(firefox)
    (ARTIFACTS / "firefox-chart.png").write_bytes(base64.b64decode(firefox.shoot()))

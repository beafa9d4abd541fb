"""The page in a real browser: Debian's Chromium, driven by Playwright, against the application as it is shipped."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, Route, expect, sync_playwright

from tests.service import ROOT, Service, shipped_config, start_service

SLOW_MS = 60_000
"""What a busy machine may take for what the page does at once, in milliseconds."""

expect.set_options(timeout=SLOW_MS)

ARTIFACTS = Path(__file__).parent / "artifacts"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = [
    "--no-sandbox",  # tests run as root in containers
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Site:
    """The page in a tab of its own, and what the browser did there."""

    page: Page
    http: httpx.Client
    url: str
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    """Parts of what the console may say: Chromium writes there of every answer of 400 and more."""

    def open(self, path: str = "/") -> None:
        self.page.goto(self.url + path)
        self.page.wait_for_selector("body[data-ready]")

    def pick(self, *files: Path | dict) -> None:
        self.page.set_input_files("#files", list(files))

    def choose_mode(self, mode: str) -> None:
        self.page.locator(f"input[value={mode}]").check(force=True)

    def read(self, *files: Path | dict) -> None:
        """Pick files, and wait for the answer to the last one."""
        self.pick(*files)
        self.wait()

    def wait(self) -> None:
        self.page.locator(".reading").wait_for(timeout=60_000)

    def find(self, name: str) -> Locator:
        """The field that is so named: "Apples, Tonnes"."""
        return self.page.get_by_role("textbox", name=name, exact=True)

    def note_request(self, request: Request) -> None:
        self.requests.append(request)

    def answer(self, pattern: str, answer: dict) -> None:
        """Answer requests in the service's place."""

        def send(route: Route) -> None:
            route.fulfill(json=answer)

        self.page.route(pattern, send)

    @property
    def posts(self) -> list[Request]:
        return [request for request in self.requests if request.method == "POST"]

    def shoot(self, name: str) -> None:
        """Keep a picture, for people to look at."""
        self.page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=True, animations="disabled")


@pytest.fixture(scope="package")
def service(browser, tmp_path_factory) -> Iterator[Service]:
    with start_service(shipped_config(), tmp_path_factory.mktemp("browser")) as running:
        yield running


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: apt-get install -y chromium")
    ARTIFACTS.mkdir(exist_ok=True)
    # Of this folder alone: Playwright's event loop would stand in the way of the tests that are coroutines.
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="package")
def recorded(service) -> dict[str, dict]:
    """What the service answered once, by route: for tests of what the page makes of it."""
    answers = {}
    for path, name in (("/v1/analyze", "chart.png"), ("/v1/ocr", "page.png")):
        answers[path] = service.http.post(path, content=(ROOT / "tests/samples" / name).read_bytes())
        answers[path].raise_for_status()
    return {path: answer.json() for path, answer in answers.items()}


@pytest.fixture
def replayed(site, recorded) -> Site:
    """The page with the recorded answers to its uploads: chart.png read as a chart, page.png as text."""
    for path, answer in recorded.items():
        site.answer(f"**{path}", answer)
    return site


@pytest.fixture
def context(browser, request) -> Iterator[BrowserContext]:
    options = {"viewport": {"width": 1280, "height": 860}, **getattr(request, "param", {})}
    made = browser.new_context(**options, permissions=["clipboard-read", "clipboard-write"])
    yield made
    made.close()


@pytest.fixture
def site(service, context) -> Iterator[Site]:
    """An opened page."""
    with visit(context, service.http) as site:
        yield site


@contextmanager
def visit(context: BrowserContext, http: httpx.Client) -> Iterator[Site]:
    """Open the page of a service. Nothing may be written to its console, and no other host asked for anything."""
    url = str(http.base_url).rstrip("/")
    site = Site(context.new_page(), http, url)
    site.page.set_default_timeout(SLOW_MS)
    site.page.on("request", site.note_request)
    site.page.on("pageerror", lambda error: site.complaints.append(str(error)))
    site.page.on(
        "console",
        lambda message: site.complaints.append(message.text) if message.type in ("error", "warning") else None,
    )
    site.open()
    yield site
    strangers = {request.url for request in site.requests if urlsplit(request.url).scheme in ("http", "https", "ws")}
    assert {urlsplit(address).netloc for address in strangers} == {urlsplit(url).netloc}
    unexpected = [text for text in site.complaints if not any(part in text for part in site.expected)]
    assert unexpected == []

import json
import re
import shutil
import subprocess
import sys
import zipfile
from functools import reduce
from pathlib import Path

import pytest

from serve_app.api.site import PAGE

ROOT = Path(__file__).parents[3]
SOURCES = sorted(PAGE.glob("*.js"))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json", "/page/main.js", "/swagger/swagger-ui-bundle.js"])
async def test_the_page_and_its_files_are_there(service, method, path):
    answer = await service.http.request(method, path)
    assert answer.status_code == 200
    assert bool(answer.content) == (method == "GET")


@pytest.mark.parametrize("path", ["/", "/docs", "/page/main.js"])
async def test_scripts_come_from_here_alone(service, path):
    headers = (await service.http.get(path)).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert headers["x-content-type-options"] == "nosniff"


async def test_a_browser_that_has_a_file_is_not_sent_it_again(service):
    first = await service.http.get("/page/main.js")
    again = await service.http.get("/page/main.js", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/page/none.js", "/page/../site.py", "/page/%2e%2e/site.py", "/page/"])
async def test_nothing_else_is_served(service, path):
    answer = await service.http.get(path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


async def test_every_file_that_the_page_names_exists(service):
    for page in ("/", "/docs"):
        html = (await service.http.get(page)).text
        names = re.findall(r'(?:src|href)="((?:page|swagger)/[^"]+)"', html)
        assert names
        for name in names:
            assert (await service.http.get("/" + name)).status_code == 200, name


async def test_every_reference_in_the_openapi_document_leads_somewhere(service):
    document = (await service.http.get("/openapi.json")).json()
    references = set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document)))
    assert references
    for reference in references:
        reduce(lambda part, name: part[name], reference.split("/"), document)


def test_every_module_is_in_use():
    sources = "".join(source.read_text() for source in SOURCES)
    imported = set(re.findall(r'(?:from |import\()"\./(\w+\.js)"', sources))
    named = set(re.findall(r'src="page/(\w+\.js)"', "".join(page.read_text() for page in PAGE.glob("*.html"))))
    assert {source.name for source in SOURCES} == imported | named


def test_no_address_of_another_host_is_in_the_page():
    for file in {*PAGE.iterdir()} - {*PAGE.glob("*.png")}:
        others = set(re.findall(r"https?://[^\s\"'`<>)]+", file.read_text())) - {"http://www.w3.org/2000/svg"}
        assert not others, file.name


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_a_module_is_short(source):
    assert len(source.read_text().splitlines()) <= 250


def test_the_wheel_holds_the_page(tmp_path):
    source = tmp_path / "source"  # a copy, since a build leaves files that the next one would take along
    shutil.copytree(ROOT / "serve_app", source / "serve_app", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--quiet", "-w", tmp_path, source],
        check=True,
    )
    [wheel] = tmp_path.glob("*.whl")
    held = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("serve_app/api/page/")}
    assert held == {f"serve_app/api/page/{file.name}" for file in PAGE.iterdir()}

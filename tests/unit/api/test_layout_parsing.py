"""PaddleX's `/layout-parsing` over HTTP, on fake engines."""

from base64 import b64decode, b64encode
from dataclasses import replace

import pytest
from PIL import Image

from serve_app.config import AppConfig, DocumentsConfig
from serve_app.documents.blocks import PageReading
from tests.drawings import draw_page, encode
from tests.pdf_drawings import HEIGHT, WIDTH, draw_pdf, draw_sentences
from tests.unit.documents.reading import DOCUMENT

PDF = draw_pdf(draw_sentences, draw_sentences)
PAGE = draw_page(("one line",), width=300)


def payload(data: bytes = PDF, **fields):
    return {"file": b64encode(data).decode(), **fields}


async def post(service, data: bytes = PDF, **fields):
    answer = await service.http.post("/layout-parsing", json=payload(data, **fields), timeout=60)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def asked(monkeypatch):
    """What the document was asked for; it is answered with one that was made by hand, without its unreadable page."""
    found = []

    async def read(service, ticket, data, options):
        found.append(options)
        return replace(DOCUMENT, pages=tuple(page for page in DOCUMENT.pages if isinstance(page, PageReading)))

    monkeypatch.setattr("serve_app.api.layout_parsing.read_document", read)
    return found


async def test_the_pages_of_a_pdf(service):
    body = await post(service, logId="log-7")
    assert (body["logId"], body["errorCode"], body["errorMsg"]) == ("log-7", 0, "Success")
    info, pages = body["result"]["dataInfo"], body["result"]["layoutParsingResults"]
    size = {"width": round(2 * WIDTH), "height": round(2 * HEIGHT)}
    assert info == {"numPages": 2, "pages": [size, size], "type": "pdf"}
    for page in pages:
        assert "Annual report" in page["markdown"]["text"]
        assert page["markdown"]["isStart"] is page["markdown"]["isEnd"] is True
        assert {name: page["prunedResult"][name] for name in size} == size
        assert page["outputImages"] == {}
        assert page["inputImage"] is None


async def test_an_image_is_one_page_and_a_tiff_has_several(service):
    assert (await post(service, encode(PAGE)))["result"]["dataInfo"] == {"width": 300, "height": 116, "type": "image"}
    frames = [PAGE, Image.new("RGB", (200, 100), "white")]
    tiff = encode(PAGE, "TIFF", save_all=True, append_images=frames[1:])
    result = (await post(service, tiff))["result"]
    sizes = [{"width": 300, "height": 116}, {"width": 200, "height": 100}]
    assert result["dataInfo"] == {"numPages": 2, "pages": sizes, "type": "tiff"}
    assert len(result["layoutParsingResults"]) == 2


async def test_images_come_in_base64_by_the_path_in_the_markdown(service, asked):
    first, second = (await post(service))["result"]["layoutParsingResults"]
    assert "(images/page-1-6.png)" in first["markdown"]["text"]
    assert {path: b64decode(image) for path, image in first["markdown"]["images"].items()} == {
        "images/page-1-6.png": b"png"
    }
    assert list(second["markdown"]["images"]) == ["images/page-3-1.png"]
    assert [block["block_label"] for block in second["prunedResult"]["parsing_res_list"]] == ["image", "formula"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, (True, True, True)),
        ({"useChartRecognition": False}, (False, True, True)),
        ({"useTableRecognition": False}, (True, False, True)),
        ({"returnMarkdownImages": False}, (True, True, False)),
        ({"useChartRecognition": None, "useSealRecognition": True, "fileType": 0}, (True, True, True)),
    ],
)
async def test_what_is_asked_for_reaches_the_document(service, asked, fields, expected):
    await post(service, **fields)
    [options] = asked
    assert (options.charts, options.tables, options.figures) == expected
    assert options.pages is None


@pytest.mark.parametrize(
    ("asked_for", "expected"), [(None, (False, True)), (True, (True, True)), (False, (False, False))]
)
async def test_who_decides_how_a_page_lies(service, asked, monkeypatch, asked_for, expected):
    pages = tuple(replace(page, turned=90) if page.number == 1 else page for page in DOCUMENT.pages)
    monkeypatch.setattr("tests.unit.api.test_layout_parsing.DOCUMENT", replace(DOCUMENT, pages=pages))
    result = (await post(service, useDocOrientationClassify=asked_for))["result"]
    [options] = asked
    assert (options.classified, options.upright) == expected
    pruned = [page["prunedResult"] for page in result["layoutParsingResults"]]
    assert [each["model_settings"]["use_doc_preprocessor"] for each in pruned] == [True, bool(asked_for)]
    assert [each.get("doc_preprocessor_res", {}).get("angle") for each in pruned] == [90, 0 if asked_for else None]


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        ({}, 422, "file"),
        ({"file": "*not base64*"}, 422, "base64"),
        (payload(fileType=2), 422, "fileType"),
        (payload(b"hello"), 415, "text"),
        (payload(b"%PDF-1.7"), 400, "PDF"),
        ({"file": "http://127.0.0.1/a.pdf"}, 422, "allow_url"),
    ],
)
async def test_errors_have_paddlexs_form(service, body, status, word):
    answer = await service.http.post("/layout-parsing", json=body | {"logId": "log-8"})
    told = answer.json()
    assert (answer.status_code, told["errorCode"], told["logId"]) == (status, status, "log-8")
    assert word in told["errorMsg"]
    assert service.calls == 0


async def test_a_page_that_cannot_be_read_fails_the_request_by_its_number(service, monkeypatch):
    async def read(service, ticket, data, options):
        return DOCUMENT

    monkeypatch.setattr("serve_app.api.layout_parsing.read_document", read)
    answer = await service.http.post("/layout-parsing", json=payload())
    assert answer.status_code == 400
    assert answer.json()["errorMsg"].startswith("Page 2 cannot be read: it takes more memory than it may")


@pytest.mark.parametrize("config", [AppConfig(documents=DocumentsConfig(max_bytes=1024))])
async def test_the_bound_on_bytes_is_that_of_documents(service):
    answer = await service.http.post("/layout-parsing", json=payload())
    assert len(PDF) > 1024
    assert (answer.status_code, answer.json()["errorCode"]) == (413, 413)

import io

import pytest
from openpyxl import load_workbook

from serve_app.api.export import MAX_BYTES
from tests.drawings import draw_page, encode

TABLE = {
    "title": {"text": "Fruit sold", "confidence": 0.9},
    "columns": [{"text": ""}, {"text": "Tonnes"}],
    "rows": [
        [{"text": "Apples"}, {"text": "1,200.5", "number": {"value": 7}}],
        [{"text": "=HYPERLINK()"}, {"text": "12%"}],
    ],
}


async def export(service, file_format, table=TABLE):
    return await service.http.post("/v1/export", params={"format": file_format}, json=table)


@pytest.mark.parametrize(
    ("file_format", "media_type", "text"),
    [
        ("markdown", "text/markdown", "**Fruit sold**\n\n|  | Tonnes |\n| --- | --- |\n| Apples | 1,200.5 |\n"),
        ("csv", "text/csv", ',Tonnes\r\nApples,"1,200.5"\r\n\'=HYPERLINK(),12%\r\n'),
        ("tsv", "text/tab-separated-values", "\tTonnes\r\nApples\t1,200.5\r\n'=HYPERLINK()\t12%\r\n"),
        ("html", "text/html", "<caption>Fruit sold</caption>"),
    ],
)
async def test_a_table_in_other_formats(service, file_format, media_type, text):
    answer = await export(service, file_format)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(media_type)
    assert text in answer.text
    assert service.calls == 0


async def test_json_reads_the_numbers_anew(service):
    answer = (await export(service, "json")).json()
    assert answer["rows"][0][1] == {"text": "1,200.5", "number": {"value": 1200.5, "unit": None, "percent": False}}
    assert answer["rows"][0][0] == {"text": "Apples", "number": None}
    assert answer["title"]["text"] == "Fruit sold"


async def test_a_workbook_is_a_file_to_save(service):
    answer = await export(service, "xlsx")
    assert answer.headers["content-disposition"] == 'attachment; filename="table.xlsx"'
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert (sheet.title, sheet["B2"].value, sheet["B3"].value) == ("Fruit sold", 1200.5, 0.12)


async def test_what_the_chart_route_answers_can_be_sent_back(service):
    image = encode(draw_page(("one line",), width=300))
    chart = (await service.http.post("/v1/chart", content=image)).json()
    again = await export(service, "csv", chart)
    assert (
        again.text
        == (await service.http.post("/v1/chart?format=csv", content=image)).text
        == ",pixels\r\nwidth,300\r\nheight,116\r\n"
    )


@pytest.mark.parametrize("file_format", ["tsv", "xlsx"])
async def test_the_chart_route_writes_the_same_formats(service, file_format):
    answer = await service.http.post(
        f"/v1/chart?format={file_format}", content=encode(draw_page(("one line",), width=300))
    )
    assert answer.status_code == 200
    assert answer.content[:2] == {"tsv": b"\tp", "xlsx": b"PK"}[file_format]


@pytest.mark.parametrize(
    ("table", "word"),
    [
        ({"columns": [{"text": "a"}], "rows": [[]]}, "row 0 has 0 cells, and there are 1 columns"),
        ({"columns": [{"text": "a"}], "rows": [[{"text": 1}]]}, "rows.0.0.text"),
        ({"columns": [{"text": "a" * 40_000}], "rows": []}, "columns.0.text"),
        ({"columns": [{}] * 1001, "rows": []}, "columns"),
        ({"rows": []}, "columns"),
        ([], "body"),
    ],
)
async def test_a_table_out_of_shape_is_422(service, table, word):
    answer = await export(service, "csv", table)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_parameter")
    assert word in answer.json()["error"]["message"]


async def test_other_bodies_are_refused(service):
    assert (await service.http.post("/v1/export", content=b"{")).status_code == 422
    assert (await service.http.post("/v1/export", content=b" " * (MAX_BYTES + 1))).status_code == 413
    assert (await export(service, "xls")).status_code == 422

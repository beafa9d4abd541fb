import json

import httpx
import pytest
from PIL import Image

from serve_app.api.schemas import ChartBody
from serve_app.config import AppConfig
from serve_app.domain import Cell, ChartKind, ChartReading, ChartTable, Number, Size
from serve_app.hosting.fake import FakeChart, FakeOcr
from tests.bench.charts.readers import HttpReader, LocalReader
from tests.bench.charts.samples import Sample, read_folder

TABLE = ChartTable(
    (Cell("year"), Cell("%", 0.5)),
    ((Cell("2020"), Cell("12%", 0.25, Number(12.0, percent=True))),),
    Cell("Title"),
    ChartKind.BAR,
)
SAMPLE = Sample("r", "bar", Image.new("RGB", (50, 40)), TABLE)


def test_over_http_the_table_is_the_one_that_the_service_sent():
    def answer(request):
        assert request.url.path == "/v1/chart"
        assert b"\x89PNG" in request.content
        body = ChartBody.of(ChartReading(TABLE, "model", Size(50, 40)))
        return httpx.Response(200, json=body.model_dump())

    with httpx.Client(transport=httpx.MockTransport(answer), base_url="http://service") as http:
        assert HttpReader(http).read(SAMPLE).table == TABLE


def test_an_error_of_the_service_is_not_scored_as_an_empty_table():
    transport = httpx.MockTransport(lambda _: httpx.Response(503))
    with httpx.Client(transport=transport, base_url="http://service") as http, pytest.raises(httpx.HTTPStatusError):
        HttpReader(http).read(SAMPLE)


def test_in_this_process_the_pipeline_and_the_engine_that_are_served_read():
    answer = LocalReader(FakeOcr(), FakeChart(), AppConfig()).read(SAMPLE)
    assert [[cell.text for cell in row] for row in answer.table.rows] == [["width", "50"], ["height", "40"]]


def test_a_folder_is_read_by_its_gold(tmp_path):
    SAMPLE.image.save(tmp_path / "a.png")
    gold = {"a": {"source": "r", "kind": "pie", "header": ["", "v"], "rows": [["x", 1.5], ["y", None]]}}
    (tmp_path / "gold.json").write_text(json.dumps(gold))
    [sample] = read_folder(tmp_path)
    assert (sample.source, sample.kind, sample.name, sample.image.size) == ("r", "pie", "a", (50, 40))
    assert [[cell.text for cell in row] for row in sample.table.rows] == [["x", "1.5"], ["y", ""]]
    assert sample.table.rows[0][1].number == Number(1.5)

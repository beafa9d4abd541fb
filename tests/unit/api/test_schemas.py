from serve_app.api.schemas import ChartBody
from serve_app.domain import ChartKind, ChartReading, ChartTable, ReadingWarning, Size


def test_an_image_that_is_no_chart_is_told_with_its_reason_and_no_table():
    warning = ReadingWarning("not_a_chart", "The image shows no axis")
    reading = ChartReading(ChartTable(kind=ChartKind.NONE), "model", Size(5, 4), warnings=(warning,), confidence=0.0)
    body = ChartBody.of(reading).model_dump()
    assert (body["kind"], body["columns"], body["rows"], body["confidence"]) == ("none", [], [], 0.0)
    assert body["warnings"] == [{"code": "not_a_chart", "message": "The image shows no axis"}]

import random

from PIL import Image

from serve_app.domain import Cell, ChartTable, TextLine
from tests.bench.charts.faults import make_up, mark, put, with_numbers
from tests.bench.charts.samples import Sample

VALUES = ("12%", "31%", "57%", "83%")
TABLE = with_numbers(
    ChartTable((Cell(""), Cell("value")), tuple((Cell(name), Cell(v)) for name, v in zip("abcd", VALUES, strict=True)))
)
LINES = [
    TextLine(value, 0.99, ((90 * i, 40 * i), (90 * i + 40, 40 * i), (90 * i + 40, 40 * i + 12), (90 * i, 40 * i + 12)))
    for i, value in enumerate(VALUES)
]
SAMPLE = Sample("drawn", "bar", Image.new("RGB", (200, 200)), TABLE)


def test_each_value_in_turn_is_replaced_by_a_number_that_is_printed_nowhere_and_found():
    made = list(make_up(TABLE, random.Random(0), LINES))
    assert [(r, c) for r, c, _ in made] == [(0, 0), (1, 0), (2, 0), (3, 0)]
    for r, c, table in made:
        assert table.rows[r][1 + c].text not in VALUES
        marked = mark(table, SAMPLE, LINES)
        assert [row[1].suspect for row in marked.rows] == [i == r for i in range(4)]


def test_true_values_are_not_suspect():
    assert not any(row[1].suspect for row in mark(TABLE, SAMPLE, LINES).rows)
    assert put(TABLE, 1, 0, 35.0).rows[1][1].text == "35%"

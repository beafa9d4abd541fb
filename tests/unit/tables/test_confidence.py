import pytest

from serve_app.domain import Cell, ChartTable, Number
from serve_app.tables.confidence import judge_table

TABLE = ChartTable(
    (Cell(""), Cell("a")), ((Cell("x", 0.9), Cell("1", 0.8, Number(1.0))), (Cell("y", 0.9), Cell("", 0.0)))
)


def test_the_table_is_as_sure_as_its_values_its_gaps_and_what_was_not_read():
    assert judge_table(TABLE) == pytest.approx(0.4)
    assert judge_table(TABLE, 2) == pytest.approx(0.2)
    assert judge_table(ChartTable()) == 0.0

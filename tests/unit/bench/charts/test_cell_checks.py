from serve_app.domain import Cell, ChartTable, Number
from tests.bench.charts.cell_checks import check_cells, tabulate


def table(header, *rows):
    return ChartTable(
        tuple(map(Cell, header)),
        tuple((Cell(row[0]), *(Cell(f"{v:g}", 0.9, Number(float(v))) for v in row[1:])) for row in rows),
    )


GOLD = table(("", "a", "b"), ("x", 100, 10), ("y", 50, 5))


def rights(read):
    return [check.right for check in check_cells(read, GOLD)]


def test_a_value_is_right_within_a_share_of_itself_or_of_the_largest():
    assert rights(GOLD) == [True] * 4
    assert rights(table(("", "a", "b"), ("x", 101, 10.9), ("y", 47, 5))) == [True, True, False, True]


def test_a_value_under_another_label_is_wrong_and_a_turned_table_is_as_good():
    assert rights(table(("", "a", "b"), ("z", 100, 10), ("y", 50, 5))) == [False, False, True, True]
    assert rights(table(("", "x", "y"), ("a", 100, 50), ("b", 10, 5))) == [True] * 4


def test_shares_by_confidence():
    rows = tabulate(check_cells(GOLD, GOLD))
    assert [(low, count, right) for low, _, count, right in rows if count] == [(0.9, 4, 1.0)]

import sys

import pytest
from hypothesis import given

from serve_app.domain import Cell, ChartTable, Number
from serve_app.errors import ConfigError
from serve_app.tables.scores import Score, rms_f1, rnss
from tests.unit.tables.tables import grids, make_table

GOLD = make_table([["", "cats", "dogs"], ["May", "10", "20"], ["June", "30", "40"]], title="Pets")


def with_cell(text: str, gold: str = "10") -> tuple[ChartTable, ChartTable]:
    """A prediction and a truth of four points that differ in one value."""
    return (
        make_table([["", "cats", "dogs"], ["May", text, "20"], ["June", "30", "40"]]),
        make_table([["", "cats", "dogs"], ["May", gold, "20"], ["June", "30", "40"]]),
    )


def test_the_same_table_scores_1_in_any_order_of_rows_and_columns() -> None:
    assert rms_f1(GOLD, GOLD) == Score(1, 1, 1)
    assert rms_f1(make_table([["", "dogs", "cats"], ["June", "40", "30"], ["May", "20", "10"]]), GOLD) == Score(1, 1, 1)


def test_the_transpose_scores_as_well() -> None:
    assert rms_f1(make_table([["", "May", "June"], ["cats", "10", "30"], ["dogs", "20", "40"]]), GOLD) == Score(1, 1, 1)


def test_a_missing_row_costs_recall() -> None:
    # 2 of 2 predicted points are right, 2 of 4 true points are found: F1 = 2 * 1 * 0.5 / 1.5
    score = rms_f1(make_table([["", "cats", "dogs"], ["May", "10", "20"]]), GOLD)
    assert (score.precision, score.recall, score.f1) == (1, 0.5, pytest.approx(2 / 3))


def test_a_magnitude_is_the_number_that_it_stands_for() -> None:
    assert rms_f1(*with_cell("1.5M", gold="1500000")).f1 == 1
    assert rms_f1(*with_cell("1.5M", gold="1.5")).f1 == pytest.approx(3 / 4)


def test_an_invented_column_costs_precision() -> None:
    # The 4 true points are found; 4 of 6 predicted ones are true, as no key is like "may elephants".
    table = make_table([["", "cats", "dogs", "elephants"], ["May", "10", "20", "1"], ["June", "30", "40", "1"]])
    score = rms_f1(table, GOLD)
    assert (score.precision, score.recall, score.f1) == (pytest.approx(2 / 3), 1, pytest.approx(0.8))


@pytest.mark.parametrize(
    ("predicted", "gold", "value"),
    [
        ("10.5", "10", 0.95),  # 1 - |10 - 10.5| / 10
        ("9.2", "10", 0.92),  # 1 - 0.8 / 10
        ("11", "10", 0),  # an error of 0.1 counts as 1
        ("-10", "10", 0),
        ("1,200", "1200", 1),
        ("$1,200", "1200", 1),
        ("12%", "0.12", 1),  # a percentage is its hundredth
        ("12", "12%", 0),
        ("0.0", "0", 1),
        ("1", "0", 0),  # no relative error of 0: compared as texts
        ("High", "high", 1),
        ("hugh", "high", 0.75),  # 1 edit in 4 letters
        ("hi", "high", 0),  # 2 edits in 4 letters reach the threshold of 0.5
        ("", "10", 0),
    ],
)
def test_one_value_of_four(predicted: str, gold: str, value: float) -> None:
    score = rms_f1(*with_cell(predicted, gold))
    assert score.f1 == pytest.approx((3 + value) / 4)


def test_a_cells_number_counts_before_its_text() -> None:
    gold = ChartTable((Cell(""), Cell("a")), ((Cell("x"), Cell("a dozen", number=Number(12))),))
    assert rms_f1(make_table([["", "a"], ["x", "12"]]), gold).f1 == 1
    assert rms_f1(ChartTable(gold.columns, ((Cell("x"), Cell("12.0")),)), gold).f1 == 1


def test_a_key_counts_by_its_similarity() -> None:
    # "june cots" and "may cots" differ from the true keys in 1 of 9 and 1 of 8 letters, the other two keys in none:
    # (8/9 + 7/8 + 1 + 1) / 4
    table = make_table([["", "cots", "dogs"], ["May", "10", "20"], ["June", "30", "40"]])
    assert rms_f1(table, GOLD).f1 == pytest.approx((8 / 9 + 7 / 8 + 2) / 4)


def test_the_title_counts_only_when_asked_for() -> None:
    table = make_table([["", "cats", "dogs"], ["May", "10", "20"], ["June", "30", "40"]], title="Pests")
    assert rms_f1(table, GOLD).f1 == 1
    # "pests" is 1 edit of 5 letters from "pets": (4 + 0.8) / 5
    assert rms_f1(table, GOLD, with_title=True).f1 == pytest.approx(4.8 / 5)


def test_equal_keys_all_count() -> None:
    # Both columns are called "x". The prediction has one of the two points.
    gold, half = make_table([["", "x", "x"], ["a", "1", "1"]]), make_table([["", "x"], ["a", "1"]])
    assert rms_f1(half, gold).recall == 0.5


def test_empty_tables() -> None:
    assert rms_f1(ChartTable(), ChartTable()) == Score(1, 1, 1)
    assert rms_f1(ChartTable(), GOLD) == Score(1, 0, 0)
    assert rms_f1(GOLD, ChartTable()) == Score(0, 1, 0)


@given(grids(), grids())
def test_scores_stay_between_0_and_1_and_the_same_table_is_best(a: list[list[str]], b: list[list[str]]) -> None:
    score = rms_f1(make_table(a), make_table(b))
    assert all(
        0 <= part <= 1 + 1e-9 for part in (score.precision, score.recall, score.f1, rnss(make_table(a), make_table(b)))
    )
    assert rms_f1(make_table(a), make_table(a)).f1 == pytest.approx(1)
    assert rnss(make_table(a), make_table(a)) == pytest.approx(1)


def test_rnss_pairs_numbers_for_the_least_error() -> None:
    # True 10, 20; found 10, 25, 3. 10-10 costs 0, 20-25 costs 0.25, 3 is left over: 1 - 0.25 / 3
    gold, found = (
        make_table([["", "a"], ["x", "10"], ["y", "20"]]),
        make_table([["", "a"], ["x", "3"], ["y", "10"], ["z", "25"]]),
    )
    assert rnss(found, gold) == pytest.approx(1 - 0.25 / 3)


def test_rnss_caps_an_error_at_1() -> None:
    # 10-100 would cost 9, and costs 1: 1 - 1 / 1
    assert rnss(make_table([["", "a"], ["x", "100"]]), make_table([["", "a"], ["x", "10"]])) == 0


def test_rnss_of_tables_without_numbers() -> None:
    words = make_table([["", "a"], ["x", "y"]])
    assert rnss(words, words) == 1
    assert rnss(words, GOLD) == 0
    assert rnss(GOLD, words) == 0


def test_without_scipy_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    with pytest.raises(ConfigError, match="scipy"):
        rms_f1(GOLD, GOLD)

import pytest

from serve_app.domain import Cell, ChartKind, ChartTable, Number
from serve_app.tables.grid import MAX_CELLS, MAX_COLUMNS, MAX_TEXT, Piece, build_table, cut_piece


def test_the_first_row_is_the_header_and_cells_are_typed() -> None:
    table = build_table([[Piece("Year"), Piece("A")], [Piece("2018"), Piece("12 %")]], kind=ChartKind.BAR)
    assert table.columns == (Cell("Year"), Cell("A"))
    assert table.rows == ((Cell("2018", number=Number(2018)), Cell("12 %", number=Number(12, percent=True))),)
    assert table.kind is ChartKind.BAR


def test_short_rows_are_filled_with_cells_without_confidence() -> None:
    table = build_table([[Piece("a"), Piece("b")], [Piece("1")], []])
    assert table.rows == ((Cell("1", number=Number(1)), Cell("", confidence=0)),)


def test_nothing_gives_an_empty_table() -> None:
    assert build_table([]) == ChartTable()
    assert build_table([[], []], title=Piece("  ")) == ChartTable()


def test_spaces_and_special_tokens_leave_the_text() -> None:
    table = build_table([[Piece(" a \n b <|im_end|>")]], title=Piece("T<|endoftext|>"))
    assert table.columns[0].text == "a b"
    assert table.title == Cell("T")


def test_a_cell_is_as_sure_as_its_least_sure_character() -> None:
    #         0123456
    source = "12 | 345"
    table = build_table(
        [[cut_piece(source, 0, 3), cut_piece(source, 4, 8)]], confidence=[0.9, 0.8, 0.1, 0.2, 0.3, 0.7, 0.6, 0.95]
    )
    assert [cell.confidence for cell in table.columns] == [0.8, 0.6]


def test_an_empty_cell_is_as_sure_as_the_delimiter_that_closed_it() -> None:
    assert (
        build_table([[cut_piece("a |  | b", 3, 5)]], confidence=[1, 1, 1, 1, 1, 0.4, 1, 1]).columns[0].confidence == 0.4
    )


@pytest.mark.parametrize(("probability", "confidence"), [(1.0000001, 1.0), (-0.1, 0.0)])
def test_confidence_stays_between_0_and_1(probability: float, confidence: float) -> None:
    assert build_table([[Piece("a", 0, 1)]], confidence=[probability]).columns[0].confidence == confidence


def test_confidences_shorter_than_the_text_are_no_error() -> None:
    assert build_table([[Piece("a", 5, 6)]], confidence=[0.5]).columns[0].confidence == 1.0


def test_size_is_bounded() -> None:
    wide = build_table([[Piece("x" * 5000)] * 1000] * 100)
    assert len(wide.columns) == MAX_COLUMNS
    assert len(wide.columns) * (1 + len(wide.rows)) <= MAX_CELLS
    assert len(wide.columns[0].text) == MAX_TEXT
    assert len(build_table([[Piece("x")]] * 20_000).rows) == MAX_CELLS - 1

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from serve_app.domain import Cell
from serve_app.tables.sheets import Sheet, write_csv, write_sheet_csv

TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)


def make(*rows, page=1, index=1, title=""):
    return Sheet(page, index, "table", title, tuple(tuple(map(Cell, row)) for row in rows))


def test_each_table_has_a_heading_and_an_empty_line_before_the_next():
    written = "".join(
        write_csv([make(["a", "b"], title="Sold, by year"), make(["c"], page=2), Sheet(3, 0, "not read", "why", ())])
    )
    assert written.split("\r\n") == [
        '# Page 1 table 1,table,"Sold, by year"',
        "a,b",
        "",
        "# Page 2 table 1,table",
        "c",
        "",
        "# Page 3,not read,why",
        "",
    ]


def test_no_tables_make_an_empty_file():
    assert "".join(write_csv([])) == ""


def test_formulas_are_not_run_in_cells_or_titles():
    written = "".join(write_csv([make(["=1+1", "-3.5"], title="=cmd()")]))
    assert list(csv.reader(io.StringIO(written))) == [["# Page 1 table 1", "table", "'=cmd()"], ["'=1+1", "-3.5"]]


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=2), min_size=1, max_size=4), TEXTS)
def test_any_cells_come_back_one_line_each(rows, title):
    read = list(csv.reader(io.StringIO(write_sheet_csv(make(*rows, title=title)), newline="")))
    plain = [[" ".join(text.split()) for text in row] for row in rows]
    assert [[cell.removeprefix("'") for cell in row] for row in read] == [
        [text.removeprefix("'") for text in row] for row in plain
    ]

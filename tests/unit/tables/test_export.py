import csv
import io

import pytest
from hypothesis import given

from serve_app.domain import ChartTable
from serve_app.tables import html, pipes
from serve_app.tables.export import to_csv, to_html, to_markdown
from tests.unit.tables.tables import TEXTS, grids, list_rows, make_table

TABLE = make_table([["Year", "A|B"], ["2018", "<b>1</b>"]], title="A & B")


def read_csv(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_markdown() -> None:
    assert to_markdown(TABLE) == "**A & B**\n\n| Year | A\\|B |\n| --- | --- |\n| 2018 | \\<b>1\\</b> |\n"


def test_html() -> None:
    assert to_html(TABLE) == (
        "<table><caption>A &amp; B</caption><thead><tr><th>Year</th><th>A|B</th></tr></thead>"
        "<tbody><tr><td>2018</td><td>&lt;b&gt;1&lt;/b&gt;</td></tr></tbody></table>\n"
    )


def test_csv() -> None:
    assert to_csv(make_table([["a,b", 'c"d'], ["1", ""]])) == '"a,b","c""d"\r\n1,\r\n'


def test_an_empty_table() -> None:
    assert to_markdown(ChartTable()) == ""
    assert to_csv(ChartTable()) == ""
    assert html.parse(to_html(ChartTable())) == ChartTable()


@pytest.mark.parametrize(
    "text", ['=HYPERLINK("http://x")', "=A", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\uff1d1+1", " =1+1"]
)
def test_csv_disarms_formulas(text: str) -> None:
    assert read_csv(to_csv(make_table([["a"], [text]])))[1] == [f"'{text.strip()}"]


@pytest.mark.parametrize("text", ["-3.5", "+5%", "-$1,200", "-", "a=b", "3-4"])
def test_csv_leaves_numbers_and_texts(text: str) -> None:
    assert read_csv(to_csv(make_table([["a"], [text]])))[1] == [text]


@given(grids(), TEXTS)
def test_markdown_reads_the_same(rows: list[list[str]], title: str) -> None:
    table = make_table([[cell.strip("-:") for cell in row] for row in rows], title)
    again = pipes.parse(to_markdown(table))
    assert list_rows(again) == list_rows(table)
    assert (again.title and again.title.text) == (title or None)


@given(grids(), TEXTS)
def test_html_reads_the_same(rows: list[list[str]], title: str) -> None:
    table = make_table(rows, title)
    assert html.parse(to_html(table)) == table


@given(grids())
def test_csv_reads_the_same(rows: list[list[str]]) -> None:
    again = read_csv(to_csv(make_table(rows)))
    assert [[cell.removeprefix("'") for cell in row] or [""] for row in again] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ]

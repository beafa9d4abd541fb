"""Tables for the tests of this folder."""

from hypothesis import strategies as st

from serve_app.domain import Cell, ChartTable
from serve_app.tables.numbers import parse_number


def make_table(rows: list[list[str]], title: str | None = None) -> ChartTable:
    """The first row is the header."""
    cells = [tuple(map(make_cell, row)) for row in rows]
    return ChartTable(cells[0] if cells else (), tuple(cells[1:]), make_cell(title) if title else None)


def make_cell(text: str) -> Cell:
    return Cell(text, number=parse_number(text))


def list_rows(table: ChartTable) -> list[list[str]]:
    """The texts, the header first."""
    return [[cell.text for cell in row] for row in (table.columns, *table.rows)] if table.columns else []


def is_rectangular(table: ChartTable) -> bool:
    return all(len(row) == len(table.columns) for row in table.rows)


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12).map(lambda text: " ".join(text.split()))


@st.composite
def grids(draw: st.DrawFn) -> list[list[str]]:
    """Rows of equally many texts."""
    width = draw(st.integers(1, 5))
    return draw(st.lists(st.lists(TEXTS, min_size=width, max_size=width), min_size=1, max_size=5))


MARKUP = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *("|", "\n", "---", "\\", "**", "`", "<0x0A>", "TITLE | "),
                *("<fcel>", "<ecel>", "<lcel>", "<ucel>", "<xcel>", "<nl>"),
                *(
                    "<table>",
                    "</table>",
                    "<tr>",
                    "<td>",
                    "</td>",
                    "<th colspan=3>",
                    '<td rowspan="9999">',
                    "<![x",
                    "<!--",
                ),
                *(
                    "<|class_start|>",
                    "chart",
                    "<|class_end|>",
                    "<|content_start|>",
                    "<|content_end|>",
                    "<|caption_start|>",
                ),
            ]
        ),
        st.text(max_size=6),
    ),
    max_size=30,
).map("".join)
"""Texts of all the forms' tags in any order."""

import pytest
from hypothesis import given

from serve_app.tables.parsing import parse
from tests.unit.tables.tables import MARKUP, is_rectangular, list_rows


@pytest.mark.parametrize(
    "text",
    [
        "a | b\n1 | 2",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "<fcel>a<fcel>b<nl><fcel>1<fcel>2<nl>",
        "<TABLE><tr><td>a</td><td>b</td></tr><tr><td>1</td><td>2</td></tr></TABLE>",
        "<tr><th>a<th>b<tr><td>1<td>2",
    ],
)
def test_reads_each_form(text: str) -> None:
    assert list_rows(parse(text)) == [["a", "b"], ["1", "2"]]


@given(MARKUP)
def test_never_raises(text: str) -> None:
    assert is_rectangular(parse(text, [0.5] * len(text)))

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve_app.documents.page_range import parse_pages
from serve_app.errors import InvalidParameter


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, (0, 1, 2, 3, 4, 5, 6, 7, 8, 9)),
        ("  ", (0, 1, 2, 3, 4, 5, 6, 7, 8, 9)),
        ("1-5,8,-1", (0, 1, 2, 3, 4, 7, 9)),
        ("3", (2,)),
        ("-3--1", (7, 8, 9)),
        ("8-200", (7, 8, 9)),
        ("-200-2", (0, 1)),
        (" 2 , 1 - 3 ", (0, 1, 2)),
        ("9--1", (8, 9)),
    ],
)
def test_names_pages(text: str | None, expected: tuple[int, ...]) -> None:
    assert parse_pages(text, 10) == expected


@pytest.mark.parametrize("text", ["0", "11", "-11", "5-3", "a", "1-", ",", "1,,2", "1.5", "1-2-3", "11-12", "1" * 2000])
def test_refuses_what_is_no_page(text: str) -> None:
    with pytest.raises(InvalidParameter, match="page"):
        parse_pages(text, 10)


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 20), st.booleans(), st.booleans()), min_size=1))
def test_reads_what_was_written(ranges: list[tuple[int, int, bool, bool]]) -> None:
    count = 70
    expected: set[int] = set()
    parts = []
    for first, length, backwards, ends_backwards in ranges:
        expected.update(range(first - 1, first + length))
        last = first + length
        start = str(first - count - 1) if backwards else str(first)
        end = str(last - count - 1) if ends_backwards else str(last)
        parts.append(f"{start}-{end}" if length else start)
    assert parse_pages(",".join(parts), count) == tuple(sorted(expected))


@given(st.text(alphabet="0123456789-, ax\u0663", max_size=30), st.integers(1, 30))
def test_gives_pages_of_the_document_or_an_error(text: str, count: int) -> None:
    try:
        pages = parse_pages(text, count)
    except InvalidParameter:
        return
    assert pages
    assert list(pages) == sorted(set(pages))
    assert set(pages) <= set(range(count))

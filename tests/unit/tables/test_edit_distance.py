import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve_app.tables.edit_distance import count_edits, similarity

TEXT = st.text(alphabet="abé漢", max_size=12)


def count_by_table(a: str, b: str) -> int:
    """The textbook's dynamic program."""
    above = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (x != y)))
        above = row
    return above[-1]


@given(TEXT, TEXT)
def test_agrees_with_the_textbook(a: str, b: str) -> None:
    assert count_edits(a, b) == count_by_table(a, b)


@pytest.mark.parametrize(("a", "b", "edits"), [("kitten", "sitting", 3), ("", "abc", 3), ("", "", 0), ("ab", "ba", 2)])
def test_counts_edits(a: str, b: str, edits: int) -> None:
    assert count_edits(a, b) == edits


def test_counts_in_texts_longer_than_a_machine_word() -> None:
    assert count_edits("x" * 200, "x" * 150 + "y" * 50) == 50


def test_similarity_is_relative_to_the_longer_text() -> None:
    assert similarity("kitten", "sitting") == pytest.approx(1 - 3 / 7)
    assert similarity("", "") == 1
    assert similarity("", "a") == 0


@given(TEXT, TEXT, st.floats(0, 1))
def test_a_bound_only_changes_what_is_below_it(a: str, b: str, least: float) -> None:
    bounded, exact = similarity(a, b, least), similarity(a, b)
    assert bounded == exact or (bounded == 0 and exact < least)

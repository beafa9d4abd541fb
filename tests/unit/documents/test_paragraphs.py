from hypothesis import given
from hypothesis import strategies as st

from serve_app.documents.paragraphs import Printed, join_lines, list_entries
from serve_app.domain import Box

BOX = Box(0, 0, 100, 10)


def lines(*texts, **more):
    return [Printed(text, BOX, 10, **more) for text in texts]


def test_lines_are_joined_by_a_space():
    assert join_lines(lines("The board meets", "in March.")) == "The board meets in March."


def test_a_word_that_a_hyphen_parts_is_joined():
    assert join_lines(lines("the reve-", "nue rose")) == "the revenue rose"


def test_a_hyphen_before_a_capital_or_a_number_stays():
    assert join_lines(lines("Anglo-", "Saxon")) == "Anglo- Saxon"
    assert join_lines(lines("2010-", "2019")) == "2010- 2019"


def test_the_text_layer_tells_a_hyphen_that_parts_a_word():
    first, second = lines("Donaudampf", "schiff")
    assert join_lines([Printed(first.text, BOX, 10, hyphenated=True), second]) == "Donaudampfschiff"


def test_ideographs_are_joined_without_a_space():
    assert join_lines(lines("年度报", "告书")) == "年度报告书"


def test_the_entries_of_a_list_take_their_further_lines():
    entries = list_entries(lines("• Revenue rose", "by a tenth", "• Costs fell"))
    assert entries == ("• Revenue rose by a tenth", "• Costs fell")
    assert list_entries(lines("1. First", "2) Second", "a) Third")) == ("1. First", "2) Second", "a) Third")


def test_one_entry_or_one_in_the_middle_is_no_list():
    assert list_entries(lines("• Revenue rose", "by a tenth")) == ()
    assert list_entries(lines("Revenue rose", "• by a tenth", "• or more")) == ()


@given(st.lists(st.text("abc-. •1", max_size=12), max_size=8))
def test_no_letter_is_lost_or_invented(texts):
    kept = [c for c in "".join(texts) if c.isalnum()]
    assert [c for c in join_lines(lines(*texts)) if c.isalnum()] == kept
    entries = list_entries(lines(*texts))
    assert not entries or [c for c in "".join(entries) if c.isalnum()] == kept

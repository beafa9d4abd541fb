"""Suspect lines of a text layer are replaced by what OCR read in the same place, and no others."""

import pytest

from serve_app.documents.page import PageLine
from serve_app.domain import TextLine, Word
from serve_app.pipeline.suspect_lines import replace_suspects


def outline(left, top, width, height=10):
    return ((left, top), (left + width, top), (left + width, top + height), (left, top + height))


def printed(text, left, top, width):
    return PageLine(TextLine(text, 1.0, outline(left, top, width)), 9.0, True, italic=True, suspect_words=(0,))


def seen(text, left, top, width):
    return TextLine(text, 0.9, outline(left, top, width), (Word(text, outline(left, top, width)),))


LINES = [printed("C80 points", 0, 0, 100), printed("K23 points", 0, 20, 100), printed("right", 0, 40, 60)]


def settle(suspects, read):
    lines, warnings = replace_suspects(LINES, suspects, read)
    return [line.text.text for line in lines], [(warning.code, warning.message) for warning in warnings]


def test_each_gets_the_text_of_its_own_place():
    told = ("text_checked", "OCR replaced 2 lines of the text layer that may be wrong")
    read = [seen("wrong", 0, 40, 60), seen("-23 points", 1, 20, 98), seen("+80 points", 0, 1, 100)]
    assert settle([0, 1], read) == (["+80 points", "-23 points", "right"], [told])


def test_what_was_read_is_taken_with_its_words_and_score_and_the_place_stays():
    other = seen("+80 points", 2, 1, 97)
    [line, *_], _ = replace_suspects(LINES, [0], [other])
    assert line.text == TextLine(other.text, 0.9, LINES[0].text.polygon, other.words)
    assert (line.font_size, line.bold, line.suspect_words) == (9.0, True, ())


def test_what_ocr_did_not_see_stays_suspect():
    told = ("suspect_text", "The text layer may be wrong in 2 lines")
    assert settle([0, 1], []) == (["C80 points", "K23 points", "right"], [told])
    warnings = [
        ("text_checked", "OCR replaced 1 line of the text layer that may be wrong"),
        ("suspect_text", "The text layer may be wrong in 1 line"),
    ]
    assert settle([0, 1], [seen("-23 points", 0, 20, 100)]) == (["C80 points", "-23 points", "right"], warnings)


@pytest.mark.parametrize(
    ("place", "same"),
    [
        ((0, 4.9, 100), True),  # half of both
        ((0, 5.1, 100), False),
        ((0, 0, 120), True),
        ((0, 0, 121), False),  # it goes on in what stands beside
        ((0, 0, 20), True),  # inside
        ((85, 0, 30), True),  # half of the smaller
        ((86, 0, 30), False),
    ],
)
def test_a_place_is_the_same_where_the_smaller_is_half_covered_and_it_is_not_much_longer(place, same):
    texts, _ = settle([0], [seen("+80 points", *place)])
    assert texts[0] == ("+80 points" if same else "C80 points")

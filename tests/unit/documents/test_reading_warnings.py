import pytest

from serve_app.documents.reading_warnings import find_warnings
from serve_app.domain import TextLine


def page(*texts, length=25.0):
    """Lines of 20 pixels height, `length` heights long."""
    return [
        TextLine(text, 1.0, ((0, 30 * i), (20 * length, 30 * i), (20 * length, 30 * i + 20), (0, 30 * i + 20)))
        for i, text in enumerate(texts)
    ]


def codes(lines):
    return [warning.code for warning in find_warnings(lines)]


def test_nothing_read_is_said():
    assert codes([]) == ["no_text"]
    assert codes(page("", length=3)) == ["no_text"]


def test_lines_of_an_unknown_script_are_said():
    # How PP-OCRv6 small reads Russian: spaces and points, at a score of 1.
    assert codes(page("     ", "    .  ", "    ,  ", "      ", "Page 3")) == ["unread_script"]


@pytest.mark.parametrize(
    "texts",
    [
        ("All human beings are born free and equal", "in dignity and rights.", "They are endowed with reason"),
        ("人人生而自由在尊严和权利上一律平等他们赋有理性", "和良心并应以兄弟关系的精神相对待"),
        ("-------------------------------", "Total 12.50", "_ _ _ _ _ _ _ _ _", "..............."),
        ("Rechtsschutzversicherung und mehr", "Donaudampfschifffahrt ist ein langes Wort"),
    ],
)
def test_what_was_read_is_not_warned_of(texts):
    assert codes(page(*texts)) == []


def test_glued_words_are_said():
    assert codes(page("Allhumanbeingsarebornfreeandequal", "indignityandrightsTheyareendowed", "Page 3")) == [
        "glued_words"
    ]


def test_one_long_name_is_no_glued_line():
    assert codes(page("Donaudampfschifffahrtsgesellschaft", "is a long word in German")) == []

import unicodedata
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve_app.documents.characters import HYPHEN, Character, Style
from serve_app.documents.lines import build_lines
from serve_app.documents.page import Suspicion

PLAIN = Style("Times", 10.0)
SPACE = Character(" ", None)
END = (Character("\r", None), Character("\n", None))


def write(text: str, x: float = 0.0, y: float = 0.0, style: Style = PLAIN, *, added: bool = False) -> list[Character]:
    """Characters of 5 x 7 pixels, spaces of the file's own, or as PDFium adds them."""
    step = style.size / 2
    characters = []
    for index, mark in enumerate(text):
        left = x + index * step
        if mark == " ":
            characters.append(SPACE if added else Character(" ", style, left, y + 7, left + step, y + 7))
        else:
            characters.append(Character(mark, style, left + 0.3, y, left + step - 0.3, y + 0.7 * style.size))
    return characters


def read(*parts: Character) -> list[str]:
    return [line.text.text for line in build_lines(parts)]


def test_joins_words_and_keeps_lines_apart() -> None:
    lines = build_lines([*write("Two words"), *END, *write("below", y=12)])
    assert [line.text.text for line in lines] == ["Two words", "below"]
    first = lines[0].text
    assert [word.text for word in first.words] == ["Two", "words"]
    assert first.polygon == ((0.3, 0), (44.7, 0), (44.7, 7), (0.3, 7))
    assert first.words[1].polygon == ((20.3, 0), (44.7, 0), (44.7, 7), (20.3, 7))


def test_a_space_between_touching_characters_is_none_unless_the_file_has_it() -> None:
    first, second = write("quote"), write("”.", x=25)
    assert read(*first, SPACE, *second) == ["quote ”."]
    close = [character._replace(left=character.left - 1, right=character.right - 1) for character in second]
    assert read(*first, SPACE, *close) == ["quote”."]
    assert read(*first, Character(" ", PLAIN, 25, 7, 25, 7), *close) == ["quote ”."]


def test_words_from_right_to_left_stay_apart() -> None:
    text = "שלום עולם"
    characters = [
        SPACE if mark == " " else Character(mark, PLAIN, 95.0 - 5 * index, 0, 99.0 - 5 * index, 7)
        for index, mark in enumerate(text)
    ]
    assert read(*characters) == [text]


def test_parts_columns_and_ticks() -> None:
    left, right = write("left column"), write("right", x=80)
    assert read(*left, SPACE, *right) == ["left column", "right"]
    ticks = [character for index in range(3) for character in (*write("20", x=18.0 * index), SPACE)]
    assert read(*ticks) == ["20", "20", "20"]
    words = [character for index in range(3) for character in (*write("of", x=18.0 * index), SPACE)]
    assert read(*words) == ["of of of"]


def test_marks_a_hyphen_that_parts_a_word() -> None:
    hyphen = Character(HYPHEN, PLAIN, 20.3, 3, 24.7, 4)
    (line,) = build_lines([*write("revo"), hyphen])
    assert line.text.text == "revo-"
    assert line.hyphenated


def test_joins_turned_characters_that_come_one_a_line() -> None:
    upwards = Style("Times", 10.0, angle=270.0)
    characters: list[Character] = []
    for index, mark in enumerate("Sales in tonnes"):
        bottom = 100 - 5 * index
        if mark != " ":
            characters += [Character(mark, upwards, 50, bottom - 4.7, 57, bottom - 0.3), *END]
    (line,) = build_lines(characters)
    assert line.text.text == "Sales in tonnes"
    assert line.angle == 270
    (left, bottom), (_, top), (right, _), _ = line.text.polygon
    assert (left, bottom, right, top) == pytest.approx((50, 99.7, 57, 25.3), abs=0.01)


def test_keeps_indices_and_full_stops_in_their_line() -> None:
    small = Style("Times", 6.0)
    line = [*write("CO"), *write("2", x=10, y=6, style=small), SPACE, *write("and", x=16)]
    assert read(*line) == ["CO2 and"]


def test_drops_shadows() -> None:
    text = write("Heading")
    shadow = [character._replace(left=character.left + 1, right=character.right + 1) for character in text]
    other = write("Heading", y=40)
    assert read(*text, *END, *shadow, *END, *other) == ["Heading", "Heading"]


def test_ideographs_are_words_without_spaces() -> None:
    wide = Style("Song", 10.0)
    characters: list[Character] = []
    for index, mark in enumerate("作战原则A1"):
        characters += [Character(mark, wide, 12.0 * index, 0, 12.0 * index + 10, 9), SPACE]
    (line,) = build_lines(characters[:-3])
    assert line.text.text == "作战原则 A"
    assert [word.text for word in line.text.words] == ["作", "战", "原", "则", "A"]


@pytest.mark.parametrize(
    ("sign", "style", "suspect"),
    [
        ("C", Style("Symbols", 10.0), True),
        ("!", Style("Symbols", 10.0), True),
        ("+", Style("Symbols", 10.0), False),  # mapped as a sign
        ("x", Style("Symbols", 14.0), False),  # the digits are its index
        ("C", Style("Times", 10.0, bold=True), False),
        ("(", Style("Symbols", 10.0), False),
    ],
)
def test_suspects_numbers_whose_sign_has_another_font(sign: str, style: Style, suspect: bool) -> None:
    sign_mark = write(sign, x=0, style=style)
    (line,) = build_lines([*sign_mark, *write("80", x=style.size / 2), SPACE, *write("80", x=20)])
    assert line.suspect_words == ((0,) if suspect else ())


def test_suspects_lines_with_characters_without_meaning() -> None:
    unmapped = Character("Q", PLAIN, 30, 0, 34, 7, True)
    control = Character("\x03", PLAIN, 30, 0, 34, 7)
    plain, first, second = (build_lines([*write("Table"), *rest])[0] for rest in ((), (unmapped,), (control,)))
    assert (plain.suspicion, first.suspicion, second.suspicion) == (None, Suspicion.UNMAPPED, Suspicion.CONTROL)
    assert second.text.text.endswith("\ufffd")


def test_writes_ligatures_as_letters() -> None:
    assert read(*write("ﬁnal eﬀect")) == ["final effect"]


STYLES = st.sampled_from(
    [PLAIN, Style("Courier", 14.0), Style("Times", 9.0, angle=90.0), Style("Times", 9.0, angle=33.0)]
)
MARKS = st.characters(codec="utf-8", exclude_categories=("Cs", "Zs", "Zl", "Zp", "Cc"))


@st.composite
def character_lists(draw: st.DrawFn) -> list[Character]:
    places = st.floats(-50, 500)
    single = st.builds(
        lambda text, style, x, y, w, h, bad: Character(text, style, x, y, x + w, y + h, bad),
        MARKS,
        STYLES,
        places,
        places,
        st.floats(0, 20),
        st.floats(0, 20),
        st.booleans(),
    )
    return draw(st.lists(st.one_of(single, st.just(SPACE), st.just(END[1])), max_size=60))


@given(character_lists())
def test_loses_and_invents_nothing(characters: list[Character]) -> None:
    lines = build_lines(characters)
    marks = Counter(_write(c.text) for c in characters if c.style is not None and not c.text.isspace())
    written = Counter("".join(line.text.text for line in lines).replace(" ", ""))
    letters = Counter("".join(marks.elements()))
    assert not written - letters
    # Only a line that is there already may be left out.
    assert set(letters) == set(written)
    for line in lines:
        assert "".join(word.text for word in line.text.words) == line.text.text.replace(" ", "")
        assert all(0 <= index < len(line.text.words) for index in line.suspect_words)


def _write(text: str) -> str:
    if text in (HYPHEN, "\xad"):
        return "-"
    return unicodedata.normalize("NFKC", text) if "\ufb00" <= text <= "\ufb06" else text

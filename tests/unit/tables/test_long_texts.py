"""Texts of models that repeat themselves, and of those that are told to by an image."""

import math
import random

import pytest

from serve_app.domain import Cell, ChartTable, TextLine
from serve_app.tables import mineru, parsing
from serve_app.tables.evidence import find_evidence
from serve_app.tables.grid import MAX_LENGTH, MAX_TEXT
from serve_app.tables.html import unescape
from tests.growth import FACTOR, grows_linearly

REPEATED = (
    *("a", "<", "|", "|\n", "a | b\n", "<|", "\\", "-", "|:-\n", "a|<0x0A>", "| ** a", "**", "# ", " "),
    *("<td>", "<table>", "<table><td>a", "<tr>", "<td colspan=9999 rowspan=9999>x", "&", "&amp;", "<td a", "<td><!--"),
    *("<fcel>", "<fcel>a<nl>", "<fcel>x<lcel>", "<ucel>", "<|x|>"),
)


@pytest.mark.parametrize("piece", REPEATED)
@pytest.mark.parametrize("start", ["", "| a |\n", "<td>", "<|class_start|>chart<|class_end|><|content_start|>"])
def test_any_text_is_read_in_linear_time(start: str, piece: str) -> None:
    text = start + piece * (MAX_LENGTH // len(piece) + 1)
    confidence = [0.5] * len(text)
    assert grows_linearly(lambda length: mineru.parse(text[:length], confidence[:length]), MAX_LENGTH // FACTOR)


@pytest.mark.parametrize("piece", ["<|", "|\n", "<td>", "<fcel>x<lcel>"])
def test_what_is_beyond_the_bound_is_cut_in_linear_time(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    confidence = [0.5] * len(text)
    assert mineru.parse(text, confidence).cut
    assert grows_linearly(lambda length: mineru.parse(text[:length], confidence[:length]), len(text) // FACTOR)


@pytest.mark.parametrize("reference", ["&#" + "9" * 5_000, "&#x" + "f" * 5_000, "&#" + "9" * 5_000 + ";"])
def test_a_character_reference_without_end_is_no_character(reference: str) -> None:
    assert unescape(f"a{reference}") == "a\N{REPLACEMENT CHARACTER}"
    table = parsing.parse(f"<table><tr><td>{reference}</td></tr></table>")
    assert table.columns[0].text == "\N{REPLACEMENT CHARACTER}"
    assert unescape("&#65;&#x42;&amp;&#000000067;") in ("AB&C", "AB&\N{REPLACEMENT CHARACTER}")


def test_what_is_left_out_is_said() -> None:
    assert not parsing.parse("| a | b |\n|---|---|\n| 1 | 2 |").cut
    assert parsing.parse("| a | b |\n" * MAX_LENGTH).cut
    assert parsing.parse("| a | " + "b" * (MAX_TEXT + 1) + " |\n").cut
    assert parsing.parse("|" + "a|" * 300).cut
    assert parsing.parse("<table>" + "<tr><td colspan=200>a</td></tr>" * 60 + "</table>").cut


@pytest.mark.parametrize("worst", [math.nan, -1.0, -math.inf])
def test_a_probability_that_is_none_counts_as_0(worst: float) -> None:
    text = "| ab | c |\n"
    for place in (2, 3):
        confidence = [0.5] * len(text)
        confidence[place] = worst
        table = parsing.parse(text, confidence)
        assert [cell.confidence for cell in table.columns] == [0.0, 0.5]


def test_evidence_for_labels_is_found_in_linear_time_of_their_length() -> None:
    rng = random.Random(1)
    letters = rng.choices("abcdefghij ", k=1_000_000)

    def word(length: int) -> str:
        begin = rng.randrange(len(letters) - length)
        return "".join(letters[begin : begin + length])

    def find(length: int) -> None:
        lines = [TextLine(word(length), 0.9, ((0, y), (100, y), (100, y + 9), (0, y + 9))) for y in range(400)]
        rows = tuple(tuple(Cell(word(length)) for _ in range(20)) for _ in range(100))
        find_evidence(ChartTable(tuple(Cell(word(length)) for _ in range(20)), rows), lines)

    assert grows_linearly(find, 125)


def test_a_long_label_is_confirmed_by_an_equal_text() -> None:
    label = "a long label " * 40
    line = TextLine(label.upper(), 0.9, ((0, 0), (100, 0), (100, 9), (0, 9)))
    found = find_evidence(ChartTable((Cell(label),)), [line])
    assert (found.columns[0].line, found.columns[0].similarity) == (0, 1.0)

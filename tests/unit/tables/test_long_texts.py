"""Texts of models that repeat themselves, and of those that are told to by an image."""

import math
import random
import time

import pytest

from serve_app.domain import Cell, ChartTable, TextLine
from serve_app.tables import mineru, parsing
from serve_app.tables.evidence import find_evidence
from serve_app.tables.grid import MAX_LENGTH, MAX_TEXT
from serve_app.tables.html import unescape

LIMIT_S = 1.0
"""CPU time. Alone on its core each takes under 0.2 s; beside others three times that, and without bounds up to 60 s."""

REPEATED = (
    *("a", "<", "|", "|\n", "a | b\n", "<|", "\\", "-", "|:-\n", "a|<0x0A>", "| ** a", "**", "# ", " "),
    *("<td>", "<table>", "<table><td>a", "<tr>", "<td colspan=9999 rowspan=9999>x", "&", "&amp;", "<td a", "<td><!--"),
    *("<fcel>", "<fcel>a<nl>", "<fcel>x<lcel>", "<ucel>", "<|x|>"),
)


@pytest.mark.parametrize("piece", REPEATED)
@pytest.mark.parametrize("start", ["", "| a |\n", "<td>", "<|class_start|>chart<|class_end|><|content_start|>"])
def test_a_megabyte_of_any_text_takes_little_time(start: str, piece: str) -> None:
    text = start + piece * (1_000_000 // len(piece))
    confidence = [0.5] * len(text)

    def measure() -> float:
        begun = time.thread_time()
        assert mineru.parse(text, confidence).cut
        return time.thread_time() - begun

    assert measure() < LIMIT_S or measure() < LIMIT_S  # a busy machine slows a core down for a while


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


@pytest.mark.parametrize("length", [20, 200, 500, 1_000])
def test_evidence_for_long_labels_takes_little_time(length: int) -> None:
    rng = random.Random(length)

    def word() -> str:
        return "".join(rng.choice("abcdefghij ") for _ in range(length))

    lines = [TextLine(word(), 0.9, ((0, y), (100, y), (100, y + 9), (0, y + 9))) for y in range(400)]
    rows = tuple(tuple(Cell(word()) for _ in range(20)) for _ in range(100))
    table = ChartTable(tuple(Cell(word()) for _ in range(20)), rows)
    begun = time.thread_time()
    find_evidence(table, lines)
    assert time.thread_time() - begun < LIMIT_S


def test_a_long_label_is_confirmed_by_an_equal_text() -> None:
    label = "a long label " * 40
    line = TextLine(label.upper(), 0.9, ((0, 0), (100, 0), (100, 9), (0, 9)))
    found = find_evidence(ChartTable((Cell(label),)), [line])
    assert (found.columns[0].line, found.columns[0].similarity) == (0, 1.0)

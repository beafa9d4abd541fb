import pytest

from serve_app.chartgraph.cuts import cut_at_marks
from serve_app.chartgraph.roles import MarkKind, Role
from serve_app.domain import TextLine
from tests.unit.chartgraph.graphs import make_graph


def read(words, marks):
    graph = make_graph(words, marks)
    lines = [TextLine(word.text, 0.9, word.polygon) for word in graph.words]
    cut = cut_at_marks(graph, lines)
    return None if cut is None else [line.text for line in cut]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("O Petrol-O-Diesel-O Electric", ["Petrol", "Diesel", "Electric"]),
        ("-O- Petrol", ["Petrol"]),
        ("-O-线上 -O-线下", ["线上", "线下"]),
        ("LondonMadrid", ["London", "Madrid"]),
        ("Diesel-- Electric", ["Diesel", "Electric"]),
    ],
)
def test_a_line_is_cut_at_the_keys_within_it(text, names):
    width = 7.0 * len(text)
    keys = [(MarkKind.SWATCH, 100 - width / 2 - 3, 20), (MarkKind.SWATCH, 100, 20)]
    assert read([(text, 100, 20, Role.SERIES)], keys[: max(1, len(names) - 1 + (len(names) > 1))]) == names


def test_a_name_beside_its_key_stays_whole():
    assert read([("New York", 100, 20, Role.SERIES)], [(MarkKind.SWATCH, 60, 20)]) is None


def test_a_sign_at_a_point_is_its_marker_and_no_text():
    assert read([("O", 50, 50, Role.OTHER), ("Oslo", 50, 90, Role.CATEGORY)], [(MarkKind.POINT, 50, 50)]) == ["Oslo"]


BARS = [(MarkKind.COLUMN, x, 100) for x in (20, 60, 100, 140)]


def test_labels_of_neighbouring_bars_are_cut_at_the_bars():
    words = [("Jan", 20, 200, Role.CATEGORY), ("Feb", 60, 200, Role.CATEGORY)]
    words = [*words, ("MarApr", 120, 200, Role.CATEGORY)]
    assert read(words, BARS) == ["Jan", "Feb", "Mar", "Apr"]


def test_a_label_of_two_words_under_a_group_of_bars_stays_whole():
    groups = [(MarkKind.COLUMN, x + shift, 100) for x in (30, 110, 190) for shift in (-12, 12)]
    words = [("Oslo", 30, 200, Role.CATEGORY), ("New York", 110, 200, Role.CATEGORY), ("Rome", 190, 200, Role.CATEGORY)]
    assert read(words, groups) is None


@pytest.mark.parametrize(("text", "value"), [("052", "52"), ("-068%", "68%"), ("\u25cf 92", "92"), ("44\u25cf", "44")])
def test_the_marker_beside_a_value_is_no_part_of_it(text, value):
    left = 100 - 7 * len(text) / 2
    assert read([(text, 100, 50, Role.VALUE)], [(MarkKind.POINT, left + 4, 50)]) == [value]


def test_a_number_that_begins_with_a_nought_elsewhere_stays_whole():
    assert read([("052", 100, 50, Role.VALUE)], [(MarkKind.POINT, 60, 50)]) is None
    assert read([("0.5", 100, 50, Role.VALUE)], [(MarkKind.POINT, 92, 50)]) is None


def test_a_letter_in_the_middle_of_a_key_is_the_key():
    words = [("\u65e5", 50, 50, Role.OTHER), ("Oslo", 80, 50, Role.SERIES)]
    assert read(words, [(MarkKind.SWATCH, 50, 50)]) == ["Oslo"]

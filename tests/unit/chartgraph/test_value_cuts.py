import itertools

import pytest

from serve_app.chartgraph.roles import MarkKind, Role
from serve_app.chartgraph.value_cuts import find_cuts
from tests.unit.chartgraph.graphs import make_graph, put_word


def cut(text, points, *, width=None):
    """The parts of a text round (100, 50), in a chart with these points."""
    word = put_word(text, 100, 50, width=width)
    cuts = find_cuts(make_graph([(text, 100, 50, Role.VALUE)], [(MarkKind.POINT, x, y) for x, y in points]), word)
    edges = [0, *cuts, len(text)]
    return [text[a:b].strip() for a, b in itertools.pairwise(edges)]


@pytest.mark.parametrize(
    ("text", "count", "parts"),
    [
        ("8688", 2, ["86", "88"]),
        ("646667", 3, ["64", "66", "67"]),
        ("200820092010", 3, ["2008", "2009", "2010"]),
        ("64666", 3, ["64666"]),  # does not divide
        ("8688", 0, ["8688"]),  # one number: no marks tell otherwise
        ("8688", 1, ["8688"]),
    ],
)
def test_numbers_that_touch_are_cut_where_each_has_a_mark(text, count, parts):
    width = 7.0 * len(text)
    left = 100 - width / 2
    points = [(left + (i + 0.5) * width / count, 62) for i in range(count)]
    assert cut(text, points) == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("200020022004", ["2000", "2002", "2004"]),
        ("1990 199520002005", ["1990", "1995", "2000", "2005"]),
        ("200020022005", ["200020022005"]),  # not in equal steps
        ("20002002", ["20002002"]),
        ("123412361238", ["123412361238"]),
    ],
)
def test_years_in_equal_steps_are_cut_whether_or_not_they_have_marks(text, parts):
    assert cut(text, []) == parts


def test_marks_that_are_not_under_the_numbers_cut_nothing():
    assert cut("8688", [(87, 62), (90, 62)]) == ["8688"]


LINE = [(20 * i, 50) for i in range(5)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("61 Women", ["61", "Women"]),
        ("74Hispanic", ["74", "Hispanic"]),
        ("38% Republican", ["38%", "Republican"]),
        ("61 million", ["61 million"]),
        ("61 percent", ["61 percent"]),
        ("61", ["61"]),
        ("Women", ["Women"]),
    ],
)
def test_a_name_at_a_line_s_end_is_cut_from_its_value(text, parts):
    assert cut(text, LINE, width=24) == parts


def test_a_number_with_a_word_elsewhere_is_a_label():
    assert cut("61 Women", [(x, 150) for x, _ in LINE], width=24) == ["61 Women"]
    assert cut("61 Women", [(100 + x, 50) for x, _ in LINE], width=24) == ["61 Women"]


def test_a_year_among_years_is_no_two_values():
    words = [("2000", 100, 50, Role.CATEGORY), ("2005", 200, 50, Role.CATEGORY)]
    graph = make_graph(words, [(MarkKind.COLUMN, x, 62) for x in (93, 107)])
    assert find_cuts(graph, put_word("2000", 100, 50)) == []


def test_names_under_one_another_are_cut_alike_where_one_of_them_follows_a_line():
    words = [("61Women", 124, 50, Role.SERIES), ("38Men", 117, 90, Role.SERIES)]
    graph = make_graph(words, [(MarkKind.POINT, x, y) for x, y in LINE])
    assert find_cuts(graph, put_word("38Men", 117, 90)) == [2]
    assert find_cuts(graph, put_word("38Men", 217, 90)) == []

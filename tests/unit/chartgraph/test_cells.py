import dataclasses

import numpy as np

from serve_app.chartgraph.assembly import assemble
from serve_app.chartgraph.graph import Graph
from serve_app.chartgraph.roles import CHART_KINDS, MarkKind, Role
from serve_app.chartgraph.words import place_word
from serve_app.domain import ChartKind
from tests.unit.chartgraph.graphs import make_graph, put_word

YEARS = {2006: 1, 2007: 2, 2008: 3, 2009: 4, 2010: 5}


def make_line(labels: dict[int, str]) -> Graph:
    """A line of five points over an axis from 0 to 10; only some years are printed."""

    def word(text, x, y):
        return place_word(text, 1.0, ((x - 9, y - 5), (x + 9, y - 5), (x + 9, y + 5), (x - 9, y + 5)))

    ticks = [word(str(value), 10, 300 - 20 * value) for value in (0, 5, 10)]
    names = [word(text, 50 * (year - 2005), 320) for year, text in labels.items()]
    links = np.zeros((3, len(YEARS), 1 + len(ticks) + len(names)))
    for mark, year in enumerate(YEARS):
        links[0, mark, 1 + len(ticks) + list(labels).index(year) if year in labels else 0] = 1
    links[1:, :, 0] = 1
    return Graph(
        words=[*ticks, *names],
        roles=np.eye(len(Role))[[Role.TICK] * 3 + [Role.CATEGORY] * len(names)],
        points=np.array([(50.0 * (year - 2005), 300.0 - 20 * value) for year, value in YEARS.items()]),
        kinds=np.full(len(YEARS), MarkKind.POINT),
        scores=np.full(len(YEARS), 0.9),
        links=links,
        chart_kinds=np.eye(len(CHART_KINDS))[CHART_KINDS.index(ChartKind.LINE)],
        stacked=0.0,
    )


def list_rows(graph):
    return [tuple(cell.text for cell in row) for row in assemble(graph).table.rows]


def test_points_between_numbered_labels_have_rows_of_their_own():
    rows = list_rows(make_line({2006: "2006", 2008: "2008", 2010: "2010"}))
    assert rows == [("2006", "1"), ("2007", "2"), ("2008", "3"), ("2009", "4"), ("2010", "5")]


def test_points_between_labels_that_do_not_count_have_no_row_and_the_answer_says_so():
    read = assemble(make_line({2006: "Oslo", 2008: "Rome", 2010: "Bern"}))
    assert [row[0].text for row in read.table.rows] == ["Oslo", "Rome", "Bern"]
    assert [(w.code, w.message) for w in read.warnings] == [
        ("marks_unread", "2 marks found in the chart not in the table")
    ]


def test_two_years_are_enough_to_name_what_lies_between():
    read = assemble(make_line({2006: "2006", 2010: "2010"}))
    assert [row[0].text for row in read.table.rows] == ["2006", "2007", "2008", "2009", "2010"]
    assert [warning.code for warning in read.warnings] == ["thinned_labels"]


def test_a_row_that_is_not_printed_is_no_surer_than_its_mark():
    table = assemble(make_line({2006: "2006", 2008: "2008", 2010: "2010"})).table
    assert 0.8 < table.rows[1][0].confidence <= 0.9
    assert table.rows[1][0].place is None


def test_of_two_marks_at_one_number_the_likelier_is_taken():
    graph = make_line({2006: "2006", 2008: "2008", 2010: "2010"})
    double = dataclasses.replace(
        graph,
        points=np.concatenate((graph.points, [(100.0, 100.0)])),
        kinds=np.concatenate((graph.kinds, [MarkKind.POINT])),
        scores=np.concatenate((graph.scores, [0.6])),
        links=np.concatenate((graph.links, graph.links[:, 1:2]), 1),
    )
    assert list_rows(double) == list_rows(graph)


def make_lines(*, first: list[int], second: list[int]) -> Graph:
    """Two lines over Jan, Feb, Mar; each with points where its list says so, the second 40 pixels lower."""
    texts = ["0", "10", "Jan", "Feb", "Mar", "North", "South"]
    places = [(10, 300), (10, 100), (50, 320), (100, 320), (150, 320), (300, 20), (300, 40)]
    words = [
        place_word(text, 1.0, ((x - 9, y - 5), (x + 9, y - 5), (x + 9, y + 5), (x - 9, y + 5)))
        for text, (x, y) in zip(texts, places, strict=True)
    ]
    marks = [(row, 0) for row in first] + [(row, 1) for row in second]
    links = np.zeros((3, len(marks), 1 + len(words)))
    for mark, (row, series) in enumerate(marks):
        links[0, mark, 1 + 2 + row] = links[2, mark, 0] = 1
        links[1, mark, 1 + 5 + series] = 0.6
        links[1, mark, 1 + 5 + 1 - series] = 0.05
    roles = [Role.TICK] * 2 + [Role.CATEGORY] * 3 + [Role.SERIES] * 2
    return Graph(
        words=words,
        roles=np.eye(len(Role))[roles],
        points=np.array([(50.0 * (row + 1), 200.0 + 40 * series) for row, series in marks]),
        kinds=np.full(len(marks), MarkKind.POINT),
        scores=np.ones(len(marks)),
        links=links,
        chart_kinds=np.eye(len(CHART_KINDS))[CHART_KINDS.index(ChartKind.LINE)],
        stacked=0.0,
    )


def test_lines_that_meet_share_the_point():
    table = assemble(make_lines(first=[0, 1, 2], second=[0, 2])).table
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["Jan", "5", "3"],
        ["Feb", "5", "5"],
        ["Mar", "5", "3"],
    ]
    assert table.rows[1][2].confidence < 0.5 * table.rows[1][1].confidence + 0.01


def test_a_line_that_has_no_point_beside_it_goes_through_none():
    table = assemble(make_lines(first=[0, 1, 2], second=[0])).table
    assert [row[2].text for row in table.rows] == ["3", "5", ""]


def test_ticks_in_thousands_make_plain_numbers():
    graph = make_line({2006: "2006", 2008: "2008", 2010: "2010"})
    ticks = [dataclasses.replace(word, text=text) for word, text in zip(graph.words, ("0", "5k", "10k"), strict=False)]
    table = assemble(dataclasses.replace(graph, words=[*ticks, *graph.words[3:]])).table
    assert [row[1].text for row in table.rows] == ["1000", "2000", "3000", "4000", "5000"]
    assert [row[1].number.unit for row in table.rows if row[1].number] == [None] * 5


def make_bars(places, labels):
    """Bars of 1, 2, 3, … at some x over an axis from 0 to 10, with numbers at other x."""
    ticks = [(str(value), 10, 300 - 20 * value, Role.TICK) for value in (0, 5, 10)]
    names = [(text, x, 320, Role.CATEGORY) for text, x in labels.items()]
    marks = [(MarkKind.COLUMN, x, 300 - 20 * value) for value, x in enumerate(places, 1)]
    return make_graph([*ticks, *names], marks)


def test_bars_between_numbers_that_count_are_the_bins_of_a_histogram():
    graph = make_bars([80, 120, 160, 200], {"0": 60, "10": 100, "20": 140, "30": 180, "40": 220})
    assert list_rows(graph) == [("0-10", "1"), ("10-20", "2"), ("20-30", "3"), ("30-40", "4")]


def test_rows_of_a_line_that_no_axis_measures_are_those_with_a_printed_value():
    graph = make_line({2006: "2006", 2008: "2008", 2010: "2010"})
    words = [put_word("12", 50, 270), *graph.words[3:]]
    roles = np.concatenate((np.eye(len(Role))[[Role.VALUE]], graph.roles[3:]))
    links = np.concatenate((graph.links[:, :, :1], np.zeros((3, 5, 1)), graph.links[:, :, 4:]), axis=2)
    links[2, 0] = [0, 1, 0, 0, 0]
    read = assemble(dataclasses.replace(graph, words=words, roles=roles, links=links))
    assert "no_axis" in [warning.code for warning in read.warnings]
    assert [(row[0].text, row[1].text) for row in read.table.rows] == [("2006", "12")]

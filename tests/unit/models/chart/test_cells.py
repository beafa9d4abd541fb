import dataclasses

import numpy as np
import pytest

from serve_app.domain import ChartKind
from serve_app.models.chart.assembly import assemble
from serve_app.models.chart.graph import Graph
from serve_app.models.chart.scene import MarkKind, Role
from serve_app.models.chart.words import place_word

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
        chart_kinds=np.eye(len(ChartKind))[list(ChartKind).index(ChartKind.LINE)],
        stacked=0.0,
    )


def list_rows(graph):
    return [tuple(cell.text for cell in row) for row in assemble(graph).rows]


def test_points_between_numbered_labels_have_rows_of_their_own():
    rows = list_rows(make_line({2006: "2006", 2008: "2008", 2010: "2010"}))
    assert rows == [("2006", "1"), ("2007", "2"), ("2008", "3"), ("2009", "4"), ("2010", "5")]


@pytest.mark.parametrize("labels", [{2006: "Oslo", 2008: "Rome", 2010: "Bern"}, {2006: "2006", 2010: "2010"}])
def test_points_between_other_labels_have_no_row(labels):
    assert [name for name, _ in list_rows(make_line(labels))] == list(labels.values())


def test_a_row_that_is_not_printed_is_no_surer_than_its_mark():
    table = assemble(make_line({2006: "2006", 2008: "2008", 2010: "2010"}))
    assert table.rows[1][0].confidence == pytest.approx(0.9)
    assert table.rows[1][0].place is None
    assert table.rows[0][0].confidence == pytest.approx(1)


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

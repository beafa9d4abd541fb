from serve_app.chartgraph.assembly import assemble
from serve_app.chartgraph.roles import MarkKind, Role
from tests.unit.chartgraph.graphs import make_graph

TICKS = [(str(10 * i), 10, 250 - 50 * i, Role.TICK) for i in range(5)]


def read(names, labels=("Men", "Women")):
    """Two bars in each of three panels, whose labels repeat; the panels' names stand over them."""
    words, marks, categories = list(TICKS), [], {}
    for panel in range(3):
        for i, label in enumerate(labels):
            x = 60 + 100 * panel + 40 * i
            words.append((f"{label}", x, 270, Role.CATEGORY))
            categories[len(marks)] = len(words) - 1
            marks.append((MarkKind.COLUMN, x, 200 - 20 * panel - 10 * i))
    words += [(name, 80 + 100 * panel, 20, Role.OTHER) for panel, name in enumerate(names)]
    graph = make_graph(words, marks)
    for mark, word in categories.items():
        graph.links[0, mark] = 0.0
        graph.links[0, mark, 1 + word] = 1.0
    return assemble(graph).table


def test_labels_that_repeat_are_the_series_of_the_panels():
    table = read(["2000", "2010", "2020"])
    assert [cell.text for cell in table.columns][1:] == ["Men", "Women"]
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["2000", "10", "12"],
        ["2010", "14", "16"],
        ["2020", "18", "20"],
    ]


def test_panels_without_names_stay_as_they_are():
    assert len(read(["sex", "sex", "sex"]).rows) == 6

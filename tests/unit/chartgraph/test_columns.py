import pytest
from PIL import Image, ImageDraw

from serve_app.chartgraph.assembly import assemble
from serve_app.chartgraph.colours import Palette
from serve_app.chartgraph.labels import join_labels
from serve_app.chartgraph.roles import MarkKind, Role
from serve_app.chartgraph.series_names import choose_names
from serve_app.domain import ChartKind
from tests.unit.chartgraph.graphs import make_graph

TICKS = [(str(10 * i), 10, 250 - 50 * i, Role.TICK) for i in range(5)]
YEARS = [("Oslo", 60, 270, Role.CATEGORY), ("Rome", 120, 270, Role.CATEGORY), ("Bern", 180, 270, Role.CATEGORY)]
NAVY, RED = (100, 150, 100), (200, 150, 200)


def draw_lines(names=True):
    """A navy and a red line over three cities; their names, in their colours, stand at the lines' ends."""
    image = Image.new("RGB", (320, 300), "white")
    pen = ImageDraw.Draw(image)
    marks, categories = [], {}
    for colour, heights in (("navy", NAVY), ("red", RED)):
        points = [(x, y) for (_, x, _, _), y in zip(YEARS, heights, strict=True)]
        pen.line(points, fill=colour, width=3)
        for (x, y), (city, *_) in zip(points, YEARS, strict=True):
            categories[len(marks)] = city
            marks.append((MarkKind.POINT, x, y + (0.5 if colour == "red" else 0)))
    ends = [("Exports", 220, 100, Role.VALUE_AXIS), ("Imports", 220, 200, Role.CONTINUED)] if names else []
    for (text, x, y, _), colour in zip(ends, ("navy", "red"), strict=False):
        pen.text((x, y), text, fill=colour, anchor="mm")
    return make_graph([*TICKS, *YEARS, *ends], marks, kind=ChartKind.LINE, categories=categories), Palette(image)


def texts(table):
    return [[cell.text for cell in row] for row in (table.columns, *table.rows)]


def test_lines_without_a_legend_are_parted_by_colour_and_named_by_the_texts_at_their_ends():
    read = assemble(*draw_lines())
    header, *rows = texts(read.table)
    assert header[1:] == ["Exports", "Imports"]
    assert [row[0] for row in rows] == ["Oslo", "Rome", "Bern"]
    values = [[float(value) for value in row[1:]] for row in rows]
    assert values[0] == pytest.approx([30, 10], abs=0.2)
    assert values[2] == pytest.approx([30, 10], abs=0.2)


def test_series_that_nothing_names_are_kept_and_the_answer_says_so():
    read = assemble(*draw_lines(names=False))
    assert [cell.text for cell in read.table.columns[1:]] == ["", ""]
    assert "series_unnamed" in [warning.code for warning in read.warnings]
    assert sum(bool(cell.text) for row in read.table.rows for cell in row[1:]) >= 5


def test_stacked_bars_are_told_by_where_they_stand_not_by_the_model_alone():
    words = [*TICKS, *YEARS, ("North", 280, 20, Role.SERIES), ("South", 280, 40, Role.SERIES)]
    marks = [(MarkKind.COLUMN, x, y) for x in (60, 120, 180) for y in (200, 100)]
    categories = {i: YEARS[i // 2][0] for i in range(6)}
    series = {i: ("North", "South")[i % 2] for i in range(6)}
    read = assemble(make_graph(words, marks, categories=categories, series=series, stacked=0.3))
    assert [row[1:] for row in texts(read.table)[1:]] == [["10", "20"]] * 3


def test_without_an_axis_nothing_is_invented_from_other_marks():
    words = [*YEARS, ("30", 60, 90, Role.VALUE), ("20", 120, 140, Role.VALUE)]
    marks = [(MarkKind.COLUMN, x, y) for x, y in ((60, 100), (120, 150), (180, 200))]
    categories = {i: YEARS[i][0] for i in range(3)}
    read = assemble(make_graph(words, marks, categories=categories, values={0: "30", 1: "20"}))
    assert [row[1].text for row in read.table.rows] == ["30", "20", ""]
    assert [warning.code for warning in read.warnings] == ["no_axis"]


def test_sideways_numbers_in_one_column_are_the_axis_whatever_the_model_takes_them_for():
    words = [(text, x, y, Role.VALUE_AXIS) for text, x, y, _ in TICKS] + YEARS
    marks = [(MarkKind.COLUMN, x, 150) for x in (60, 120, 180)]
    read = assemble(make_graph(words, marks, categories={i: YEARS[i][0] for i in range(3)}))
    assert [row[1].text for row in read.table.rows] == ["20", "20", "20"]


def test_a_legend_title_and_a_footer_are_no_rows():
    words = [*TICKS, *YEARS, ("year", 290, 60, Role.CATEGORY)]
    marks = [(MarkKind.COLUMN, x, 150) for x in (60, 120, 180)]
    read = assemble(make_graph(words, marks, categories={i: YEARS[i][0] for i in range(3)}))
    assert [row[0].text for row in read.table.rows] == ["Oslo", "Rome", "Bern"]


def test_one_unit_in_a_column():
    words = [*YEARS, ("1.3B", 60, 90, Role.VALUE), ("220M", 120, 140, Role.VALUE), ("90M", 180, 190, Role.VALUE)]
    marks = [(MarkKind.COLUMN, x, y) for x, y in ((60, 100), (120, 150), (180, 200))]
    categories = {i: YEARS[i][0] for i in range(3)}
    graph = make_graph(words, marks, categories=categories, values={0: "1.3B", 1: "220M", 2: "90M"})
    assert [row[1].text for row in assemble(graph).table.rows] == ["1300000000", "220000000", "90000000"]


def test_words_under_the_categories_name_no_line():
    words = [*YEARS, ("Exports", 290, 100, Role.SERIES), ("STUDIES", 60, 320, Role.CATEGORY_AXIS)]
    graph = make_graph(words, [(MarkKind.POINT, x, 100) for x in (60, 120, 180)], kind=ChartKind.LINE)
    labels = join_labels(graph)
    assert choose_names(graph, labels, [3, 4], across=False) == [3]


def test_a_number_listed_with_names_is_a_name_and_one_beside_them_a_value():
    words = [("4", 300, 60, Role.SERIES), ("front", 314, 90, Role.SERIES), ("57", 360, 90, Role.SERIES)]
    graph = make_graph(words, [])
    assert choose_names(graph, join_labels(graph), [0, 1, 2], across=False) == [0, 1]

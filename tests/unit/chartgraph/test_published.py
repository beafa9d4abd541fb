"""Charts as research centres publish them: no axes, values at the bars, headings in place of a legend."""

import pytest
from PIL import Image, ImageDraw

from serve_app.chartgraph.assembly import assemble
from serve_app.chartgraph.colours import Palette
from serve_app.chartgraph.roles import MarkKind, Role
from serve_app.domain import ChartKind
from tests.unit.chartgraph.graphs import make_graph

GROUPS = [("Men", 60, 100, Role.CATEGORY), ("Women", 60, 130, Role.CATEGORY)]
GROUPS += [("Young", 60, 160, Role.CATEGORY), ("Old", 60, 190, Role.CATEGORY)]
NUMBERS = [(30, 55), (42, 21), (63, 12), (24, 48)]


def texts(table):
    return [[cell.text for cell in row] for row in (table.columns, *table.rows)]


def draw_bars(bars, headings, *, words=(), inks=None, stacked=0.0):
    """Bars (row, start, length, colour, value), each with its value at its end; headings (text, x) stand above."""
    image = Image.new("RGB", (600, 260), "white")
    pen = ImageDraw.Draw(image)
    marks, categories, values, labels = [], {}, {}, []
    for i, (row, start, length, colour, value) in enumerate(bars):
        y = GROUPS[row][2]
        end = start + length
        pen.rectangle((min(start, end), y - 8, max(start, end), y + 8), fill=colour)
        categories[i] = GROUPS[row][0]
        text = f"{value}.{i}"  # told apart in the graph by text
        values[i] = text
        labels.append((text, end + (16 if length > 0 else -16), y, Role.VALUE))
        marks.append((MarkKind.BAR, end, y))
    above = [(text, x, 60, Role.CATEGORY) for text, x in headings]
    for (text, x, y, _), ink in zip(above, inks or ["black"] * len(above), strict=True):
        pen.text((x, y), text, fill=ink, anchor="mm")
    graph = make_graph(
        [*GROUPS, *labels, *above, *words],
        marks,
        kind=ChartKind.HORIZONTAL_BAR,
        categories=categories,
        values=values,
        stacked=stacked,
    )
    return assemble(graph, Palette(image))


def read_values(table):
    return [[int(float(cell.text)) for cell in row[1:]] for row in table.rows]


def test_columns_side_by_side_are_named_by_the_headings_over_them():
    bars = [(r, start, v[k], "navy", v[k]) for r, v in enumerate(NUMBERS) for k, start in enumerate((150, 350))]
    read = draw_bars(bars, [("2016", 170), ("2019", 370)])
    assert texts(read.table)[0][1:] == ["2016", "2019"]
    assert read_values(read.table) == [list(row) for row in NUMBERS]
    assert read.refusal is None


@pytest.mark.parametrize("inks", [("navy", "red"), ("red", "navy")])
def test_headings_in_the_colours_of_their_bars_name_those(inks):
    colours = ("navy", "red")
    bars = [(r, start, v[k], colours[k], v[k]) for r, v in enumerate(NUMBERS) for k, start in enumerate((150, 350))]
    read = draw_bars(bars, [("Left", 170), ("Right", 370)], inks=inks)
    assert texts(read.table)[0][1:] == (["Left", "Right"] if inks[0] == "navy" else ["Right", "Left"])


def test_bars_to_both_sides_are_confirmed_by_a_scale_each():
    bars = [
        (r, 300, v[k] * sign, colour, v[k])
        for r, v in enumerate(NUMBERS)
        for k, (sign, colour) in enumerate(((-1, "red"), (1, "navy")))
    ]
    read = draw_bars(bars, [("Against", 250), ("For", 350)], stacked=1.0)
    assert texts(read.table)[0][1:] == ["Against", "For"]
    assert {ground.value for ground in read.grounds.values()} == {"confirmed"}


def test_stacked_bars_are_confirmed_by_the_scale_of_those_at_zero():
    bars = [
        bar
        for r, (a, b) in enumerate(NUMBERS)
        for bar in ((r, 150, 3 * a, "navy", a), (r, 150 + 3 * a, 3 * b, "red", b))
    ]
    read = draw_bars(bars, [("More", 200), ("Less", 350)], stacked=1.0)
    assert texts(read.table)[0][1:] == ["More", "Less"]
    assert {ground.value for ground in read.grounds.values()} == {"confirmed"}


def test_numbers_that_do_not_grow_with_their_bars_are_no_chart():
    lengths = [(90, 20), (10, 80), (33, 71), (64, 15)]
    bars = [
        (r, start, lengths[r][k], "navy", v[k]) for r, v in enumerate(NUMBERS) for k, start in enumerate((150, 350))
    ]
    assert draw_bars(bars, [("2016", 170), ("2019", 370)]).refusal


def test_a_value_that_its_own_column_contradicts_is_left_out():
    numbers = [(30, 55), (42, 21), (63, 12), (24, 48)]
    bars = [(r, start, v[k], "navy", v[k]) for r, v in enumerate(numbers) for k, start in enumerate((150, 350))]
    bars[0] = (0, 150, 30, "navy", 300)
    read = draw_bars(bars, [("2016", 170), ("2019", 370)])
    assert next(row[1].text for row in read.table.rows) == ""
    assert all(row[2].text for row in read.table.rows)


def make_labelled(second):
    """Bars whose labels have two lines; the second ones, all or some, are taken for labels of their own."""
    words, marks, categories = [], [], {}
    for i, (first, rest) in enumerate(
        (("Dealing with", "immigration"), ("Reducing", "costs"), ("Defending", "rights"))
    ):
        y = 100 + 40 * i
        words += [(first, 80, y - 7, Role.CATEGORY), (rest, 80, y + 7, second)]
        marks.append((MarkKind.BAR, 200 + 30 * i, y))
        categories[i] = first
    return make_graph(words, marks, kind=ChartKind.HORIZONTAL_BAR, categories=categories)


@pytest.mark.parametrize("second", [Role.CATEGORY, Role.CONTINUED])
def test_a_second_line_without_a_bar_belongs_to_the_label_beside_it(second):
    rows = assemble(make_labelled(second)).table.rows
    assert [row[0].text for row in rows] == ["Dealing with immigration", "Reducing costs", "Defending rights"]


def test_a_category_without_a_bar_keeps_its_row():
    words = [(name, 60, 100 + 16 * i, Role.CATEGORY) for i, name in enumerate(("Oslo", "Rome", "Bern", "Riga"))]
    marks = [(MarkKind.BAR, 200 + 30 * i, 100 + 16 * i) for i in (0, 1, 3)]
    graph = make_graph(words, marks, kind=ChartKind.HORIZONTAL_BAR, categories={0: "Oslo", 1: "Rome", 2: "Riga"})
    assert [row[0].text for row in assemble(graph).table.rows] == ["Oslo", "Rome", "Bern", "Riga"]

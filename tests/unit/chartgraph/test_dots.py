import pytest
from PIL import Image, ImageDraw

from serve_app.chartgraph.assembly import assemble
from serve_app.chartgraph.blobs import find_blobs
from serve_app.chartgraph.colours import Palette
from serve_app.chartgraph.roles import MarkKind, Role
from serve_app.domain import ChartKind
from tests.unit.chartgraph.graphs import make_graph, put_word

ROWS = {"Lima": (150, 300), "Oslo": (210, 180), "Cairo": (330, 250), "Delhi": (160, 280)}
TICKS = [(str(10 * i), 100 + 50 * i, 200, Role.TICK) for i in range(6)]


def draw(*, stems=False, values=False, legend=True, kind=ChartKind.HORIZONTAL_BAR, role=Role.OTHER, square=False):
    """Two dots a row, blue and orange, on an axis from 0 at 100 pixels to 50 at 350, or with values beside them."""
    image = Image.new("RGB", (460, 220), "white")
    pen = ImageDraw.Draw(image)
    words, marks = list(() if values else TICKS), []
    for i, (city, xs) in enumerate(ROWS.items()):
        y = 40 + 35 * i
        words.append((city, 50, y, role))
        if stems:
            pen.line((min(xs), y, max(xs), y), fill="#aaaaaa", width=2)
        for x, colour in zip(xs, ("#4c78a8", "#f58518"), strict=True):
            (pen.rectangle if square else pen.ellipse)((x - 5, y - 5, x + 5, y + 5), fill=colour)
            if values:
                side = 1 if x == max(xs) else -1
                words.append((f"{(x - 100) // 5}.{i}", x + 26 * side, y, Role.VALUE))
        marks.append((MarkKind.BAR, xs[0] - 5, y))
    if legend:
        for k, (name, colour) in enumerate((("1955", "#4c78a8"), ("2000", "#f58518"))):
            pen.ellipse((390, 25 + 20 * k, 400, 35 + 20 * k), fill=colour)
            words.append((name, 425, 30 + 20 * k, Role.SERIES))
            marks.append((MarkKind.SWATCH, 395, 30 + 20 * k))
    return assemble(make_graph(words, marks, kind=kind), Palette(image))


@pytest.mark.parametrize("stems", [False, True])
def test_ranged_dots_are_read_on_their_axis(stems):
    table = draw(stems=stems).table
    assert [cell.text for cell in table.columns][1:] == ["1955", "2000"]
    assert [row[0].text for row in table.rows] == list(ROWS)
    for row, xs in zip(table.rows, ROWS.values(), strict=True):
        assert [cell.number.value for cell in row[1:]] == pytest.approx([(x - 100) / 5 for x in xs], abs=0.4)


def test_values_beside_dots_are_taken_from_print():
    table = draw(values=True).table
    for i, (row, xs) in enumerate(zip(table.rows, ROWS.values(), strict=True)):
        assert [cell.text for cell in row[1:]] == [f"{(x - 100) // 5}.{i}" for x in xs]


def test_squares_and_another_kind_of_chart_are_no_dot_plot():
    assert not [row for row in draw(square=True).table.rows if all(cell.text for cell in row)]
    assert not draw(kind=ChartKind.PIE).table.rows


def test_two_dots_that_overlap_are_two():
    image = Image.new("RGB", (300, 60), "white")
    pen = ImageDraw.Draw(image)
    for x, colour in ((150, "navy"), (158, "orange")):
        pen.ellipse((x - 6, 24, x + 6, 36), fill=colour)
    name = put_word("Oslo", 40, 30)
    assert [blob.x for blob in find_blobs(Palette(image), name, [name])] == pytest.approx([150, 158], abs=2)


def test_a_line_that_crosses_a_dot_does_not_part_it():
    image = Image.new("RGB", (300, 60), "white")
    pen = ImageDraw.Draw(image)
    pen.ellipse((144, 24, 156, 36), fill="navy")
    pen.line((150, 0, 150, 60), fill="black")
    name = put_word("Oslo", 40, 30)
    assert [blob.x for blob in find_blobs(Palette(image), name, [name])] == pytest.approx([150], abs=1)

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from serve_app.domain import TextLine
from serve_app.imaging.line_order import sort_lines
from tests.growth import grows_linearly


def line(text: str, x: float, y: float) -> TextLine:
    return TextLine(text, 1.0, ((x, y), (x + 50, y), (x + 50, y + 12), (x, y + 12)))


def test_rows_are_read_from_left_to_right() -> None:
    lines = [line("c", 300, 12), line("a", 10, 15), line("b", 150, 8), line("e", 200, 41), line("d", 10, 40)]
    assert "".join(found.text for found in sort_lines(lines)) == "abcde"


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), max_size=40))
def test_is_paddlex_order(points: list[tuple[int, int]]) -> None:
    lines = [line(str(index), x, y) for index, (x, y) in enumerate(points)]
    # paddlex.inference.pipelines.components.common.sort_boxes.SortQuadBoxes
    boxes = sorted(lines, key=lambda found: (found.polygon[0][1], found.polygon[0][0]))
    for i in range(len(boxes) - 1):
        for j in range(i, -1, -1):
            (x0, y0), (x1, y1) = boxes[j].polygon[0], boxes[j + 1].polygon[0]
            if abs(y1 - y0) < 10 and x1 < x0:
                boxes[j], boxes[j + 1] = boxes[j + 1], boxes[j]
            else:
                break
    assert sort_lines(lines) == boxes


def test_the_input_order_does_not_matter() -> None:
    lines = [line(str(n), 40 * (n % 7), 30 * (n // 7)) for n in range(40)]
    shuffled = random.Random(3).sample(lines, len(lines))
    assert sort_lines(shuffled) == lines


def test_many_lines_on_one_row_are_sorted_in_linear_time() -> None:
    lines = [line(str(n), 4000 - n / 5, 100 + (n % 9)) for n in range(20_000)]
    assert grows_linearly(lambda count: sort_lines(lines[:count]), 500)
    ordered = sort_lines(lines)
    assert [found.polygon[0][0] for found in ordered] == sorted(found.polygon[0][0] for found in lines)

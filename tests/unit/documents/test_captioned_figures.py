"""Figures of scans above their captions, which the layout model missed."""

import numpy as np
import pytest

from serve_app.documents.caption_lines import find_captions
from serve_app.documents.captioned_figures import find_captioned_figures
from serve_app.documents.figures import Figure
from serve_app.documents.paragraphs import Printed
from serve_app.domain import Box

BARS = Box(120, 100, 260, 220)
CAPTION = "Figure 3. Fruit sold"


def line(text, left, top, width):
    return Printed(text, Box(left, top, left + width, top + 12), 12)


LABELS = [line("Plums", 120, 224, 40), line("Figs", 200, 224, 30)]


def prose(left, top, count, width=220):
    return [line("words of a paragraph", left, top + 16 * i, width) for i in range(count)]


PAGE = [
    line("Report", 60, 20, 50),
    *LABELS,
    line(CAPTION, 60, 245, 120),
    *prose(60, 270, 20),
    *prose(310, 60, 30),
]


def find(lines=PAGE, drawn=(BARS,), taken=()):
    pixels = np.full((700, 600), 238, np.uint8)
    for box in drawn:
        pixels[int(box.top) : int(box.bottom), int(box.left) : int(box.right)] = 90
    for each in lines:
        pixels[int(each.box.top) : int(each.box.bottom), int(each.box.left) : int(each.box.right)] = 60
    return find_captioned_figures(lines, find_captions(lines), taken, pixels)


def test_a_drawing_above_a_caption_is_a_figure_with_its_labels():
    assert find() == [Figure(Box(120, 100, 260, 236), 0.0)]


def test_a_title_over_all_columns_makes_the_column_no_wider():
    assert find([line("The title of the paper goes over both columns", 60, 40, 470), *PAGE]) == find()


def test_a_caption_over_both_columns_has_a_figure_over_both():
    wide = Box(100, 60, 500, 220)
    lines = [line(CAPTION, 200, 245, 200), *LABELS, *prose(60, 270, 20), *prose(310, 270, 20)]
    assert find(lines, [wide]) == [Figure(Box(100, 60, 500, 236), 0.0)]


@pytest.mark.parametrize(
    ("lines", "drawn", "taken"),
    [
        (PAGE, [], ()),  # nothing but labels
        (PAGE, [Box(120, 100, 150, 110)], ()),
        (PAGE, [BARS], [Box(100, 90, 280, 240)]),
        ([each if each.text != CAPTION else line("Table 3. Fruit", 60, 245, 120) for each in PAGE], [BARS], ()),
        ([*PAGE, *prose(60, 90, 9)], [BARS], ()),  # prose stands there
        ([each for each in PAGE if each.text != CAPTION], [BARS], ()),
    ],
)
def test_what_is_none(lines, drawn, taken):
    assert find(lines, drawn, taken) == []

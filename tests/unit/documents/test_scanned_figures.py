"""What the layout model takes for figures on a scan."""

import pytest

from serve_app.documents.figures import Figure
from serve_app.documents.placed_text import PlacedText
from serve_app.documents.scanned_figures import check_figures_of_scan
from serve_app.domain import Box, Region, RegionKind
from tests.unit.documents.tables import draw

BOX = Box(0, -10, 400, 300)
FIGURE = Region(RegionKind.FIGURE, BOX, 0.8)
LEFTS = [10, 120, 230]


def check(words=(), lines=None, regions=(FIGURE,)):
    return check_figures_of_scan(regions, [word.box for word in words] if lines is None else lines, words)


def test_figures_stand_from_top_to_bottom_and_other_regions_are_none() -> None:
    lower = Region(RegionKind.FIGURE, Box(0, 500, 400, 700), 0.9)
    text = Region(RegionKind.TEXT, Box(0, 800, 400, 900), 0.9)
    assert check(regions=[text, lower, FIGURE]) == ([Figure(BOX, 0.8), Figure(lower.box, 0.9)], [])


@pytest.mark.parametrize(("height", "expected"), [(32, [Figure(BOX, 0.8)]), (40, [])])
def test_a_box_full_of_text_is_no_figure(height: float, expected: list[Figure]) -> None:
    lines = [Box(0, top, 400, top + height) for top in (0, 100, 200, 400)]
    assert check(lines=lines) == (expected, [])


def test_a_full_grid_is_a_table() -> None:
    rows = [("Shop", "Sold", "Left"), ("Market", "412", "17"), ("Harbour", "398", "21")]
    assert check(draw(rows, LEFTS)) == ([], [Region(RegionKind.TABLE, BOX, 0.8)])


@pytest.mark.parametrize(
    "rows",
    [
        [("Shop", "Sold", "Left"), ("Market", "412", "17")],
        [("80", "", ""), ("60", "", ""), ("40", "", ""), ("Plums", "Pears", "Figs")],
        [("Shop",), ("Market",), ("Harbour",)],
    ],
    ids=["two rows", "labels of a chart", "one column"],
)
def test_other_words_are_those_of_a_figure(rows: list[tuple[str, ...]]) -> None:
    words = [word for word in draw(rows, LEFTS[: len(rows[0])]) if word.text]
    assert check(words) == ([Figure(BOX, 0.8)], [])


def test_only_words_inside_count() -> None:
    rows = [("Shop", "Sold", "Left"), ("Market", "412", "17"), ("Harbour", "398", "21")]
    away = [
        PlacedText(w.text, Box(w.box.left, w.box.top + 400, w.box.right, w.box.bottom + 400)) for w in draw(rows, LEFTS)
    ]
    assert check(away) == ([Figure(BOX, 0.8)], [])

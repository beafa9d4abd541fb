"""Tick labels and titles round a drawing: what belongs to it, and what is a line of the page."""

import pytest

from serve_app.documents.figure_labels import find_label_rows, part_labels, take_in_labels
from serve_app.documents.figures import Cluster, find_figures
from serve_app.domain import Box, Region, RegionKind, TextLine, Word

PLOT = Box(200, 300, 600, 700)
TICKS = [Box(205, y, 230, y + 20) for y in (310, 500, 670)]
TITLE = Box(330, 265, 470, 285)


def outline(box: Box):
    return ((box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom))


def line(*words: tuple[str, float, float], top: float = 710.0) -> TextLine:
    """Words by their left and right edges, 20 pixels high."""
    boxes = [Box(left, top, right, top + 20) for _, left, right in words]
    text = " ".join(word for word, _, _ in words)
    placed = tuple(Word(word, outline(box)) for (word, _, _), box in zip(words, boxes, strict=True))
    return TextLine(text, 1.0, outline(Box.around(boxes)), placed)


def take_in(rows=(), lines=(), regions=(), ticks=TICKS):
    return take_in_labels(PLOT, rows, [*lines, *ticks], regions, reach=28.0, pixels_per_point=2.0)


def test_labels_in_even_steps_are_a_row() -> None:
    row = line(("Plums", 230, 290), ("New", 340, 375), ("York", 380, 420), ("Figs", 480, 520), ("Pears", 600, 640))
    assert find_label_rows([row]) == [Box(230, 710, 640, 730)]


@pytest.mark.parametrize(
    ("words", "labels"),
    [
        # Narrow gaps, but even steps; as words of a title they would stand at even gaps.
        ([("Figs", 205, 235), ("Mangos", 256, 304), ("Cherries", 312, 368), ("Pears", 380, 420)], 4),
        ([("Plums", 230, 290), ("New", 340, 375), ("York", 380, 420), ("Figs", 480, 520), ("Pears", 600, 640)], 4),
        ([("Share", 230, 290), ("of", 296, 320), ("the", 326, 360), ("orders", 366, 440)], 1),
        ([("One", 230, 260), ("two", 266, 296), ("six", 302, 332)], 1),  # as wide, so that both are even
        ([("one", 230, 260), ("two", 290, 320), ("six", 350, 380)], 3),
        ([("Total", 230, 290), ("sold", 300, 340)], 1),
    ],
)
def test_a_row_of_labels_is_parted_and_a_title_is_not(words, labels) -> None:
    whole = line(*words)
    parts = part_labels(whole)
    assert len(parts) == labels
    assert " ".join(part.text for part in parts) == whole.text
    assert [word for part in parts for word in part.words] == list(whole.words)


@pytest.mark.parametrize(
    "words",
    [
        [("Costs", 230, 290), ("and", 296, 330), ("wages", 336, 400), ("rose", 406, 450)],
        [("New", 230, 260), ("York", 264, 290), ("Figs", 480, 520)],
        [("Name", 230, 290), ("Sold", 330, 370), ("Left", 540, 580), ("Sum", 600, 640)],
    ],
    ids=["prose", "two", "uneven"],
)
def test_other_lines_are_no_row(words) -> None:
    assert find_label_rows([line(*words)]) == []


def test_a_row_below_belongs_to_the_drawing_however_wide() -> None:
    assert take_in([Box(195, 710, 610, 730)]) == Box(195, 300, 610, 730)


@pytest.mark.parametrize(
    "row", [Box(210, 730, 590, 750), Box(150, 710, 590, 730), Box(210, 710, 650, 730)], ids=["far", "left", "right"]
)
def test_a_row_out_of_reach_or_wider_than_the_drawing_does_not(row) -> None:
    assert take_in([row]) == PLOT


def test_a_title_centred_above_belongs_to_the_drawing() -> None:
    assert take_in(lines=[TITLE]) == Box(200, 265, 600, 700)
    for kind in (RegionKind.TITLE, RegionKind.FIGURE_CAPTION):
        region = Region(kind, Box(325, 260, 475, 290), 0.9)
        assert take_in(lines=[TITLE], regions=[region]) == Box(200, 265, 600, 700)


def test_a_title_is_one_though_the_model_boxes_it_with_the_paragraphs_above() -> None:
    region = Region(RegionKind.TEXT, Box(200, 100, 600, 290), 0.6)
    assert take_in(lines=[TITLE, Box(200, 210, 600, 230)], regions=[region]) == Box(200, 265, 600, 700)


def test_a_line_above_a_picture_without_labels_is_its_caption() -> None:
    assert take_in(lines=[TITLE], ticks=TICKS[:2]) == PLOT


def test_a_title_is_centred_over_the_plot_or_over_it_with_its_labels() -> None:
    row = Box(200, 710, 620, 730)
    off = Box(350, 265, 500, 285)  # 25 pixels right of the plot's middle, 15 of the labelled plot's
    assert take_in(lines=[off]) == PLOT
    assert take_in([row], lines=[off]) == Box(200, 265, 620, 730)


@pytest.mark.parametrize(
    ("lines", "regions"),
    [
        ([Box(330, 230, 470, 250)], []),
        ([Box(200, 265, 340, 285)], []),
        ([Box(210, 265, 590, 285)], []),
        ([TITLE, Box(210, 265, 300, 285)], []),
        ([TITLE, Box(200, 240, 600, 260)], [Region(RegionKind.TEXT, Box(200, 200, 600, 290), 0.9)]),
        ([TITLE], [Region(RegionKind.TABLE_CAPTION, Box(325, 260, 475, 290), 0.9)]),
        ([Box(330, 320, 470, 340)], []),
    ],
    ids=["far", "left", "wide", "beside another", "of a paragraph", "caption", "inside"],
)
def test_other_lines_above_are_no_title(lines, regions) -> None:
    assert take_in(lines=lines, regions=regions) == PLOT


def test_a_figure_of_the_model_and_one_that_it_missed_take_in_both() -> None:
    row, page = Box(210, 710, 590, 730), Box(0, 0, 1200, 1600)
    for regions in ([Region(RegionKind.FIGURE, PLOT, 0.9)], []):
        lines = [row, TITLE, *TICKS]
        [figure] = find_figures(regions, [Cluster(PLOT)], lines, rows=[row], page=page, pixels_per_point=2.0)
        assert figure.box == Box(200, 265, 600, 730)

from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from serve_app.documents.placed_text import PlacedText, place_words
from serve_app.documents.table_choice import choose_table, measure_agreement, measure_purity
from serve_app.documents.table_geometry import read_by_geometry
from serve_app.documents.table_grid import Slot, build_grid
from serve_app.documents.table_model import read_by_structure
from serve_app.domain import Box, CellPlace, GridCell, Number, TableGrid, TableStructure, TextLine
from tests.unit.documents.tables import PITCH, draw, place, texts

ROWS = [
    ["Region", "2022", "2023"],
    ["Northern Europe", "1,200", "12.5%"],
    ["United States", "980", "-3.1%"],
    ["Japan", "15", "7.0%"],
    ["Rest of the world", "2,044", ""],
]
LEFTS = (10, 240, 340)


def structure(rows, lefts):
    """A model's cells, each up to the next column."""
    edges = [*lefts, lefts[-1] + 100]
    cells = [
        CellPlace(Box(left - 5, PITCH * row - 4, right - 10, PITCH * row + 18), row, column)
        for row in range(rows)
        for column, (left, right) in enumerate(pairwise(edges))
    ]
    return TableStructure(tuple(cells), 0.97)


def test_geometry_finds_rows_and_columns():
    grid = read_by_geometry(draw(ROWS, LEFTS))
    assert texts(grid) == ROWS
    assert next(cell for cell in grid.cells if cell.text == "12.5%").number == Number(12.5, None, True)


def test_geometry_finds_a_heading_over_two_columns():
    heading = place("Year ended December", 245, 0)
    body = [
        PlacedText(word.text, Box(word.box.left, word.box.top + PITCH, word.box.right, word.box.bottom + PITCH))
        for word in draw(ROWS, LEFTS)
    ]
    grid = read_by_geometry([*heading, *body])
    assert grid.cells[1] == GridCell("Year ended December", 0, 1, 1, 2)
    assert texts(grid)[1:] == ROWS


def test_geometry_joins_the_lines_of_a_wrapped_cell():
    rows = [["Item", "2022"], ["Apples", "5"], ["Pears", "6"], ["Plums and", "7"]]
    words = [
        *draw(rows, (10, 240)),
        *place("other stone fruit", 10, 3 * PITCH + 16),
        *place("Figs", 10, 5 * PITCH),
        *place("8", 240, 5 * PITCH),
    ]
    assert texts(read_by_geometry(words)) == [*rows[:3], ["Plums and other stone fruit", "7"], ["Figs", "8"]]


def test_the_models_cells_take_the_words():
    grid = read_by_structure(structure(5, LEFTS), draw(ROWS, LEFTS))
    assert texts(grid) == ROWS


def test_a_cell_over_two_rows_keeps_its_span():
    cells = (
        CellPlace(Box(0, 0, 90, 48), 0, 0, 2, 1),
        CellPlace(Box(100, 0, 190, 24), 0, 1),
        CellPlace(Box(100, 24, 190, 48), 1, 1),
    )
    words = [*place("Fruit", 10, 12), *place("5", 110, 2), *place("6", 110, 28)]
    grid = read_by_structure(TableStructure(cells, 0.9), words)
    assert grid.cells == (
        GridCell("Fruit", 0, 0, 2, 1),
        GridCell("5", 0, 1, number=Number(5.0)),
        GridCell("6", 1, 1, number=Number(6.0)),
    )


def test_no_words_and_no_cells_are_no_table():
    assert read_by_geometry([]) is None
    assert read_by_structure(structure(2, LEFTS), []) is None
    assert read_by_structure(TableStructure((), 0.0), place("text", 0, 0)) is None


def test_slots_on_one_place_share_a_cell():
    slots = [Slot(0, 0, 1, 2, tuple(place("a", 0, 0))), Slot(0, 1, 1, 1, tuple(place("b", 100, 0)))]
    assert build_grid(slots).cells == (GridCell("a b", 0, 0, 1, 2),)


def test_equal_readings_are_sure():
    words = draw(ROWS, LEFTS)
    grid = choose_table(read_by_geometry(words), read_by_structure(structure(5, LEFTS), words))
    assert grid.confidence == 1.0


def test_a_model_that_joins_columns_is_not_taken():
    words = draw(ROWS, LEFTS)
    joined = read_by_structure(structure(5, (10, 240)), words)
    grid = choose_table(read_by_geometry(words), joined)
    assert texts(grid) == ROWS
    assert grid.confidence == measure_agreement(read_by_geometry(words), joined) < 0.9
    assert measure_purity(joined) < measure_purity(grid)


def test_one_reading_is_better_than_none():
    grid = read_by_geometry(draw(ROWS, LEFTS))
    assert choose_table(grid, None) is choose_table(None, grid) is grid
    assert choose_table(None, None) is None


def test_lines_without_words_are_cut_at_their_spaces():
    line = TextLine("ab cd", 1.0, ((0, 0), (50, 0), (50, 10), (0, 10)))
    assert place_words([line]) == [PlacedText("ab", Box(0, 0, 20, 10)), PlacedText("cd", Box(30, 0, 50, 10))]


boxes = st.builds(lambda x, y, w, h: Box(x, y, x + w, y + h), *[st.floats(0, 500)] * 2, *[st.floats(0.1, 90)] * 2)
words = st.builds(PlacedText, st.sampled_from(["a", "12", "$", "±", "3.5%"]), boxes)
places = st.builds(CellPlace, boxes, *[st.integers(0, 5)] * 2, *[st.integers(1, 4)] * 2)


@settings(deadline=None, max_examples=80)
@given(st.lists(words, min_size=1, max_size=30), st.lists(places, min_size=1, max_size=20))
def test_no_word_is_lost_and_no_place_is_left(printed, cells):
    for grid in (read_by_geometry(printed), read_by_structure(TableStructure(tuple(cells), 1.0), printed)):
        found = " ".join(cell.text for cell in grid.cells).split()
        assert sorted(found) == sorted(word.text for word in printed)
        taken = [
            (cell.row + i, cell.column + j)
            for cell in grid.cells
            for i in range(cell.row_span)
            for j in range(cell.column_span)
        ]
        assert sorted(taken) == [(row, column) for row in range(grid.rows) for column in range(grid.columns)]


def test_columns_of_text_that_two_readings_cut_differently_are_no_table():
    long = "costs fell for the second year in a row"
    cells = [(f"{i} {long}", row, column) for i, (row, column) in enumerate([(0, 0), (0, 1), (1, 0), (1, 1)])]
    a = grid_of(cells)
    b = grid_of([(text[::-1], row, column) for text, row, column in cells])
    assert choose_table(a, b) is None
    assert choose_table(a, a) == replace(a, confidence=1)
    short = grid_of([(text[:9], row, column) for text, row, column in cells])
    assert choose_table(short, b) is not None


def test_columns_of_text_are_no_table():
    a = grid_of([(f"a{i}", i // 2, i % 2) for i in range(4)])
    b = grid_of([(f"b{i}", i // 2, i % 2) for i in range(4)])
    prose = [f"four words in line {i}" for i in range(14)]
    assert choose_table(a, b, prose) is None
    assert choose_table(a, a, prose) is not None
    paragraph = [
        "ten words or more stand in each line of a paragraph",
        "as they do here too, though there are but two lines of it",
    ]
    assert choose_table(a, b, paragraph) is None
    assert choose_table(a, b, ["Apples", *["1,200"] * 13]) is not None


def grid_of(cells):
    return TableGrid(2, 2, tuple(GridCell(*cell) for cell in cells))

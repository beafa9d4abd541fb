import pytest

from serve_app.documents.caption_lines import cut_captions, find_captions, names_table, starts_caption
from serve_app.documents.paragraphs import Printed
from serve_app.domain import Box


def line(text, left, top, width, height=10.0):
    return Printed(text, Box(left, top, left + width, top + height), height)


@pytest.mark.parametrize(
    "text",
    [
        "Figure 2: Fruit sold",
        "Fig. 3. A map",
        "Fig. 3",
        "Figure. 1: (a) Rates",
        "Table 2 Sales by region",
        "TABLE IV. Costs",
        "Table A.1 Costs",
        "Chart 3 (In percent)",
        "Figure 12b – Costs",  # noqa: RUF001 - as typesetters have it
        "Abb. 3: Umsatz",
        "Table 1.2. Prices",
    ],
)
def test_captions(text):
    assert starts_caption(text)


@pytest.mark.parametrize(
    "text",
    [
        "Table 2 shows that",
        "Table of contents",
        "Table 3 and 4 give",
        "Figuratively",
        "Fig. 1 from the",
        "Table",
        "Figure 10 shows",
        "Table 12 and",
    ],
)
def test_sentences_about_figures_and_tables_are_no_captions(text):
    assert not starts_caption(text)


def test_a_caption_of_a_table_is_told_from_one_of_a_figure():
    assert names_table("Table 2: Costs")
    assert not names_table("Figure 2: Costs")


def test_a_caption_has_the_lines_that_go_on_below_it():
    first, second = (
        line("Table 1. The costs of energy and", 100, 50, 200),
        line("transport in the north.", 100, 62, 120),
    )
    heading = line("Shop", 100, 76, 30)
    [caption] = find_captions([heading, line("Costs", 250, 76, 30), second, first])
    assert caption.text == first.text
    assert caption.box == Box(100, 50, 300, 72)


def test_captions_at_the_edges_of_a_box_are_cut_off():
    box = Box(90, 40, 310, 240)
    above, below = line("Table 1. Costs", 100, 50, 200), line("Table 2. Prices", 100, 228, 200)
    assert cut_captions(box, [above, below]) == Box(90, 60, 310, 228)
    assert cut_captions(box, [line("Figure 3. Elsewhere", 400, 50, 200)]) == box
    assert cut_captions(box, [line("Figure 3. Within", 100, 135, 200)]) == box

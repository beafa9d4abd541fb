from serve_app.documents.captioned_tables import find_captioned_tables
from serve_app.documents.paragraphs import Printed
from serve_app.domain import Box

CAPTION = Printed("Table 1. Shops", Box(100, 50, 180, 60), 10)
ROWS = (("Shop", "Staff", "Costs"), ("Harbour", "12", "410"), ("Market", "9", "385"))


def line(text, left, top, width=None, height=10.0):
    return Printed(text, Box(left, top, left + (width or 6 * len(text)), top + height), height)


def table(rows=ROWS, top=72):
    return [line(text, 100 + 90 * c, top + 16 * r) for r, row in enumerate(rows) for c, text in enumerate(row)]


def test_rows_of_short_texts_under_the_caption_of_a_table_are_a_table():
    prose = [line("words " * 8, 100, 140), line("words " * 8, 400, 72), line("words " * 8, 400, 88)]
    assert find_captioned_tables([CAPTION, *table(), *prose], [CAPTION], []) == [Box(100, 72, 310, 114)]


def test_what_is_known_already_is_not_found_again():
    assert find_captioned_tables([CAPTION, *table()], [CAPTION], [Box(95, 70, 320, 120)]) == []


def test_prose_under_a_caption_is_no_table():
    lines = [CAPTION, *(line("words " * 8, 100, 72 + 12 * i) for i in range(4))]
    assert find_captioned_tables(lines, [CAPTION], []) == []


def test_texts_without_numbers_are_no_table():
    rows = (("Shop", "City", "Street"), ("Harbour", "Kiel", "Quay"), ("Market", "Ulm", "Square"))
    assert find_captioned_tables([CAPTION, *table(rows)], [CAPTION], []) == []


def test_a_figure_has_no_table():
    figure = Printed("Figure 1. Shops", CAPTION.box, 10)
    assert find_captioned_tables([figure, *table()], [figure], []) == []

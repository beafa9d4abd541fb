"""Tables with grids, with three rules, or with none, in a column of a page."""

import random

from reportlab.pdfbase.pdfmetrics import stringWidth

from tests.bench.documents.truth import TrueTable
from tests.bench.documents.typesetting import Column, Typesetter

ROWS = (
    "Harbour", "Market", "Station", "Old town", "Airport", "University", "Castle hill", "Riverside", "West end",
)  # fmt: skip
HEADINGS = ("Staff", "Revenue", "Costs", "Change", "Orders", "Area (ha)", "2023", "2024")


def draw_table(setter: Typesetter, column: Column) -> None:
    """A table as wide as the column, with a heading row, and numbers to the right of names."""
    rng, canvas = setter.rng, setter.canvas
    wide = column.width > 300
    headings = rng.sample(HEADINGS, rng.randint(3, 5) if wide else 2)
    rows = [["Shop", *headings]]
    rows += [[name, *(_write_number(rng) for _ in headings)] for name in rng.sample(ROWS, rng.randint(3, 7))]
    size, pitch = setter.size - 1, 1.6 * setter.size
    width = column.width / (len(headings) + 1)
    top = column.y - 0.4 * setter.size
    for number, row in enumerate(rows):
        y = top - pitch * number - 0.72 * pitch
        for place, text in enumerate(row):
            font = setter.bold if number == 0 else setter.font
            canvas.setFont(font, size)
            left = column.left + place * width + 4
            if place:
                left = column.left + (place + 1) * width - 4 - stringWidth(text, font, size)
            canvas.drawString(left, y, text)
            setter.page.read(text)
    bottom = top - pitch * len(rows)
    style = rng.choice(("grid", "rules", "none"))
    canvas.setLineWidth(0.5)
    lines = range(len(rows) + 1) if style == "grid" else (0, 1, len(rows)) if style == "rules" else ()
    for number in lines:
        canvas.line(column.left, top - pitch * number, column.left + column.width, top - pitch * number)
    if style == "grid":
        for place in range(len(headings) + 2):
            canvas.line(column.left + place * width, top, column.left + place * width, bottom)
    column.y = bottom - 0.6 * setter.size
    setter.page.tables.append(TrueTable(rows))


def _write_number(rng: random.Random) -> str:
    value = rng.choice((rng.randint(2, 99), rng.randint(1000, 99_999), rng.uniform(-20, 80)))
    if isinstance(value, float):
        return rng.choice((f"{value:.1f}", f"{value:.1f}%"))
    return f"{value:,}"

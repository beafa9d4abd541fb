"""Whole documents of several kinds, drawn by seed."""

import io
import random
from collections.abc import Callable, Iterator
from typing import Any

from reportlab.pdfgen.canvas import Canvas

from serve_app.domain import Box
from tests.bench.documents.figures import CHARTS, OTHERS
from tests.bench.documents.prose import write_paragraph
from tests.bench.documents.tables import draw_table
from tests.bench.documents.truth import TrueDocument, TruePage
from tests.bench.documents.typesetting import HEIGHT, WIDTH, Column, Typesetter

PAGES = 4
"""Pages of a document."""

TITLE = "Regional report on trade and transport"


def draw_documents(count: int, first: int = 0, kinds: tuple[str, ...] | None = None) -> Iterator[TrueDocument]:
    """So many documents of each kind, from a seed on."""
    for kind in kinds or tuple(KINDS):
        for seed in range(first, first + count):
            yield draw_document(kind, seed)


def draw_document(kind: str, seed: int, pages: int = PAGES) -> TrueDocument:
    """One document."""
    rng = random.Random(f"{kind} {seed}")
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), invariant=1)
    truths = []
    for number in range(1, pages + 1):
        truths.append(page := TruePage())
        setter = Typesetter(canvas, page, rng, size=rng.choice((8.5, 9, 10)) if kind != "one column" else 11)
        setter.set_running_heads(TITLE, number)
        KINDS[kind](setter, number)
        canvas.showPage()
    canvas.save()
    return TrueDocument(kind, f"{kind} {seed}", buffer.getvalue(), truths)


def _write_title(setter: Typesetter, number: int) -> float:
    """On the first page a title over all columns; the height at which the columns begin."""
    if number != 1:
        return HEIGHT - 54
    column = Column(54, WIDTH - 108, HEIGHT - 60, 60)
    setter.write(write_paragraph(setter.rng, 1), column, font=setter.bold, size=16)
    return column.y - 14


def _draw_one_column(setter: Typesetter, number: int) -> None:
    setter.fill(*setter.make_columns(1, _write_title(setter, number)))


def _draw_two_columns(setter: Typesetter, number: int) -> None:
    for column in setter.make_columns(2, _write_title(setter, number), gutter=setter.rng.choice((14, 18, 24))):
        setter.fill(column)


def _draw_three_columns(setter: Typesetter, number: int) -> None:
    for column in setter.make_columns(3, _write_title(setter, number), gutter=setter.rng.choice((12, 16))):
        setter.fill(column)


def _draw_report(setter: Typesetter, number: int) -> None:
    """One column with a table or a figure in the middle of the text."""
    [column] = setter.make_columns(1, _write_title(setter, number))
    _fill_round(setter, column, lambda: _draw_object(setter, column, number))


def _draw_paper(setter: Typesetter, number: int) -> None:
    """Two columns, with a float at the head of the left one, a figure over both at the foot of every second page."""
    top, bottom = _write_title(setter, number), 60.0
    if number % 2 == 0:
        bottom = 280.0
        wide = Column(54, WIDTH - 108, 265, 60)
        _draw_figure(setter, wide, 170)
    for column in setter.make_columns(2, top, bottom):
        if setter.rng.random() < 0.6:
            _draw_object(setter, column, number)
        setter.fill(column)


def _fill_round(setter: Typesetter, column: Column, draw: Callable[[], None]) -> None:
    upper = Column(column.left, column.width, column.y, column.y - setter.rng.uniform(0.2, 0.5) * column.room)
    setter.fill(upper)
    column.y = upper.y - 8
    draw()
    setter.fill(column)


def _draw_object(setter: Typesetter, column: Column, number: int) -> None:
    """A table or a figure with its caption."""
    if setter.rng.random() < 0.4:
        setter.annotate(f"Table {number}. {write_paragraph(setter.rng, 1)}", column)
        draw_table(setter, column)
        column.y -= 8
    else:
        _draw_figure(setter, column, setter.rng.uniform(140, 200))


def _draw_figure(setter: Typesetter, column: Column, height: float) -> None:
    """A figure in the middle of the column, its caption below."""
    width = min(column.width, 1.9 * height)
    left = column.left + (column.width - width) / 2
    top = HEIGHT - column.y + 6
    draw = setter.rng.choice(CHARTS if setter.rng.random() < 0.6 else OTHERS)
    draw(setter.canvas, setter.page, setter.rng, Box(left, top, left + width, top + height))
    column.y -= height + 12
    setter.annotate(f"Figure {setter.rng.randint(1, 9)}. {write_paragraph(setter.rng, 1)}", column)
    column.y -= 10


KINDS: dict[str, Callable[[Typesetter, int], Any]] = {
    "one column": _draw_one_column,
    "two columns": _draw_two_columns,
    "three columns": _draw_three_columns,
    "report": _draw_report,
    "paper": _draw_paper,
}

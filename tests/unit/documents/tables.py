"""Tables drawn word by word, so that their cells are known."""

from serve_app.documents.placed_text import PlacedText
from serve_app.domain import Box

HEIGHT, PITCH, CHARACTER = 14.0, 24.0, 8.0
"""Pixels: of a word, from row to row, and of a character's width."""


def place(text, left, top):
    """The words of a text, from a point on."""
    words = []
    for word in text.split():
        words.append(PlacedText(word, Box(left, top, left + CHARACTER * len(word), top + HEIGHT)))
        left += CHARACTER * (len(word) + 0.6)
    return words


def draw(rows, lefts):
    """The words of a table whose columns begin at `lefts`."""
    return [
        word
        for index, row in enumerate(rows)
        for text, left in zip(row, lefts, strict=True)
        for word in place(text, left, PITCH * index)
    ]


def texts(grid):
    """The grid's texts by row; places under a span are empty."""
    rows = [[""] * grid.columns for _ in range(grid.rows)]
    for cell in grid.cells:
        rows[cell.row][cell.column] = cell.text
    return rows

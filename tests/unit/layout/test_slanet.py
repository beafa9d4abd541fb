from dataclasses import astuple

import numpy as np
import pytest
from PIL import Image

from serve_app.layout import slanet

TOKENS = ("<tr>", "</tr>", "<td", ">", "</td>", ' colspan="2"', ' rowspan="2"', "<td></td>")


def decode(*written, width=488, height=244, places=None):
    """The model's output for a sequence of tokens, followed by its end and by noise behind the end."""
    chosen = [TOKENS.index(token) + 1 for token in written] + [len(TOKENS) + 1, 1, 8]
    probabilities = np.full((len(chosen), len(TOKENS) + 2), 0.01, np.float32)
    probabilities[np.arange(len(chosen)), chosen] = 0.9
    if places is None:
        places = np.tile(np.array([0.1, 0.1, 0.2, 0.1, 0.2, 0.2, 0.1, 0.2], np.float32), (len(chosen), 1))
    return slanet.decode(places, probabilities, TOKENS, width, height)


def test_rows_of_plain_cells():
    structure = decode("<tr>", "<td></td>", "<td></td>", "</tr>", "<tr>", "<td></td>", "<td></td>", "</tr>")
    assert [(cell.row, cell.column) for cell in structure.cells] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert structure.score == pytest.approx(0.9)


def test_spans_push_the_cells_beside_and_below_them():
    rowspan = ("<td", ' rowspan="2"', ">", "</td>")
    colspan = ("<td", ' colspan="2"', ">", "</td>")
    structure = decode("<tr>", *rowspan, *colspan, "</tr>", "<tr>", "<td></td>", "<td></td>", "</tr>")
    assert [(cell.row, cell.column, cell.row_span, cell.column_span) for cell in structure.cells] == [
        (0, 0, 2, 1),
        (0, 1, 1, 2),
        (1, 1, 1, 1),
        (1, 2, 1, 1),
    ]


def test_places_are_shares_of_the_square_round_the_longer_side():
    [cell] = decode("<tr>", "<td></td>", "</tr>", width=1000, height=500).cells
    assert astuple(cell.box) == pytest.approx((100, 100, 200, 200))


def test_nothing_written_is_no_table():
    assert decode().cells == ()
    assert decode().score == 0.0


def test_the_image_is_padded_to_a_square_with_blue_first():
    batch = slanet.prepare(Image.new("RGB", (100, 50), (255, 0, 0)))
    assert batch.shape == (1, 3, 488, 488)
    assert batch[0, 2, 0, 0] == pytest.approx((1 - 0.406) / 0.225, abs=1e-5)
    assert not batch[0, :, 244:].any()

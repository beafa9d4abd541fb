"""Input and output of SLANet_plus, as its `inference.yml` tells: the cells of a table, written as HTML tokens."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from serve_app.domain import Box, CellPlace, TableStructure
from serve_app.layout.normalise import normalise, to_batch

SIDE = 488
"""Pixels of the model's input, a square; the table's longer side is scaled to it, and the rest stays zero."""

MAX_CELLS = 2_000
"""Cells that are kept of a table; the model stops at 501 tokens itself."""

_CELL_STARTS = ("<td", "<td></td>")
_SPAN = re.compile(r' (col|row)span="(\d+)"')


def prepare(image: Image.Image) -> NDArray[np.float32]:
    """Make the model's input, 1 x 3 x 488 x 488, of an RGB image of a table."""
    import cv2

    scale = SIDE / max(image.size)
    size = max(1, int(image.width * scale)), max(1, int(image.height * scale))
    # The model was trained on images whose channels OpenCV had read: blue first.
    normal = normalise(cv2.resize(np.asarray(image)[:, :, ::-1], size))
    padded = np.zeros((SIDE, SIDE, 3), np.float32)
    padded[: size[1], : size[0]] = normal
    return to_batch(padded)


def decode(
    places: NDArray[np.float32], probabilities: NDArray[np.float32], tokens: Sequence[str], width: int, height: int
) -> TableStructure:
    """Follow the tokens to a grid of cells.

    Args:
        places: steps x 8, the corners of the cell that a token starts, in shares of the padded square.
        probabilities: steps x (tokens + 2): the first is the start of the sequence, the last its end.
        tokens: the model's vocabulary, without these two.
        width: pixels of the image that `prepare` was given.
        height: pixels of the same.
    """
    chosen, scores = probabilities.argmax(axis=1), probabilities.max(axis=1)
    ends = np.flatnonzero(chosen == len(tokens) + 1)
    steps = [step for step in range(ends[0] if ends.size else len(chosen)) if chosen[step] > 0]
    scale = max(width, height)
    cells: list[CellPlace] = []
    taken: set[tuple[int, int]] = set()
    row, column = -1, 0
    for position, step in enumerate(steps):
        token = tokens[chosen[step] - 1]
        if token == "<tr>":
            row, column = row + 1, 0
        elif token in _CELL_STARTS and len(cells) < MAX_CELLS:
            spans = {"row": 1, "col": 1}
            for follower in steps[position + 1 :] if token == "<td" else ():
                span = _SPAN.fullmatch(tokens[chosen[follower] - 1])
                if span is None:
                    break
                spans[span[1]] = int(span[2])
            row = max(row, 0)
            while (row, column) in taken:
                column += 1
            taken |= {(row + down, column + right) for down in range(spans["row"]) for right in range(spans["col"])}
            cells.append(
                CellPlace(_find_box(places[step] * scale, width, height), row, column, spans["row"], spans["col"])
            )
            column += spans["col"]
    return TableStructure(tuple(cells), float(scores[steps].mean()) if steps else 0.0)


def _find_box(corners: NDArray[np.float32], width: int, height: int) -> Box:
    xs, ys = np.clip(corners[0::2], 0, width), np.clip(corners[1::2], 0, height)
    return Box(float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max()))

"""Texts lie where their words say, and shapes where they were asked for."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve_app.chartgraph.roles import Role
from serve_app.chartgraph.training.renderer.canvas import Canvas
from serve_app.chartgraph.training.renderer.fonts import find_faces, find_faces_for, load_font

WHITE, BLACK = (255, 255, 255), (0, 0, 0)


def ink_box(canvas: Canvas) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of what is darker than half grey."""
    ys, xs = np.nonzero(np.asarray(canvas.finish().convert("L")) < 128)
    return float(xs.min()), float(ys.min()), float(xs.max()) + 1, float(ys.max()) + 1


@given(
    st.sampled_from(["Sales", "1,200", "apple pie", "g"]),
    st.sampled_from([a + b for a in "lmr" for b in "tms"]),
    st.sampled_from([0.0, 30.0, 45.0, 90.0, -45.0]),
    st.sampled_from([10.0, 17.5, 30.0]),
)
def test_word_covers_its_ink(text: str, anchor: str, angle: float, size: float) -> None:
    canvas = Canvas((360, 360), WHITE, 2, snap=False)
    font = load_font(find_faces()[0].regular, size)
    canvas.text((180.3, 179.6), text, font, BLACK, Role.OTHER, anchor=anchor, angle=angle)
    word = canvas.words[0]
    left, top, right, bottom = ink_box(canvas)
    # Font boxes include the bearings, and a slanted word's ink does not reach the corners of its box.
    slack = 1.5 + (0.06 if angle in {0.0, 90.0} else 0.35) * size
    assert (left + right) / 2 == pytest.approx(word.x, abs=slack)
    assert (top + bottom) / 2 == pytest.approx(word.y, abs=slack)
    cos, sin = abs(math.cos(math.radians(angle))), abs(math.sin(math.radians(angle)))
    assert right - left == pytest.approx(word.width * cos + word.height * sin, abs=2 * slack)
    assert bottom - top == pytest.approx(word.width * sin + word.height * cos, abs=2 * slack)


@pytest.mark.parametrize(("anchor", "side"), [("lm", 0), ("rm", 2)])
def test_anchor_is_the_side_that_comes_to_the_place(anchor: str, side: int) -> None:
    canvas = Canvas((200, 100), WHITE, 2, snap=False)
    canvas.text((100, 50), "HHH", load_font(find_faces()[0].regular, 20.0), BLACK, Role.OTHER, anchor=anchor)
    assert ink_box(canvas)[side] == pytest.approx(100, abs=3)


@pytest.mark.parametrize("scale", [1, 2])
def test_rectangle_fills_its_box(scale: int) -> None:
    canvas = Canvas((60, 40), WHITE, scale, snap=False)
    canvas.rectangle((10, 5, 30, 20), BLACK)
    assert ink_box(canvas) == (10, 5, 30, 20)


def test_dashes_leave_gaps() -> None:
    canvas = Canvas((100, 20), WHITE, 2, snap=False)
    canvas.line(((0, 10), (50, 10), (100, 10)), BLACK, 2, (6, 4))
    row = np.asarray(canvas.finish().convert("L"))[10]
    assert np.mean(row < 128) == pytest.approx(0.6, abs=0.1)
    assert np.count_nonzero(np.diff((row < 128).astype(int)) == 1) == pytest.approx(10, abs=1)


def test_place_beside_a_word_is_free_and_on_it_is_not() -> None:
    canvas = Canvas((100, 100), WHITE, 1, snap=False)
    canvas.text((50, 50), "word", load_font(find_faces()[0].regular, 12.0), BLACK, Role.OTHER)
    assert not canvas.is_free((45, 45, 55, 55))
    assert canvas.is_free((5, 5, 20, 20))
    assert not canvas.is_free((90, 90, 110, 95))


def test_every_face_writes_latin() -> None:
    assert find_faces_for("latin")

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from serve_app.imaging.proportions import bound_proportions


def test_ordinary_charts_stay_as_they_are() -> None:
    chart = Image.new("RGB", (640, 480), "navy")
    assert bound_proportions(chart, min_edge=28, max_aspect=50) is chart


def test_a_strip_is_padded_with_white_on_both_sides() -> None:
    strip = bound_proportions(Image.new("RGB", (1000, 4), "navy"), min_edge=1, max_aspect=50)
    assert strip.size == (1000, 20)
    column = [strip.getpixel((500, y)) for y in range(20)]
    assert column == [(255, 255, 255)] * 8 + [(0, 0, 128)] * 4 + [(255, 255, 255)] * 8


def test_a_small_image_is_enlarged_in_its_shape() -> None:
    assert bound_proportions(Image.new("RGB", (40, 14)), min_edge=28, max_aspect=50).size == (80, 28)


@given(st.integers(1, 2000), st.integers(1, 2000), st.integers(1, 40), st.integers(2, 200))
def test_what_comes_out_is_within_the_bounds(width: int, height: int, min_edge: int, max_aspect: int) -> None:
    image = bound_proportions(Image.new("L", (width, height)), min_edge=min_edge, max_aspect=max_aspect)
    assert min(image.size) >= min_edge
    assert max(image.size) <= max_aspect * (min(image.size) + 1)  # edges are whole pixels

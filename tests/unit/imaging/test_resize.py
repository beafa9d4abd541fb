import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from serve_app.domain import Size
from serve_app.imaging.resize import bound, bound_pixels, fit, rescale
from tests.drawings import sketch_chart

SIDES = st.integers(1, 30_000)


@settings(deadline=None)
@given(SIDES, SIDES, SIDES)
def test_fit_bounds_the_long_side_and_keeps_the_shape(width: int, height: int, long_side: int) -> None:
    fitted = fit(Size(width, height), long_side)
    if max(width, height) <= long_side:
        assert fitted == Size(width, height)
        return
    assert max(fitted.width, fitted.height) == long_side
    scale = long_side / max(width, height)
    # Each side is the scaled one rounded, and never vanishes.
    assert abs(fitted.width - max(1, width * scale)) <= 0.5
    assert abs(fitted.height - max(1, height * scale)) <= 0.5


@settings(deadline=None)
@given(SIDES, SIDES, SIDES)
def test_fitting_twice_changes_nothing(width: int, height: int, long_side: int) -> None:
    once = fit(Size(width, height), long_side)
    assert fit(once, long_side) == once


def test_images_are_scaled() -> None:
    chart = sketch_chart(640, 480)
    assert bound(chart, 320).size == (320, 240)
    assert bound(chart, 640) is chart
    assert rescale(chart, Size(100, 480)).size == (100, 480)


def test_pixels_are_bounded_in_the_same_shape() -> None:
    chart = sketch_chart(640, 480)
    assert bound_pixels(chart, 640 * 480) is chart
    assert bound_pixels(chart, 640 * 480 // 4).size == (320, 240)
    assert bound_pixels(chart, 1).size == (1, 1)


def test_fine_lines_survive_scaling_down() -> None:
    image = Image.new("L", (4000, 400), 255)
    for x in range(0, 4000, 40):
        image.paste(0, (x, 0, x + 8, 400))
    small = bound(image, 400)
    row = [small.getpixel((x, 20)) for x in range(400)]
    # A point-sampled image would hit or miss each line; averaged, every tenth of the width holds the same grey.
    means = [sum(row[start : start + 40]) / 40 for start in range(0, 400, 40)]  # type: ignore[arg-type]
    assert max(means) - min(means) < 2
    assert sum(means) / 10 == pytest.approx(255 * 0.8, abs=4)

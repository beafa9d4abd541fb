import io
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from serve_app.domain import Size
from serve_app.imaging.copies import Copies
from serve_app.imaging.header import check_header
from serve_app.imaging.strips import LEAST_PROPORTION, find_length, fit_strips
from tests.drawings import encode


@pytest.mark.parametrize(
    ("size", "fitted"),
    [
        (Size(400, 12_000), Size(400, 12_000)),
        (Size(12_000, 300), Size(12_000, 300)),
        (Size(3000, 12_000), Size(2000, 8000)),  # 16 megapixels at most
        (Size(4961, 7016), None),  # a page
        (Size(400, 4000), None),  # short enough
        (Size(1400, 4200), Size(1400, 4200)),
        (Size(1401, 4200), None),
    ],
)
def test_what_is_long_is_cut_and_what_is_a_page_is_not(size: Size, fitted: Size | None) -> None:
    assert fit_strips(size, 4000) == fitted


def test_the_strips_of_a_banner_are_short_enough_for_its_lines() -> None:
    assert find_length(Size(12_000, 300), 4000) == 1600
    assert find_length(Size(6900, 2300), 4000) == 4000
    assert find_length(Size(4100, 1000), 4000) == 2000
    assert find_length(Size(300, 12_000), 4000) == 4000


@given(st.integers(8, 20_000), st.integers(8, 20_000), st.integers(768, 10_000))
def test_the_work_is_bounded(width: int, height: int, long_side: int) -> None:
    fitted = fit_strips(Size(width, height), long_side)
    if fitted:
        assert max(width, height) >= LEAST_PROPORTION * min(width, height)
        assert max(fitted.width, fitted.height) > long_side
        assert fitted.width * fitted.height <= 1.01 * long_side**2


def test_the_strips_overlap_and_cover_the_image() -> None:
    image = Image.linear_gradient("L").resize((64, 2000)).convert("RGB")
    data = encode(image, "PNG")
    header = check_header(data, max_bytes=10**9, max_pixels=10**9, max_side=10**6, max_decode_bytes=10**12)
    tiles = Copies(data, header, long_side=800).cut_strips(800)
    assert tiles.size == Size(64, 2000)
    spans = [(piece.tile.top, piece.tile.bottom) for piece in tiles.pieces]
    assert (spans[0][0], spans[-1][1]) == (0, 2000)
    assert all(before[1] - after[0] >= 100 for before, after in pairwise(spans))
    for piece in tiles.pieces:
        part = Image.open(io.BytesIO(piece.data))
        assert part.size == (64, piece.tile.height)
        assert part.getpixel((0, 0)) == image.getpixel((0, piece.tile.top))

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageDraw, ImageFont

from serve_app.imaging.binarise import WINDOW, K, R, binarise


def threshold_slowly(grey: np.ndarray) -> np.ndarray:
    """The published formula, window by window."""
    half = WINDOW // 2
    padded = np.pad(grey.astype(np.float64), half, mode="edge")
    result = np.zeros(grey.shape, dtype=np.float64)
    for y in range(grey.shape[0]):
        for x in range(grey.shape[1]):
            window = padded[y : y + WINDOW, x : x + WINDOW]
            result[y, x] = window.mean() * (1 + K * (window.std() / R - 1))
    return result


@settings(max_examples=25, deadline=None)
@given(arrays(np.uint8, st.tuples(st.integers(1, 24), st.integers(1, 24))))
def test_equals_the_formula(grey: np.ndarray) -> None:
    result = np.asarray(binarise(Image.fromarray(grey)))[..., 0]
    threshold = threshold_slowly(grey)
    clear = np.abs(grey - threshold) > 0.05  # sums are in 32 bits
    assert np.array_equal(result[clear] == 255, (grey > threshold)[clear])


def test_running_sums_that_wrap_around_stay_exact() -> None:
    # White pixels' squares add up to 2**32 after 66,052 of them; here are 240,000, and a single dark one.
    grey = np.full((400, 600), 255, dtype=np.uint8)
    grey[390, 590] = 0
    result = np.asarray(binarise(Image.fromarray(grey)))[..., 0]
    assert np.array_equal(result, grey)


def test_print_stands_out_from_shaded_paper() -> None:
    ink = Image.new("L", (600, 300), 255)
    for top in range(20, 280, 40):
        ImageDraw.Draw(ink).text(
            (20, top), "Operating costs fell in all regions of Europe", 0, ImageFont.load_default(24)
        )
    paper = np.linspace(80, 250, 600)[None, :] * np.linspace(0.8, 1, 300)[:, None]
    noise = np.random.default_rng(7).normal(0, 4, (300, 600))
    scan = np.clip(paper * (0.35 + 0.65 * np.asarray(ink) / 255) + noise, 0, 255).astype(np.uint8)
    expected = np.asarray(ink) > 127
    wrong = np.count_nonzero((np.asarray(binarise(Image.fromarray(scan)))[..., 0] > 127) != expected)
    assert wrong < 0.02 * expected.size
    # No single threshold does it: the paper's dark side is darker than the ink on its light side.
    assert 2 * wrong < min(np.count_nonzero((scan > level) != expected) for level in range(256))


def test_is_black_and_white_rgb() -> None:
    image = binarise(Image.linear_gradient("L").resize((70, 50)).convert("RGB"))
    assert (image.mode, image.size) == ("RGB", (70, 50))
    assert set(np.unique(np.asarray(image))) <= {0, 255}

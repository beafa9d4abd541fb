import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from serve_app.imaging.ground import STRIP_PIXELS, lay_on_ground, list_strips


def draw(ink: str, *, panel: str | None = None) -> Image.Image:
    image = Image.new("RGBA", (300, 120), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    if panel:
        pen.rectangle((100, 10, 290, 110), fill=panel)
    for top in (10, 40, 70):
        pen.text((5, top), "Label 42", ink, ImageFont.load_default(20))
    return image


@pytest.mark.parametrize(
    ("ink", "ground"),
    [("black", 255), ("white", 0), ("#d0d0d0", 0), ("#404040", 255), ("red", 255), ("#1f77b4", 255), ("yellow", 0)],
)
def test_the_ground_lets_the_print_stand_out(ink: str, ground: int) -> None:
    flat = lay_on_ground(draw(ink))
    assert flat.mode == "RGB"
    assert flat.getpixel((299, 119)) == (ground,) * 3


def test_a_white_panel_with_dark_labels_outside_it_is_laid_on_white() -> None:
    assert lay_on_ground(draw("black", panel="white")).getpixel((0, 119)) == (255, 255, 255)


def test_a_bitmap_whose_alpha_was_never_filled_shows_its_colours() -> None:
    assert lay_on_ground(Image.new("RGBA", (9, 9), (10, 20, 30, 0))).getpixel((4, 4)) == (10, 20, 30)


def test_one_bit_white_on_transparent_becomes_white_on_black() -> None:
    image = Image.new("1", (16, 16), 0)
    image.info["transparency"] = 0
    image.putpixel((3, 3), 1)
    flat = lay_on_ground(image)
    assert (flat.getpixel((3, 3)), flat.getpixel((9, 9))) == ((255, 255, 255), (0, 0, 0))


def test_strips_cover_the_image_without_overlap() -> None:
    image = Image.new("L", (1500, 2000))
    boxes = list(list_strips(image))
    assert len(boxes) > 1
    assert [box[1] for box in boxes] == [0] + [box[3] for box in boxes[:-1]]
    assert boxes[-1][3] == 2000
    assert all((box[3] - box[1]) * 1500 <= STRIP_PIXELS for box in boxes)


def test_strips_change_nothing() -> None:
    rng = np.random.default_rng(0)
    image = Image.fromarray(rng.integers(0, 256, (1200, 1000, 4), dtype=np.uint8))
    expected = Image.new("RGB", image.size, "white")
    expected.paste(image, mask=image.getchannel("A"))
    assert np.array_equal(np.asarray(lay_on_ground(image)), np.asarray(expected))

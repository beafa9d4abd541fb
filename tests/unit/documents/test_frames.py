"""Stored images as documents, in this process."""

import pytest
from PIL import Image

from serve_app.documents.frames import ImageFile
from serve_app.documents.limits import DocumentLimits
from serve_app.documents.page import SourceReason, TextSource
from serve_app.domain import Box, Size
from serve_app.errors import TooManyPixels, UnreadableImage
from tests.drawings import encode

COLOURS = ("red", "lime", "blue")


def quarters(width: int = 80, height: int = 40) -> Image.Image:
    """A white image whose left upper quarter is red and right lower one blue."""
    image = Image.new("RGB", (width, height), "white")
    image.paste("red", (0, 0, width // 2, height // 2))
    image.paste("blue", (width // 2, height // 2, width, height))
    return image


def open_tiff() -> ImageFile:
    frames = [Image.new("RGB", (60 + 10 * index, 40), colour) for index, colour in enumerate(COLOURS)]
    return ImageFile(encode(frames[0], "TIFF", save_all=True, append_images=frames[1:]), "TIFF", DocumentLimits())


def test_each_frame_of_a_tiff_is_a_page_of_its_own_size() -> None:
    file = open_tiff()
    assert file.page_count == 3
    for index, colour in enumerate(COLOURS):
        page, image = file.read_page(index, 144, with_image=True)
        assert (page.number, page.size) == (index + 1, Size(60 + 10 * index, 40))
        assert image is not None
        assert image.getcolors() == [(image.width * image.height, Image.new("RGB", (1, 1), colour).getpixel((0, 0)))]


def test_an_animation_is_one_page() -> None:
    frames = [Image.new("P", (60, 40), index) for index in range(3)]
    data = encode(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert ImageFile(data, "GIF", DocumentLimits()).page_count == 1


def test_a_page_says_that_it_is_an_image_to_be_read_by_ocr() -> None:
    page, image = ImageFile(encode(quarters()), "PNG", DocumentLimits()).read_page(0, 144, with_image=False)
    assert image is None
    assert (page.source, page.reason, page.rotation, page.scale) == (TextSource.OCR, SourceReason.IMAGE, 0, 1.0)
    assert page.points == (80.0, 40.0)
    [placed] = page.images
    assert (placed.box, placed.stored) == (Box(0, 0, 80, 40), Size(80, 40))


def test_exif_turns_it_once() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encode(quarters().transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif, quality=100, subsampling=0)
    page, image = ImageFile(data, "JPEG", DocumentLimits()).read_page(0, 144, with_image=True)
    assert page.size == Size(80, 40)
    assert image is not None
    red, _, blue = image.getpixel((10, 8))  # type: ignore[misc]
    assert red > 200 > blue


@pytest.mark.parametrize(("image_format", "stored"), [("PNG", (400, 200)), ("JPEG", (1600, 800))])
def test_more_pixels_than_a_page_may_have_are_scaled_down(image_format: str, stored: tuple[int, int]) -> None:
    limits = DocumentLimits(max_pixels=200 * 100, max_frame_pixels=400 * 200)
    file = ImageFile(encode(quarters(*stored), image_format), image_format, limits)
    page, image = file.read_page(0, 144, with_image=True)
    assert image is not None
    assert page.size == Size(*image.size) == Size(200, 100)
    assert page.images[0].stored == Size(*stored)
    assert page.scale == pytest.approx(200 / stored[0])


def test_a_long_side_is_bounded_too() -> None:
    file = ImageFile(encode(quarters(400, 20)), "PNG", DocumentLimits(max_side=100))
    page, _ = file.read_page(0, 72, with_image=True)
    assert page.size == Size(100, 5)


def test_only_a_jpeg_may_have_more_pixels_than_are_decoded_whole() -> None:
    limits = DocumentLimits(max_frame_pixels=399 * 200)
    ImageFile(encode(quarters(400, 200), "JPEG"), "JPEG", limits)
    with pytest.raises(TooManyPixels):
        ImageFile(encode(quarters(400, 200)), "PNG", limits)


def test_a_damaged_file_fails_when_it_is_opened() -> None:
    with pytest.raises(UnreadableImage):
        ImageFile(encode(quarters())[:40], "PNG", DocumentLimits())


@pytest.mark.parametrize(
    ("box", "dpi", "size", "colour"),
    [
        (Box(0, 0, 40, 20), 72, (40, 20), (255, 0, 0)),
        (Box(40, 20, 80, 40), 72, (40, 20), (0, 0, 255)),
        (Box(40, 20, 80, 40), 36, (20, 10), (0, 0, 255)),
        (Box(40, 20, 80, 40), 300, (40, 20), (0, 0, 255)),
        (Box(60, 30, 900, 900), 72, (20, 10), (0, 0, 255)),
        (Box(-50, -50, 20, 10), 72, (20, 10), (255, 0, 0)),
        (Box(10.2, 10.2, 10.3, 10.3), 72, (1, 1), (255, 0, 0)),
    ],
    ids=["left upper", "right lower", "half the pixels", "never more", "over the edge", "before it", "a point"],
)
def test_a_part_is_cut_in_stored_pixels(box: Box, dpi: float, size: tuple[int, int], colour: tuple) -> None:
    part = ImageFile(encode(quarters()), "PNG", DocumentLimits()).render(0, box, dpi)
    assert part.size == size
    middle = part.getpixel((part.width // 2, part.height // 2))
    assert middle == colour


def test_a_part_of_a_later_page_is_of_that_page() -> None:
    assert open_tiff().render(2, Box(0, 0, 10, 10), 72).getpixel((5, 5)) == (0, 0, 255)

"""Pillow's parsers are called themselves: what must hold of the installed Pillow for that."""

import io

import pytest
from PIL import Image, JpegImagePlugin
from PIL.ImageFile import ImageFile

from serve_app.errors import UnreadableImage
from serve_app.imaging.media_types import HEIC, MEDIA_TYPES
from serve_app.imaging.parsers import PARSERS, check_checksums, open_image
from tests.drawings import draw_page, encode


@pytest.mark.parametrize("image_format", PARSERS)
def test_each_format_has_the_parser_that_pillow_registers_for_it(image_format):
    Image.init()
    # A JPEG goes through a factory, which makes an MPO of one that carries a second picture.
    assert Image.OPEN[image_format][0] in (PARSERS[image_format], JpegImagePlugin.jpeg_factory)
    assert issubclass(PARSERS[image_format], ImageFile)
    assert PARSERS[image_format].format == image_format
    assert Image.MIME[image_format] == MEDIA_TYPES[image_format]
    assert set(PARSERS) == set(MEDIA_TYPES) - {HEIC}  # which only the process of a document decodes


@pytest.mark.parametrize("image_format", PARSERS)
def test_a_parser_reads_the_header_from_bytes_and_decodes_later(image_format):
    page = draw_page(("one line",), width=300)
    with open_image(encode(page, image_format), image_format) as image:
        assert (image.size, image.format) == (page.size, image_format)
        assert image._im is None  # nothing is decoded yet
        image.load()
        assert image.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_a_jpeg_with_a_second_picture_stays_a_jpeg():
    """`Image.open` makes an MPO of it."""
    file = io.BytesIO()
    first, second = Image.new("RGB", (40, 30), "white"), Image.new("RGB", (40, 30), "black")
    first.save(file, "MPO", save_all=True, append_images=[second])
    data = file.getvalue()
    assert Image.open(io.BytesIO(data)).format == "MPO"
    assert open_image(data, "JPEG").format == "JPEG"


def test_verify_holds_every_part_of_a_png_against_its_checksum():
    png = encode(draw_page(("one line",), width=300))
    check_checksums(png)
    for position in (png.index(b"IDAT") + 20, len(png) - 14):
        damaged = bytearray(png)
        damaged[position] ^= 1
        with pytest.raises(UnreadableImage):
            check_checksums(bytes(damaged))
    with pytest.raises(UnreadableImage):
        check_checksums(png[:-12])  # IEND is missing

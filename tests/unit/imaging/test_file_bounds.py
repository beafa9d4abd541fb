import struct
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from serve_app.errors import UnreadableImage
from serve_app.imaging.file_bounds import MAX_DIRECTORIES, MAX_STRIPS, check_structure, count_directories
from tests.drawings import encode, fill_page, sketch_chart
from tests.hostile import HOSTILE, grey_tiff, progressive_scans


def chain(count: int) -> bytes:
    """A little-endian TIFF of empty directories."""
    data = b"II*\0" + struct.pack("<I", 8)
    for index in range(count):
        data += struct.pack("<HI", 0, 8 + 6 * (index + 1) if index + 1 < count else 0)
    return data + bytes(16)


@pytest.mark.parametrize("pages", [1, 2, 7])
@pytest.mark.parametrize("big", [False, True])
def test_counts_the_pages_of_a_tiff(pages: int, big: bool) -> None:
    image = Image.new("L", (16, 16))
    data = encode(image, "TIFF", save_all=True, append_images=[image] * (pages - 1), big_tiff=big)
    assert count_directories(data) == pages


def test_counts_the_pages_of_a_big_endian_tiff() -> None:
    data = b"MM\0*" + struct.pack(">IHIHI", 8, 0, 14, 0, 0)
    assert count_directories(data) == 2


def test_a_loop_of_directories_ends() -> None:
    assert count_directories(grey_tiff(64, 48, following=8)) == 1


def test_a_long_chain_is_counted_up_to_the_bound() -> None:
    assert count_directories(chain(MAX_DIRECTORIES + 500)) == MAX_DIRECTORIES


@settings(deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"II*\0", b"MM\0*", b"II+\0\x08\0\0\0", b"MM\0+\0\x08\0\0"]))
def test_any_tiff_is_counted_or_refused(data: bytes, magic: bytes) -> None:
    assert 1 <= count_directories(magic + data) <= MAX_DIRECTORIES
    with suppress(UnreadableImage):
        check_structure(magic + data, "TIFF")


@pytest.mark.parametrize(
    ("name", "image_format", "what"),
    [
        ("png_many_profiles", "PNG", "500 colour profiles"),
        ("jpeg_many_scans", "JPEG", "JPEG scans"),
        ("jpeg_many_exif", "JPEG", "20,000 EXIF segments"),
        ("tiff_many_strips", "TIFF", "500,000 TIFF strips"),
    ],
)
def test_files_built_to_keep_a_parser_busy_are_refused(name: str, image_format: str, what: str) -> None:
    with pytest.raises(UnreadableImage, match=what):
        check_structure(HOSTILE[name][0](), image_format)


def test_ordinary_files_pass() -> None:
    page = fill_page(600, 800)
    for image_format, options in (
        ("PNG", {}),
        ("JPEG", {"progressive": True}),
        ("TIFF", {}),
        ("BMP", {}),
        ("WEBP", {}),
    ):
        check_structure(encode(page, image_format, **options), image_format)
    check_structure(progressive_scans(50), "JPEG")
    check_structure(grey_tiff(64, 48, strips=MAX_STRIPS, rows=1), "TIFF")
    check_structure(encode(sketch_chart(), "JPEG", exif=Image.Exif()), "JPEG")

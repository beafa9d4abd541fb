"""What is left of a file when only the parts are kept that make its pixels."""

import io
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from serve_app.config import Limits
from serve_app.errors import AppError, UnreadableImage
from serve_app.imaging.bare_gif import count_gif_frames, strip_gif
from serve_app.imaging.bare_jpeg import MAX_FILL, MAX_SEGMENTS, strip_jpeg
from serve_app.imaging.bare_png import MAX_CHUNKS, count_png_frames, strip_png
from serve_app.imaging.bare_tiff import MAX_DIRECTORIES, MAX_STRIPS, count_tiff_pages, strip_tiff
from serve_app.imaging.header import check_header
from tests.drawings import encode, fill_page, sketch_chart
from tests.growth import is_quick
from tests.hostile import HOSTILE, chunk, gif, grey_tiff, jpeg, png, progressive_scans, segment, tagged_tiff

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")

STRIP: dict[str, Callable[[bytes], bytes]] = {
    "PNG": strip_png,
    "JPEG": strip_jpeg,
    "TIFF": strip_tiff,
    "GIF": strip_gif,
}
PAGE = fill_page(300, 400)


def turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "a description"
    return exif


def pixels(data: bytes) -> Any:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))


@pytest.mark.parametrize(
    ("image_format", "mode", "options"),
    [
        ("PNG", "RGB", {}),
        ("PNG", "P", {"transparency": 3}),
        ("PNG", "LA", {}),
        ("PNG", "1", {}),
        ("JPEG", "RGB", {"quality": 60}),
        ("JPEG", "L", {"progressive": True}),
        ("JPEG", "CMYK", {}),
        ("JPEG", "RGB", {"keep_rgb": True}),
        ("JPEG", "RGB", {"restart_marker_rows": 1}),
        ("TIFF", "RGB", {}),
        ("TIFF", "P", {}),
        ("TIFF", "1", {"compression": "group4"}),
        ("TIFF", "1", {"compression": "group3"}),
        ("TIFF", "L", {"compression": "tiff_lzw"}),
        ("TIFF", "RGB", {"compression": "jpeg"}),
        ("TIFF", "CMYK", {"compression": "tiff_adobe_deflate"}),
        ("TIFF", "RGBA", {"compression": "zstd"}),
        ("TIFF", "RGB", {"big_tiff": True}),
        ("TIFF", "LAB", {}),
        ("GIF", "P", {"transparency": 0}),
        ("GIF", "L", {"interlace": True}),
    ],
)
def test_the_pixels_stay_the_same(image_format: str, mode: str, options: dict[str, Any]) -> None:
    image = Image.new("LAB", PAGE.size, (90, 120, 140)) if mode == "LAB" else PAGE.convert(mode)
    data = encode(image, image_format, **options)
    assert np.array_equal(pixels(STRIP[image_format](data)), pixels(data))


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "TIFF"])
def test_the_orientation_stays_and_other_metadata_goes(image_format: str) -> None:
    profile = bytes(range(256)) * 40
    data = encode(PAGE, image_format, exif=turned(), icc_profile=profile)
    bare = STRIP[image_format](data)
    image = Image.open(io.BytesIO(bare))
    assert image.getexif()[0x0112] == 6
    assert "icc_profile" not in image.info


def test_the_orientation_that_imagemagick_writes_as_text_stays() -> None:
    text = b"Raw profile type exif\0\nexif\n      26\n" + turned().tobytes().hex().encode()
    assert text in strip_png(png(64, 48, chunk(b"tEXt", text), chunk(b"tEXt", b"Author\0me")))


def test_texts_behind_the_pixels_go_too() -> None:
    data = encode(PAGE, "PNG")
    assert strip_png(data[:-12] + chunk(b"iTXt", b"k\0\0\0\0\0text") * 3 + data[-12:]) == data


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "TIFF", "GIF"])
def test_a_bare_file_stays_as_it_is(image_format: str) -> None:
    bare = STRIP[image_format](encode(PAGE, image_format))
    assert STRIP[image_format](bare) == bare


@pytest.mark.parametrize(
    ("name", "image_format", "what"),
    [
        ("png_many_chunks", "PNG", "10,001 chunks"),
        ("jpeg_many_scans", "JPEG", "JPEG scans"),
        ("jpeg_many_exif", "JPEG", "1,001 segments"),
        ("jpeg_many_comments", "JPEG", "1,001 segments"),
        ("jpeg_zeros", "JPEG", "stray bytes"),
        ("jpeg_fill_bytes", "JPEG", "stray bytes"),
        ("jpeg_stuffed_bytes", "JPEG", "stray bytes"),
        ("tiff_many_strips", "TIFF", "500,000 TIFF strips"),
        ("tiff_many_tags", "TIFF", "8,009 TIFF tags"),
        ("tiff_many_values", "TIFF", "2,000,000 values in TIFF tag 339"),
        ("gif_many_pieces", "GIF", "100,001 pieces"),
    ],
)
def test_files_built_to_keep_a_parser_busy_are_refused(name: str, image_format: str, what: str) -> None:
    with pytest.raises(UnreadableImage, match=what):
        STRIP[image_format](HOSTILE[name][0]())


def test_the_bounds_are_inclusive() -> None:
    strip_png(png(64, 48, chunk(b"teSt", b"") * (MAX_CHUNKS - 3)))
    with pytest.raises(UnreadableImage):
        strip_png(png(64, 48, chunk(b"teSt", b"") * (MAX_CHUNKS - 2)))
    plain = jpeg()
    before = plain[: plain.index(b"\xff\xda")].count(b"\xff")
    strip_jpeg(jpeg(segment(0xFE, b"") * (MAX_SEGMENTS - before)))
    strip_jpeg(jpeg(b"\xff" * MAX_FILL))
    strip_tiff(grey_tiff(64, 48, strips=MAX_STRIPS, rows=1))
    strip_jpeg(progressive_scans(50))


def test_fill_bytes_and_strays_between_segments_are_skipped() -> None:
    assert strip_jpeg(jpeg(b"\xff\xff\xff", segment(0xFE, b"text"), b"\0\0\0")) == strip_jpeg(jpeg())


def test_only_the_first_tag_of_a_kind_counts() -> None:
    [expected] = Image.open(io.BytesIO(strip_tiff(tagged_tiff((258, 3, 1, 9))))).tag_v2[258]  # type: ignore[attr-defined]
    assert expected == 8


@settings(deadline=None)
@given(st.sampled_from(sorted(STRIP)), st.binary(max_size=300))
def test_any_bytes_are_stripped_or_refused(image_format: str, data: bytes) -> None:
    start = {"PNG": b"\x89PNG\r\n\x1a\n", "JPEG": b"\xff\xd8\xff", "TIFF": b"II*\0\x08\0\0\0", "GIF": b"GIF89a"}
    with suppress(UnreadableImage):
        STRIP[image_format](start[image_format] + data)


LIMITS = Limits()


@pytest.mark.skipif(sys.gettrace() is not None, reason="coverage's tracing takes time of its own")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_header_check_takes_little_time(name: str) -> None:
    data = HOSTILE[name][0]()

    def check() -> None:
        with suppress(AppError):
            check_header(
                data,
                max_bytes=LIMITS.max_bytes,
                max_pixels=LIMITS.max_pixels,
                max_side=LIMITS.max_side,
                max_decode_bytes=LIMITS.max_decode_mb * 10**6,
            )

    assert is_quick(check)


class TestFrames:
    def chain(self, count: int) -> bytes:
        """A little-endian TIFF of empty directories."""
        data = b"II*\0" + struct.pack("<I", 8)
        for index in range(count):
            data += struct.pack("<HI", 0, 8 + 6 * (index + 1) if index + 1 < count else 0)
        return data + bytes(16)

    @pytest.mark.parametrize("pages", [1, 2, 7])
    @pytest.mark.parametrize("big", [False, True])
    def test_counts_the_pages_of_a_tiff(self, pages: int, big: bool) -> None:
        image = Image.new("L", (16, 16))
        data = encode(image, "TIFF", save_all=True, append_images=[image] * (pages - 1), big_tiff=big)
        assert count_tiff_pages(data) == pages
        assert count_tiff_pages(strip_tiff(data)) == 1

    def test_counts_the_pages_of_a_big_endian_tiff(self) -> None:
        assert count_tiff_pages(b"MM\0*" + struct.pack(">IHIHI", 8, 0, 14, 0, 0)) == 2

    def test_a_loop_of_directories_ends(self) -> None:
        assert count_tiff_pages(grey_tiff(64, 48, following=8)) == 1

    def test_a_long_chain_is_counted_up_to_the_bound(self) -> None:
        assert count_tiff_pages(self.chain(MAX_DIRECTORIES + 500)) == MAX_DIRECTORIES

    @settings(deadline=None)
    @given(st.binary(max_size=200), st.sampled_from([b"II*\0", b"MM\0*", b"II+\0\x08\0\0\0", b"MM\0+\0\x08\0\0"]))
    def test_any_tiff_is_counted(self, data: bytes, magic: bytes) -> None:
        assert 1 <= count_tiff_pages(magic + data) <= MAX_DIRECTORIES

    def test_counts_the_frames_of_animations(self) -> None:
        frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "green", "blue")]
        assert count_png_frames(encode(frames[0], "PNG", save_all=True, append_images=frames[1:])) == 3
        assert count_gif_frames(encode(frames[0], "GIF", save_all=True, append_images=frames[1:])) == 3
        assert count_png_frames(png(64, 48)) == count_gif_frames(gif()) == 1


def test_the_first_frame_of_a_gif_is_kept() -> None:
    frames = [sketch_chart(96, 64), Image.new("RGB", (96, 64), "blue")]
    data = encode(frames[0], "GIF", save_all=True, append_images=frames[1:])
    bare = Image.open(io.BytesIO(strip_gif(data)))
    assert bare.n_frames == 1  # type: ignore[attr-defined]
    assert np.array_equal(np.asarray(bare.convert("RGB")), pixels(data)[..., :3])


def test_a_gif_without_a_frame_is_refused() -> None:
    with pytest.raises(UnreadableImage, match="before its first frame"):
        strip_gif(b"GIF89a" + bytes(7) + b";")

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.ImageFile import ImageFile

from serve_app.config import Limits
from serve_app.domain import Size
from serve_app.errors import AppError, EmptyUpload, TooManyBytes, TooManyPixels, UnreadableImage, UnsupportedMedia
from serve_app.imaging.decode import decode
from serve_app.imaging.header import MIN_SIDE, Header, check_header
from tests.drawings import encode, sketch_chart
from tests.hostile import HOSTILE, bmp, grey_tiff, png

# Pillow warns of broken metadata that it skips.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

FORMATS = ["PNG", "JPEG", "WEBP", "BMP", "TIFF"]
ANIMATED = ["PNG", "WEBP", "TIFF", "GIF", "AVIF"]
SOUND = {name: encode(sketch_chart(120, 80), name) for name in FORMATS}
SOUND["TIFF_DEFLATE"] = encode(sketch_chart(120, 80), "TIFF", compression="tiff_adobe_deflate")
SOUND["PNG_PALETTE"] = encode(sketch_chart(120, 80).quantize(16), "PNG", transparency=3)
SOUND["WEBP_LOSSLESS"] = encode(sketch_chart(120, 80).convert("RGBA"), "WEBP", lossless=True)


def check(data: bytes, **limits: int) -> Header:
    defaults = Limits()
    bounds = {
        "max_bytes": defaults.max_bytes,
        "max_pixels": defaults.max_pixels,
        "max_side": defaults.max_side,
        "max_decode_bytes": defaults.max_decode_mb * 10**6,
    }
    return check_header(data, **(bounds | limits))


def status_of(data: bytes) -> int:
    """As an upload would be answered."""
    try:
        decode(data, check(data))
    except AppError as error:
        return error.status
    return 200


def orientation_exif(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


@pytest.mark.parametrize("image_format", FORMATS)
def test_reads_format_and_size(image_format: str) -> None:
    header = check(SOUND[image_format])
    assert (header.format, header.size, header.frames) == (image_format, Size(120, 80), 1)
    assert header.media_type == f"image/{image_format.lower()}"
    assert (header.mode, header.alpha, header.oriented) == ("RGB", False, False)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_uploads_get_their_status(name: str) -> None:
    make, status = HOSTILE[name]
    assert status_of(make()) == status


@pytest.mark.parametrize("name", [name for name, (_, status) in HOSTILE.items() if status == 413])
def test_bombs_are_refused_by_their_header(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = HOSTILE[name][0]()
    decoded = []
    monkeypatch.setattr(ImageFile, "load", decoded.append)
    with pytest.raises((TooManyPixels, TooManyBytes), match=r"exceeds the limit of [\d,]+"):
        check(data)
    assert decoded == []  # it would take seconds and gigabytes


def test_each_refusal_has_its_class() -> None:
    with pytest.raises(EmptyUpload):
        check(b"")
    with pytest.raises(UnsupportedMedia, match=r"a PDF.*/v1/document"):
        check(b"%PDF-1.7\n")
    with pytest.raises(TooManyBytes, match=rf"{len(SOUND['PNG']):,} bytes, which exceeds the limit of 100"):
        check(SOUND["PNG"], max_bytes=100)


def test_limits_are_inclusive() -> None:
    size = len(SOUND["PNG"])
    check(SOUND["PNG"], max_bytes=size, max_pixels=120 * 80, max_side=120)
    with pytest.raises(TooManyBytes):
        check(SOUND["PNG"], max_bytes=size - 1)
    with pytest.raises(TooManyPixels, match="120 x 80 = 9,600 pixels, which exceeds the limit of 9,599"):
        check(SOUND["PNG"], max_pixels=120 * 80 - 1)
    with pytest.raises(TooManyPixels, match="or of 119 on a side"):
        check(SOUND["PNG"], max_side=119)
    check(encode(Image.new("L", (MIN_SIDE, MIN_SIDE)), "PNG"))
    with pytest.raises(UnreadableImage, match="at least 8"):
        check(encode(Image.new("L", (MIN_SIDE - 1, 500)), "PNG"))


@pytest.mark.parametrize("make", [png, bmp, grey_tiff])
def test_sizes_between_pillows_warning_and_its_error_are_ours_to_refuse(make: Any) -> None:
    with pytest.raises(TooManyPixels):
        check(make(10_000, 10_000))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_size_is_that_of_the_upright_image(image_format: str, orientation: int) -> None:
    header = check(encode(sketch_chart(120, 80), image_format, exif=orientation_exif(orientation)))
    assert header.size == (Size(80, 120) if orientation >= 5 else Size(120, 80))
    assert header.oriented == (orientation != 1)


def test_an_orientation_out_of_range_is_ignored() -> None:
    header = check(encode(sketch_chart(120, 80), "JPEG", exif=orientation_exif(9)))
    assert (header.size, header.oriented) == (Size(120, 80), False)


def test_counts_frames() -> None:
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "green", "blue")]
    for image_format in ANIMATED:
        assert check(encode(frames[0], image_format, save_all=True, append_images=frames[1:])).frames == 3


@pytest.mark.parametrize(
    ("mode", "image_format", "megapixels"),
    [("RGBA", "PNG", 35), ("F", "TIFF", 35), ("RGB", "PNG", 40), ("CMYK", "JPEG", 35), ("RGB", "AVIF", 21)],
)
def test_pixels_that_take_more_memory_are_bounded_lower(mode: str, image_format: str, megapixels: int) -> None:
    side = 5_000
    options = {"compression": "tiff_deflate"} if image_format == "TIFF" else {"speed": 10}
    check(encode(Image.new(mode, (megapixels * 1_000_000 // side, side)), image_format, **options))
    with pytest.raises(TooManyPixels):
        check(encode(Image.new(mode, ((megapixels + 1) * 1_000_000 // side, side)), image_format, **options))


def test_a_jpeg_with_a_second_picture_is_a_jpeg() -> None:
    data = encode(sketch_chart(64, 48), "MPO", save_all=True, append_images=[sketch_chart(64, 48)])
    assert check(data).format == "JPEG"


@pytest.mark.parametrize(
    ("image", "options", "alpha"),
    [
        (Image.new("RGBA", (9, 9)), {}, True),
        (Image.new("LA", (9, 9)), {}, True),
        (Image.new("RGB", (9, 9)), {"transparency": (0, 0, 0)}, True),
        (Image.new("L", (9, 9)), {"transparency": 0}, True),
        (Image.new("P", (9, 9)), {"transparency": 0}, True),
        (Image.new("P", (9, 9)), {}, False),
        (Image.new("L", (9, 9)), {}, False),
    ],
)
def test_tells_transparency(image: Image.Image, options: dict[str, Any], alpha: bool) -> None:
    assert check(encode(image, "PNG", **options)).alpha is alpha


@settings(deadline=None)
@given(
    st.binary(max_size=300), st.sampled_from([data[:16] for data in SOUND.values()] + [b"", b"BM", b"\0\0\0\x20ftyp"])
)
def test_any_bytes_are_read_or_refused(data: bytes, start: bytes) -> None:
    assert status_of(start + data) in {200, 400, 413, 415}


@settings(deadline=None)
@given(st.sampled_from(sorted(SOUND)), st.data())
def test_any_truncation_is_read_or_refused(name: str, data: st.DataObject) -> None:
    length = data.draw(st.integers(1, len(SOUND[name]) - 1))
    assert status_of(SOUND[name][:length]) in {200, 400, 415}


@settings(deadline=None)
@given(st.sampled_from(sorted(SOUND)), st.data())
def test_any_damage_is_read_or_refused(name: str, data: st.DataObject) -> None:
    damaged = bytearray(SOUND[name])
    # Most of a format's structure is in its first bytes.
    places = st.one_of(st.integers(0, min(200, len(damaged) - 1)), st.integers(0, len(damaged) - 1))
    for place in data.draw(st.lists(places, min_size=1, max_size=6)):
        damaged[place] = data.draw(st.integers(0, 255))
    assert status_of(bytes(damaged)) in {200, 400, 413, 415}

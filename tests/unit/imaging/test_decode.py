import struct
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from serve_app.domain import Size
from serve_app.errors import UnreadableImage
from serve_app.imaging.copies import Copies, Copy
from serve_app.imaging.decode import decode, decode_prepared
from serve_app.imaging.header import Header, check_header
from tests.drawings import encode, fill_page, sketch_chart
from tests.hostile import HOSTILE, chunk, deep_png, half, png, tiff

TIFF_SHORT, TIFF_LONG = 3, 4


def read(data: bytes, **options: Any) -> Image.Image:
    header = check(data)
    image = decode(data, header, **options)
    assert image.mode == "RGB"
    assert not image.info
    return image


def check(data: bytes) -> Header:
    return check_header(data, max_bytes=10**9, max_pixels=10**9, max_side=10**6, max_decode_bytes=10**12)


def differ(a: Image.Image, b: Image.Image) -> float:
    """Mean absolute difference of the channels, 0 to 255."""
    return float(np.abs(np.asarray(a, dtype=float) - np.asarray(b, dtype=float)).mean())


def column(image: Image.Image) -> list[int]:
    """The red values of the first row."""
    return [image.getpixel((x, 0))[0] for x in range(image.width)]  # type: ignore[index]


def palette_image(index: int) -> Image.Image:
    """An image of one index into a palette of greys."""
    image = Image.new("P", (16, 16), index)
    image.putpalette([shade for shade in range(256) for _ in range(3)])
    return image


def sixteen_bit_tiff(values: list[int], *, bits: int = 16, photometric: int = 1) -> bytes:
    """A 16-bit grey TIFF of 8 rows that all hold the values."""
    start = 8 + 2 + 9 * 12 + 4
    pixels = struct.pack(f"<{len(values)}H", *values) * 8
    return tiff(
        (256, TIFF_LONG, 1, len(values)),
        (257, TIFF_LONG, 1, 8),
        (258, TIFF_SHORT, 1, bits),
        (259, TIFF_SHORT, 1, 1),
        (262, TIFF_SHORT, 1, photometric),
        (273, TIFF_LONG, 1, start),
        (277, TIFF_SHORT, 1, 1),
        (278, TIFF_LONG, 1, 8),
        (279, TIFF_LONG, 1, len(pixels)),
        tail=pixels,
    )


@pytest.mark.parametrize("image_format", ["PNG", "BMP", "TIFF"])
@pytest.mark.parametrize("mode", ["RGB", "L", "1", "P"])
def test_lossless_formats_keep_every_pixel(image_format: str, mode: str) -> None:
    image = sketch_chart(120, 80).convert(mode)
    assert differ(read(encode(image, image_format)), image.convert("RGB")) == 0


@pytest.mark.parametrize("image_format", ["JPEG", "WEBP"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_lossy_formats_stay_close(image_format: str, mode: str) -> None:
    image = sketch_chart(120, 80).convert(mode)
    assert differ(read(encode(image, image_format, quality=90)), image.convert("RGB")) < 4


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_is_upright(image_format: str, orientation: int) -> None:
    image, exif = sketch_chart(120, 80), Image.Exif()
    exif[0x0112] = orientation
    data = encode(image, image_format, exif=exif)
    marked = image.copy()
    marked.getexif()[0x0112] = orientation
    assert differ(read(data), ImageOps.exif_transpose(marked)) < 8  # lossy; a wrong turn differs by 30 and more


@pytest.mark.parametrize("image_format", ["PNG", "WEBP", "TIFF"])
def test_transparency_is_laid_on_white(image_format: str) -> None:
    image = Image.new("RGBA", (32, 32), (0, 0, 0, 0))
    image.paste((200, 0, 0, 255), (0, 0, 16, 16))
    image.paste((0, 0, 0, 128), (16, 16, 32, 32))
    flat = read(encode(image, image_format, lossless=True))
    assert flat.getpixel((3, 3)) == (200, 0, 0)
    assert flat.getpixel((30, 3)) == (255, 255, 255)
    assert flat.getpixel((30, 30)) == pytest.approx((127, 127, 127), abs=1)


@pytest.mark.parametrize(
    ("image", "options"),
    [
        (Image.new("LA", (16, 16), (0, 0)), {}),
        (palette_image(3), {"transparency": 3}),
        (palette_image(3), {"transparency": bytes([255, 255, 200, 0])}),
        (Image.new("L", (16, 16), 7), {"transparency": 7}),
        (Image.new("RGB", (16, 16), (1, 2, 3)), {"transparency": (1, 2, 3)}),
    ],
)
def test_every_kind_of_transparency_becomes_white(image: Image.Image, options: dict[str, Any]) -> None:
    visible = {"LA": (80, 255), "RGB": (80, 80, 80)}.get(image.mode, 80)
    image.putpixel((0, 0), visible)
    flat = read(encode(image, "PNG", **options))
    assert flat.getpixel((9, 9)) == (255, 255, 255)
    assert flat.getpixel((0, 0)) == ((255, 255, 255) if image.mode == "1" else (80, 80, 80))


def test_transparency_declared_behind_the_pixels_is_ignored() -> None:
    data = encode(palette_image(3), "PNG", transparency=bytes([255, 255, 200, 0]))
    declared = chunk(b"tRNS", bytes([255, 255, 200, 0]))
    end = chunk(b"IEND", b"")
    late = data.replace(declared, b"").replace(end, declared + end)
    assert len(late) == len(data)
    assert read(late).getpixel((9, 9)) == (3, 3, 3)


def test_an_alpha_channel_that_was_never_filled_is_ignored() -> None:
    image = sketch_chart(64, 48).convert("RGBA")
    image.putalpha(0)
    assert differ(read(encode(image, "PNG")), sketch_chart(64, 48)) == 0


def test_deep_grey_is_scaled_by_its_depth() -> None:
    assert column(read(deep_png())) == [round(x * 255 / 63) for x in range(64)]
    dark = struct.pack(">16H", *range(0, 1600, 100))
    image = read(png(16, 16, depth=16, pixels=zlib.compress((b"\0" + dark) * 16)))
    assert max(column(image)) == 6  # 1,500 of 65,535 stays nearly black


def test_a_transparent_shade_of_deep_grey_becomes_white() -> None:
    row = struct.pack(">16H", *([1000] * 8 + [30_000] * 8))
    data = png(16, 16, chunk(b"tRNS", struct.pack(">H", 1000)), depth=16, pixels=zlib.compress((b"\0" + row) * 16))
    assert column(read(data)) == [255] * 8 + [117] * 8


@pytest.mark.parametrize(("colour", "channels", "expected"), [(2, 3, 128), (4, 2, 128), (6, 4, 128)])
def test_deep_colour_and_alpha(colour: int, channels: int, expected: int) -> None:
    pixel = struct.pack(f">{channels}H", *([0x8000] * channels))
    if channels in (2, 4):
        pixel = pixel[:-2] + b"\xff\xff"  # opaque
    data = png(16, 16, depth=16, colour=colour, pixels=zlib.compress((b"\0" + pixel * 16) * 16))
    assert set(column(read(data))) == {expected}


def test_tiff_depth_and_photometric_are_obeyed() -> None:
    values = [0, 0, 16_384, 16_384, 32_768, 32_768, 65_535, 65_535]
    grey = column(read(sixteen_bit_tiff(values)))
    assert grey == [0, 0, 64, 64, 128, 128, 255, 255]
    assert column(read(sixteen_bit_tiff(values, photometric=0))) == [255 - value for value in grey]


@pytest.mark.parametrize("mode", ["F", "I"])
def test_values_without_a_scale_are_stretched(mode: str) -> None:
    values = np.linspace(-3, 7, 11) * (1 if mode == "F" else 1000)
    image = Image.fromarray(np.tile(values, (9, 1)).astype(np.float32 if mode == "F" else np.int32))
    assert image.mode == mode
    assert column(read(encode(image, "TIFF"))) == [round(x * 25.5 + 1e-6) for x in range(11)]


def test_values_that_are_no_numbers() -> None:
    values = np.tile(np.array([0, 1, 2, np.nan, np.inf, -np.inf, 2, 1, 0, 0], dtype=np.float32), (9, 1))
    assert column(read(encode(Image.fromarray(values), "TIFF"))) == [0, 128, 255, 255, 255, 0, 255, 128, 0, 0]
    with pytest.raises(UnreadableImage, match="no finite value"):
        read(encode(Image.fromarray(values * np.nan), "TIFF"))


def test_cmyk() -> None:
    image = sketch_chart(120, 80)
    assert differ(read(encode(image.convert("CMYK"), "TIFF")), image) < 1
    data = encode(image.convert("CMYK"), "JPEG", quality=95)
    assert b"Adobe" in data  # whose ink values are stored inverted
    assert differ(read(data), image) < 5


def test_ycbcr_and_lab() -> None:
    image = sketch_chart(120, 80)
    assert differ(read(encode(image.convert("YCbCr"), "TIFF")), image) < 2
    to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
    assert differ(read(encode(to_lab.apply(image), "TIFF")), image) < 3


def test_premultiplied_grey() -> None:
    image = Image.new("LA", (32, 32), (0, 0))
    image.paste((40, 255), (0, 0, 16, 32))
    data = encode(image, "TIFF")
    straight, premultiplied = (struct.pack("<HHIH", 338, TIFF_SHORT, 1, kind) for kind in (2, 1))
    assert straight in data
    image = read(data.replace(straight, premultiplied))
    assert column(image) == [40] * 16 + [255] * 16


def test_the_first_frame_is_read() -> None:
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "green", "blue")]
    for image_format in ("PNG", "WEBP", "TIFF"):
        data = encode(frames[0], image_format, save_all=True, append_images=frames[1:], lossless=True)
        assert read(data).getpixel((5, 5)) == (255, 0, 0)


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP", "BMP"])
def test_a_truncated_file_is_unreadable(image_format: str) -> None:
    data = half(image_format)
    with pytest.raises(UnreadableImage, match="Send the whole file"):
        decode(data, check(data))


def test_a_file_of_another_size_than_checked_is_unreadable() -> None:
    header = check(encode(sketch_chart(64, 48), "PNG"))
    with pytest.raises(UnreadableImage, match="a different size"):
        decode(encode(sketch_chart(65, 48), "PNG"), header)


def test_a_large_jpeg_is_decoded_at_a_fraction() -> None:
    page = fill_page(2000, 1600)
    data = encode(page, "JPEG", quality=95)
    quarter = read(data, long_side=250)
    assert Size(*quarter.size) == Size(500, 400)
    assert differ(quarter, page.resize((500, 400), Image.Resampling.BOX)) < 3
    assert read(data, long_side=1001).size == (2000, 1600)
    assert read(data, long_side=5000).size == (2000, 1600)


def test_a_truncated_jpeg_is_found_at_a_fraction_too() -> None:
    data = encode(fill_page(2000, 1600), "JPEG")
    data = data[: len(data) * 9 // 10]
    with pytest.raises(UnreadableImage):
        decode(data, check(data), long_side=200)


def test_the_profile_is_left_behind() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    read(encode(sketch_chart(64, 48), "PNG", icc_profile=profile))  # asserts that info is empty


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP", "BMP"])
def test_a_replica_decodes_what_was_sent_as_it_came(image_format: str) -> None:
    data = encode(sketch_chart(96, 64), image_format)
    assert np.array_equal(np.asarray(decode_prepared(data)), np.asarray(read(data)))


def test_a_png_that_was_built_not_to_decode_fails_in_the_replica() -> None:
    data = HOSTILE["png_bad_zlib"][0]()
    assert Copies(data, check(data), long_side=1024).prepare(Copy(1024))[0].data is data  # its checksums are right
    with pytest.raises(UnreadableImage, match="damaged"):
        decode_prepared(data)

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from serve_app.domain import Size
from serve_app.errors import UnreadableImage
from serve_app.imaging import copies
from serve_app.imaging.copies import TILED_PIXELS, Copies, Copy, Prepared, Tiles
from serve_app.imaging.decode import decode_prepared
from serve_app.imaging.header import Header, check_header
from tests.drawings import encode, sketch_chart
from tests.hostile import animation, deep_png, half


def check(data: bytes) -> Header:
    return check_header(data, max_bytes=10**9, max_pixels=10**9, max_side=10**6, max_decode_bytes=10**12)


def make(data: bytes, long_side: int = 1024, **options: Any) -> Prepared:
    binarise = options.pop("binarise", False)
    [prepared] = Copies(data, check(data), long_side=long_side, **options).prepare(Copy(long_side, binarise))
    return prepared


def cut(data: bytes, tile_side: int) -> Tiles:
    return Copies(data, check(data), long_side=1024).cut(tile_side)


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "BMP", "WEBP"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_what_needs_no_change_is_sent_as_it_came(image_format: str, mode: str) -> None:
    data = encode(sketch_chart(120, 80).convert(mode), image_format)
    prepared = make(data, transport="jpeg")
    assert (prepared.data is data) or (image_format, mode) == ("WEBP", "L")
    assert prepared.size == prepared.original == Size(120, 80)


@pytest.mark.parametrize(
    "data",
    [
        encode(sketch_chart(96, 64), "TIFF"),
        encode(sketch_chart(96, 64).convert("RGBA"), "PNG"),
        encode(sketch_chart(96, 64).quantize(16), "PNG"),
        encode(sketch_chart(96, 64).convert("1"), "PNG"),
        encode(sketch_chart(96, 64), "PNG", transparency=(255, 255, 255)),
        encode(sketch_chart(96, 64).convert("CMYK"), "JPEG"),
        animation(),
        deep_png(),
    ],
)
def test_what_decoders_may_read_differently_is_encoded_anew(data: bytes) -> None:
    prepared = make(data)
    assert prepared.data is not data
    image = opened(prepared.data)
    assert (image.format, image.mode) == ("PNG", "RGB")
    assert Size(*image.size) == prepared.size == prepared.original


def test_a_turned_image_is_sent_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    prepared = make(encode(sketch_chart(120, 80), "JPEG", exif=exif))
    assert opened(prepared.data).size == (80, 120)
    assert prepared.size == prepared.original == Size(80, 120)
    assert 0x0112 not in opened(prepared.data).getexif()


@pytest.mark.parametrize("image_format", ["PNG", "JPEG"])
def test_a_large_image_is_scaled_down(image_format: str) -> None:
    prepared = make(encode(sketch_chart(1000, 500), image_format), long_side=300)
    assert prepared.size == Size(300, 150)
    assert prepared.original == Size(1000, 500)
    assert opened(prepared.data).size == (300, 150)


def test_black_and_white() -> None:
    prepared = make(encode(sketch_chart(200, 100), "PNG"), binarise=True)
    assert set(np.unique(np.asarray(opened(prepared.data)))) == {0, 255}


def test_transport_and_quality() -> None:
    data = encode(sketch_chart(400, 300), "PNG")
    low, high = (make(data, long_side=200, transport="jpeg", quality=quality).data for quality in (40, 95))
    assert opened(low).format == "JPEG"
    assert len(low) < len(high)


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP", "BMP"])
def test_a_truncated_file_never_leaves(image_format: str) -> None:
    data = half(image_format)
    with pytest.raises(UnreadableImage):
        make(data)
    with pytest.raises(UnreadableImage):
        cut(data, 300)


def test_tiles_show_the_enlarged_image() -> None:
    chart = sketch_chart(640, 480)
    data = encode(chart, "PNG")
    tiles = cut(data, 500)
    assert tiles.size == Size(1280, 960)
    whole = chart.resize((1280, 960), Image.Resampling.BICUBIC)
    assert len(tiles.pieces) == 9  # 3 x 3, each sharing an eighth of 500 pixels
    for piece in tiles.pieces:
        part = piece.tile
        assert max(part.width, part.height) <= 500
        expected = whole.crop((part.left, part.top, part.right, part.bottom))
        assert np.array_equal(np.asarray(opened(piece.data)), np.asarray(expected))


def test_the_enlarged_image_is_bounded() -> None:
    data = encode(Image.new("L", (6000, 4000), 255), "PNG")
    size = cut(data, 4000).size
    assert size.width * size.height == pytest.approx(TILED_PIXELS, rel=0.01)
    assert size.width / size.height == pytest.approx(1.5, rel=0.01)


def count_calls(monkeypatch: pytest.MonkeyPatch, name: str) -> list[None]:
    calls: list[None] = []
    original = getattr(copies, name)

    def count(*args: Any, **kwargs: Any) -> Any:
        calls.append(None)
        return original(*args, **kwargs)

    monkeypatch.setattr(copies, name, count)
    return calls


def test_an_upload_is_decoded_once_for_all_its_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned, so that no copy goes on as it came
    data = encode(sketch_chart(1600, 1200), "JPEG", exif=exif)
    decodes, encodes = count_calls(monkeypatch, "decode"), count_calls(monkeypatch, "encode")
    upload = Copies(data, check(data), long_side=4000)
    page, chart = upload.prepare(Copy(4000), Copy(1024))
    assert (page.size, chart.size) == (Size(1200, 1600), Size(768, 1024))
    assert upload.prepare(Copy(1600), Copy(4000)) == [page, page]  # the same pixels
    assert len(encodes) == 2
    assert len(decodes) == 1


def test_no_decoded_image_is_kept() -> None:
    data = encode(sketch_chart(640, 480), "JPEG")
    upload = Copies(data, check(data), long_side=800)
    upload.prepare(Copy(400))
    upload.decode()
    assert not any(isinstance(value, Image.Image) for value in vars(upload).values())


def test_a_large_jpeg_is_decoded_at_the_size_of_its_largest_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    data = encode(sketch_chart(1600, 1200), "JPEG")
    asked: list[int | None] = []
    original = copies.decode

    def record(data: bytes, header: Header, *, long_side: int | None = None) -> Image.Image:
        asked.append(long_side)
        return original(data, header, long_side=long_side)

    monkeypatch.setattr(copies, "decode", record)
    upload = Copies(data, check(data), long_side=800)
    small, large = upload.prepare(Copy(400), Copy(800))
    assert (small.size, large.size) == (Size(400, 300), Size(800, 600))
    assert asked == [800]


@pytest.mark.parametrize("grey", [encode(sketch_chart(300, 200).convert("L"), name) for name in ("PNG", "BMP", "TIFF")])
def test_a_page_in_grey_reaches_the_model_as_the_same_page_in_rgb_does(grey: bytes) -> None:
    rgb = encode(sketch_chart(300, 200).convert("L").convert("RGB"), "PNG")
    seen = [np.asarray(decode_prepared(make(data).data)) for data in (grey, rgb)]
    assert np.array_equal(*seen)

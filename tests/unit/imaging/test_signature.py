import pytest

from serve_app.imaging.media_types import MEDIA_TYPES
from serve_app.imaging.signature import explain_refusal, find_format
from tests.drawings import encode, sketch_chart
from tests.hostile import HOSTILE


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF", "AVIF"])
def test_the_formats_that_are_read(image_format: str) -> None:
    assert find_format(encode(sketch_chart(64, 48), image_format)) == image_format


def test_big_tiff_and_big_endian_are_tiff() -> None:
    assert (
        find_format(b"MM\0*\0\0\0\x08") == find_format(b"II+\0\x08\0\0\0") == find_format(b"MM\0+\0\x08\0\0") == "TIFF"
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("text", "This is text"),
        ("json", "This is JSON"),
        ("html", "This is an HTML page"),
        ("svg", "This is an SVG drawing"),
        ("base64", "This is base64 text of a PNG"),
        ("ppm", "This is a Netpbm image"),
        ("jpeg_2000", "This is a JPEG 2000 image"),
        ("pdf", "This is a PDF"),
        ("heif", "This is a HEIF image"),
        ("docx", "This is a Word document"),
        ("noise", "This is a file of an unknown kind"),
    ],
)
def test_other_files_are_named(name: str, expected: str) -> None:
    data = HOSTILE[name][0]()
    assert find_format(data) is None
    assert explain_refusal(data).startswith(expected)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\xef\xbb\xbf  <HTML>", "an HTML page"),
        (b"data:image/png;base64,iVBO", "a data URL"),
        (b"PK\x03\x04rest", "a ZIP archive"),
        (b"PK\x03\x04[Content_Types].xml" + bytes(5_000) + b"word/document.xml", "a Word document"),
        (b"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.text", "an OpenDocument file"),
        (b"\0\0\0\x20ftypmif1\0\0\0\0miaf", "a HEIF image"),
        (b"P6\n4 4\n255\n", "a Netpbm image (PPM, PGM or PBM)"),
        (b"\0\0\0\x20ftypisom\0\0\0\0", "a video"),
        (b"RIFF\0\0\0\0WAVEfmt ", "an audio or video file"),
    ],
)
def test_variants_are_named(data: bytes, expected: str) -> None:
    assert f"This is {expected}," in explain_refusal(data)


def test_avif_is_told_by_its_compatible_brands_too(monkeypatch: pytest.MonkeyPatch) -> None:
    data = b"\0\0\0\x1cftypmif1\0\0\0\0mif1avif" + bytes(20)
    assert find_format(data) == "AVIF"
    monkeypatch.delitem(MEDIA_TYPES, "AVIF")
    assert find_format(data) is None
    assert "an AVIF image" in explain_refusal(data)


@pytest.mark.parametrize(
    "first", [b"ftypheic\0\0\0\0mif1heic", b"ftypmif1\0\0\0\0mif1heix", b"ftypheim\0\0\0\0mif1miaf"]
)
def test_heic_is_told_by_any_of_its_brands(first: bytes) -> None:
    assert find_format(b"\0\0\0\x18" + first + bytes(20)) == "HEIC"
    assert find_format(b"\0\0\0\x10" + first[:8] + bytes(4) + b"heic") == ("HEIC" if b"hei" in first[:8] else None)

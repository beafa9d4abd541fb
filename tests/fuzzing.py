"""Mutated images and bodies, each made anew from a seed, and how the HTTP application takes them."""

import json
import random
import struct
import zlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import httpx
from PIL import Image

from tests.drawings import draw_page, encode, sketch_chart
from tests.hostile import HOSTILE, animation, deep_png, grey_tiff, jpeg, segment

PATHS = ("/v1/ocr", "/v1/ocr", "/v1/chart", "/v1/analyze", "/v1/ocr?binarise=true", "/v1/ocr?zoom=true")
EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
SMALL_BYTES = 200_000
"""Length of a hostile file that is mutated; larger ones would take most of the time."""


@dataclass(frozen=True)
class Request:
    """What is posted."""

    path: str
    content: bytes
    content_type: str


@cache
def seeds() -> tuple[bytes, ...]:
    """Sound and hostile files of all formats."""
    chart, page = sketch_chart(160, 120), draw_page(("one line",), width=300)
    exif = Image.Exif()
    exif[0x0112] = 6
    sound = [
        *[encode(chart, name) for name in ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF", "AVIF")],
        *[encode(chart.convert("RGBA"), name) for name in ("PNG", "WEBP", "TIFF", "AVIF")],
        *[encode(chart.convert(mode), "TIFF", compression="tiff_lzw") for mode in ("L", "P", "CMYK", "RGBA")],
        *[encode(chart.convert(mode), "TIFF", compression="tiff_deflate") for mode in ("I;16", "I", "F")],
        encode(chart.convert("1"), "TIFF", compression="group4"),
        encode(chart, "TIFF", compression="jpeg"),
        encode(chart, "TIFF", compression="zstd", big_tiff=True),
        encode(page, "TIFF", save_all=True, append_images=[page, page]),
        encode(chart.quantize(16), "PNG", transparency=3),
        encode(chart.quantize(16), "GIF", transparency=3, interlace=True),
        encode(chart, "JPEG", progressive=True, exif=exif),
        encode(chart.convert("CMYK"), "JPEG"),
        encode(chart.quantize(16), "BMP"),
        jpeg(segment(0xED, b"Photoshop 3.0\0" + bytes(60))),
        animation(),
        deep_png(),
        grey_tiff(64, 48),
    ]
    return (*sound, *(data for make, _ in HOSTILE.values() if 0 < len(data := make()) <= SMALL_BYTES))


def mutate(rng: random.Random, data: bytes) -> bytes:
    """Change a file in one to four ways."""
    mutated = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        if mutated:
            rng.choice(_MUTATIONS)(rng, mutated)
    return _mend_checksums(bytes(mutated)) if rng.random() < 0.7 else bytes(mutated)


def make_request(seed: int) -> Request:
    """A request of the given number: an image for one of the routes, or a body that is to hold one."""
    rng = random.Random(seed)
    image = mutate(rng, rng.choice(seeds()))
    kind = rng.random()
    if kind < 0.6:
        path = rng.choice(
            ("/v1/ocr", "/v1/ocr", "/v1/chart", "/v1/analyze", "/v1/ocr?binarise=true", "/v1/ocr?zoom=true")
        )
        return Request(path, image, "application/octet-stream")
    if kind < 0.8:
        return Request("/ocr", _make_json(rng, image), "application/json")
    form = httpx.Request("POST", "http://x/", files={"file": ("image.png", image)})
    body = form.read()
    if rng.random() < 0.5:
        body = mutate(rng, body)
    content_type = form.headers["content-type"]
    if rng.random() < 0.3:
        content_type += rng.choice(
            ("; charset=punycode", "; charset=idna", '; boundary="', "; boundary=", ";;=", "; x=\xff")
        )
    return Request("/v1/ocr", body, content_type)


async def post(http: httpx.AsyncClient, request: Request) -> httpx.Response:
    """Send a request."""
    headers = {"content-type": request.content_type.encode("latin-1")}
    return await http.post(request.path, content=request.content, headers=headers)


def _make_json(rng: random.Random, image: bytes) -> bytes:
    fields: dict[str, object] = {"file": b64encode(image).decode(), "fileType": 1}
    names = (
        "visualize",
        "textDetThresh",
        "textDetUnclipRatio",
        "textDetLimitSideLen",
        "logId",
        "file",
        "returnWordBox",
    )
    for _ in range(rng.randint(0, 3)):
        fields[rng.choice(names)] = rng.choice(
            (None, True, -1, 0.5, 1e308, 2**70, float("nan"), float("inf"), "", "\ud800", "ä", [], {}, "x" * 1000)
        )
    body = json.dumps(fields).encode()
    return mutate(rng, body) if rng.random() < 0.4 else body


def _flip(rng: random.Random, data: bytearray) -> None:
    data[_place(rng, data)] ^= 1 << rng.randrange(8)


def _overwrite(rng: random.Random, data: bytearray) -> None:
    order, width, bits = rng.choice("<>"), *rng.choice((("B", 8), ("H", 16), ("I", 32)))
    value = struct.pack(order + width, rng.choice((rng.choice(EXTREMES), rng.getrandbits(bits))) & (1 << bits) - 1)
    place = _place(rng, data)
    data[place : place + len(value)] = value[: len(data) - place]


def _cut(rng: random.Random, data: bytearray) -> None:
    place = _place(rng, data)
    del data[place : place + rng.choice((1, 4, 100, len(data)))]


def _repeat(rng: random.Random, data: bytearray) -> None:
    start = _place(rng, data)
    part = data[start : start + rng.choice((1, 12, 100, 2_000))]
    data[start:start] = part * min(rng.choice((1, 2, 100, 5_000)), 200_000 // max(1, len(part)))


def _insert(rng: random.Random, data: bytearray) -> None:
    place = _place(rng, data)
    data[place:place] = rng.choice((b"\0", b"\xff", rng.randbytes(8))) * rng.choice((1, 10, 5_000))


def _splice(rng: random.Random, data: bytearray) -> None:
    other = rng.choice(seeds())
    start = rng.randrange(len(other))
    place = _place(rng, data)
    data[place:place] = other[start : start + rng.choice((4, 64, 2_000))]


_MUTATIONS: tuple[Callable[[random.Random, bytearray], None], ...] = (
    _flip,
    _flip,
    _overwrite,
    _overwrite,
    _overwrite,
    _cut,
    _repeat,
    _insert,
    _splice,
)


def _place(rng: random.Random, data: bytearray) -> int:
    """Mostly among the first bytes, where most of a format's structure is."""
    return rng.randrange(min(len(data), rng.choice((40, 400, len(data)))))


def _mend_checksums(data: bytes) -> bytes:
    """Give a PNG's chunks their right checksums, so that a change is not found by them at once."""
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        return data
    mended, place = bytearray(data), 8
    while place + 12 <= len(data):
        end = place + 8 + int.from_bytes(data[place : place + 4], "big")
        if end + 4 > len(data):
            break
        mended[end : end + 4] = struct.pack(">I", zlib.crc32(data[place + 4 : end]))
        place = end + 4
    return bytes(mended)

"""From an upload to the encoded images that the replicas read."""

from dataclasses import dataclass
from math import sqrt

from serve_app.config import Transport
from serve_app.domain import Size
from serve_app.imaging.binarise import binarise as to_black_and_white
from serve_app.imaging.decode import decode
from serve_app.imaging.encode import encode
from serve_app.imaging.header import Header
from serve_app.imaging.parsers import check_checksums
from serve_app.imaging.resize import bound, fit, rescale
from serve_app.imaging.tile import Tile, tile

FORWARDED = ("PNG", "JPEG", "BMP", "WEBP")
"""Formats whose bytes go to a replica as they came, where nothing in the image had to change."""

TILED_ZOOM = 2.0
"""How much print is enlarged before it is cut into tiles."""

TILED_PIXELS = 4000 * 4000
"""Bound on the enlarged image, and so on the work of one request: the square of PaddleOCR's own bound on a side."""

TILE_OVERLAP = 1 / 8
"""Of the tile's side: 120 pixels of 960, several times the height of print that needs enlarging."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """An encoded image. `size` is its own, `original` that of the upload after its EXIF orientation, in pixels."""

    data: bytes
    size: Size
    original: Size


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an image: where it lies, and the encoded pixels."""

    tile: Tile
    data: bytes


@dataclass(frozen=True, slots=True)
class Tiles:
    """An image cut into overlapping pieces; `size` is that of the whole, enlarged image in pixels."""

    pieces: tuple[Piece, ...]
    size: Size


def prepare(
    data: bytes,
    header: Header,
    *,
    long_side: int,
    binarise: bool = False,
    transport: Transport = "lossless",
    quality: int = 75,
) -> Prepared:
    """Make of an upload what a model takes.

    An image that needs no change is sent as it came. It is decoded nevertheless, to find damage before it waits for a
    model; but for a PNG, which its checksums tell of at a hundredth of the cost.

    Args:
        data: the upload.
        header: what `check_header` made of it.
        long_side: bound on the longer side in pixels; a larger image is scaled down.
        binarise: turn the image black and white.
        transport: how to encode an image that had to change.
        quality: of a JPEG.

    Raises:
        UnreadableImage: for truncated or corrupt data.
    """
    forwarded = _is_plain(header) and fit(header.size, long_side) == header.size and not binarise
    if forwarded and header.format == "PNG":
        check_checksums(data)
        return Prepared(data, header.size, header.size)
    image = bound(decode(data, header, long_side=long_side), long_side)
    if forwarded:
        return Prepared(data, header.size, header.size)
    size = Size(*image.size)
    if binarise:
        image = to_black_and_white(image)
    return Prepared(encode(image, transport, quality), size, header.size)


def prepare_tiles(
    data: bytes, header: Header, *, tile_side: int, transport: Transport = "lossless", quality: int = 75
) -> Tiles:
    """Decode an upload, enlarge it for small print, and cut it into overlapping pieces of at most `tile_side` pixels.

    Raises:
        UnreadableImage: for truncated or corrupt data.
    """
    zoom = min(TILED_ZOOM, sqrt(TILED_PIXELS / (header.size.width * header.size.height)))
    size = Size(max(1, round(header.size.width * zoom)), max(1, round(header.size.height * zoom)))
    image = rescale(decode(data, header), size)
    pieces = (
        Piece(part, encode(image.crop((part.left, part.top, part.right, part.bottom)), transport, quality))
        for part in tile(size, tile_side, int(tile_side * TILE_OVERLAP))
    )
    return Tiles(tuple(pieces), size)


def _is_plain(header: Header) -> bool:
    """Whether every decoder reads the same pixels in the upload as `decode` does."""
    return (
        header.format in FORWARDED
        and header.mode in ("RGB", "L")
        and header.frames == 1
        and not header.oriented
        and not header.alpha
    )

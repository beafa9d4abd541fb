"""The copies of one upload that models read: the upload is decoded once, and each different copy encoded once."""

from dataclasses import dataclass
from math import sqrt
from threading import Lock

from PIL import Image

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
"""Factor by which print is enlarged before the image is cut into tiles."""

TILED_PIXELS = 4000 * 4000
"""Bound on the pixels of the enlarged image, and so on the work of one request: the square of PaddleOCR's own bound on
a side."""

TILE_OVERLAP = 1 / 8
"""Share of the tile's side: 120 pixels of 960, several times the height of print that needs enlarging."""


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


class Copies:
    """What models are sent of one upload. The methods block while they decode; they may be called from any thread."""

    def __init__(
        self, data: bytes, header: Header, *, long_side: int, transport: Transport = "lossless", quality: int = 75
    ) -> None:
        """Nothing is decoded yet.

        Args:
            data: the upload.
            header: what `check_header` made of it.
            long_side: the largest `long_side` in pixels that `prepare` will be asked for: a JPEG that is much larger
                is decoded at a fraction of its size.
            transport: how to encode a copy that had to change.
            quality: of a JPEG.
        """
        self._data = data
        self._header = header
        self._long_side = long_side
        self._transport: Transport = transport
        self._quality = quality
        self._decoded: Image.Image | None = None
        self._prepared: dict[tuple[Size, bool], Prepared] = {}
        self._lock = Lock()

    def prepare(self, long_side: int, *, binarise: bool = False) -> Prepared:
        """Make the copy for one model.

        An image that needs no change is sent as it came. It is decoded nevertheless, to find damage before it waits
        for a model; except a PNG, whose checksums reveal damage at a hundredth of the cost.

        Args:
            long_side: bound on the longer side in pixels; a larger image is scaled down.
            binarise: turn the image black and white.

        Raises:
            UnreadableImage: for truncated or corrupt data.
        """
        size = fit(self._header.size, long_side)
        with self._lock:
            if (size, binarise) not in self._prepared:
                self._prepared[size, binarise] = self._make(size, long_side, binarise)
            return self._prepared[size, binarise]

    def cut(self, tile_side: int) -> Tiles:
        """Enlarge the image for small print, and cut it into overlapping pieces of at most `tile_side` pixels.

        Raises:
            UnreadableImage: for truncated or corrupt data.
        """
        original = self._header.size
        zoom = min(TILED_ZOOM, sqrt(TILED_PIXELS / (original.width * original.height)))
        size = Size(max(1, round(original.width * zoom)), max(1, round(original.height * zoom)))
        image = rescale(self.decode(), size)
        pieces = (
            Piece(part, self._encode(image.crop((part.left, part.top, part.right, part.bottom))))
            for part in tile(size, tile_side, int(tile_side * TILE_OVERLAP))
        )
        return Tiles(tuple(pieces), size)

    def decode(self) -> Image.Image:
        """The whole upload, RGB, upright, in its full size.

        Raises:
            UnreadableImage: for truncated or corrupt data.
        """
        with self._lock:
            if self._decoded is None or Size(*self._decoded.size) != self._header.size:
                self._decoded = decode(self._data, self._header)
            return self._decoded

    def _make(self, size: Size, long_side: int, binarise: bool) -> Prepared:
        header = self._header
        forwarded = _is_plain(header) and size == header.size and not binarise
        if forwarded and header.format == "PNG":
            check_checksums(self._data)
            return Prepared(self._data, size, header.size)
        if self._decoded is None:
            self._decoded = decode(self._data, header, long_side=max(long_side, self._long_side))
        if forwarded:
            return Prepared(self._data, size, header.size)
        image = bound(self._decoded, long_side)
        return Prepared(self._encode(to_black_and_white(image) if binarise else image), Size(*image.size), header.size)

    def _encode(self, image: Image.Image) -> bytes:
        return encode(image, self._transport, self._quality)


def _is_plain(header: Header) -> bool:
    """Whether every decoder reads the same pixels in the upload as `decode` does."""
    return (
        header.format in FORWARDED
        and header.mode in ("RGB", "L")
        and header.frames == 1
        and not header.oriented
        and not header.alpha
    )

"""The copies of one upload that models read: those that are asked for together are made from one decode.

No decoded image is kept: many requests may wait at the same time, and each would hold up to 160 MB.
"""

from dataclasses import dataclass
from math import sqrt
from threading import Lock

from PIL import Image

from serve_app.config import Transport
from serve_app.domain import Size
from serve_app.imaging.binarise import binarise as to_black_and_white
from serve_app.imaging.decode import decode
from serve_app.imaging.encode import TURNS, encode
from serve_app.imaging.header import Header
from serve_app.imaging.parsers import check_checksums
from serve_app.imaging.resize import bound, fit, rescale
from serve_app.imaging.strips import OVERLAP, find_length, fit_strips
from serve_app.imaging.tile import Tile, tile

FORWARDED = ("PNG", "JPEG", "BMP", "WEBP")
"""Formats whose bytes go to a replica as they came, where nothing in the image had to change."""

TILED_ZOOM = 2.0
"""Factor by which print is enlarged before the image is cut into tiles."""

TILED_PIXELS = 4000 * 4000
"""Bound on the pixels of the enlarged image, and so on the work of one request: the square of PaddleOCR's own bound on
a side."""

TILED_BYTES = 2 * 4 * TILED_PIXELS
"""Memory of the enlarged image and of its intermediate state while it is scaled, in bytes."""

STRIP_BYTES = 2 * 4
"""Memory of the image that is cut into strips, and of its intermediate state while it is scaled, in bytes a pixel."""

TILE_OVERLAP = 1 / 8
"""Share of the tile's side: 120 pixels of 960, several times the height of print that needs enlarging."""


@dataclass(frozen=True, slots=True)
class Copy:
    """What a model wants: an image whose longer side has at most so many pixels, in black and white or not."""

    long_side: int
    binarise: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """An encoded image. `size` is its own, `original` that of the upload, turned as the image is, in pixels."""

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
        self,
        data: bytes,
        header: Header,
        *,
        long_side: int,
        transport: Transport = "lossless",
        quality: int = 75,
        turned: int = 0,
    ) -> None:
        """Nothing is decoded yet.

        Args:
            data: the upload.
            header: what `check_header` made of it.
            long_side: the largest `long_side` in pixels that `prepare` will be asked for: a JPEG that is much larger
                is decoded at a fraction of its size.
            transport: how to encode a copy that had to change.
            quality: of a JPEG.
            turned: degrees (0, 90, 180 or 270) by which all copies are turned counter-clockwise.
        """
        width, height = header.size.width, header.size.height
        self.size = Size(height, width) if turned in (90, 270) else header.size
        """Of the upload in pixels, turned."""
        self._data = data
        self._header = header
        self._long_side = long_side
        self._transport: Transport = transport
        self._quality = quality
        self._turned = turned
        self._prepared: dict[tuple[Size, bool], Prepared] = {}
        self._lock = Lock()

    def turn(self, degrees: int) -> "Copies":
        """The same upload, of which all copies are turned counter-clockwise by 90, 180 or 270 degrees more."""
        return Copies(
            self._data,
            self._header,
            long_side=self._long_side,
            transport=self._transport,
            quality=self._quality,
            turned=(self._turned + degrees) % 360,
        )

    def prepare(self, *wanted: Copy) -> list[Prepared]:
        """Make the copies for one or several models from one decode; a larger image is scaled down.

        A copy that has been made before is returned again.

        An image that needs no change is sent as it came. It is decoded nevertheless, to find damage before it waits
        for a model; except a PNG, whose checksums reveal damage at a hundredth of the cost.

        Raises:
            UnreadableImage: for truncated or corrupt data.
        """
        decoded = None
        with self._lock:
            keys = [(fit(self.size, copy.long_side), copy.binarise) for copy in wanted]
            for copy, key in zip(wanted, keys, strict=True):
                if key not in self._prepared:
                    self._prepared[key], decoded = self._make(copy, key[0], decoded)
            return [self._prepared[key] for key in keys]

    def cut(self, tile_side: int) -> Tiles:
        """Enlarge the image for small print, and cut it into overlapping pieces of at most `tile_side` pixels.

        Raises:
            UnreadableImage: for truncated or corrupt data.
        """
        zoom = min(TILED_ZOOM, sqrt(TILED_PIXELS / (self.size.width * self.size.height)))
        size = Size(max(1, round(self.size.width * zoom)), max(1, round(self.size.height * zoom)))
        return self._cut(size, tile_side, int(tile_side * TILE_OVERLAP))

    def cut_strips(self, long_side: int, *, binarise: bool = False) -> Tiles:
        """Cut a long image into overlapping strips of at most `long_side` pixels, in the size that `fit_strips` gives.

        Raises:
            UnreadableImage: for truncated or corrupt data.
        """
        size = fit_strips(self.size, long_side) or self.size
        length = find_length(size, long_side)
        return self._cut(size, length, int(length * OVERLAP), binarise=binarise)

    def _cut(self, size: Size, side: int, overlap: int, *, binarise: bool = False) -> Tiles:
        image = rescale(self.decode(), size)
        image = to_black_and_white(image) if binarise else image
        pieces = (
            Piece(part, self._encode(image.crop((part.left, part.top, part.right, part.bottom))))
            for part in tile(size, side, overlap)
        )
        return Tiles(tuple(pieces), size)

    def decode(self) -> Image.Image:
        """The whole upload in RGB, as its EXIF orientation has it and then turned, in its full size.

        Raises:
            UnreadableImage: for truncated or corrupt data.
        """
        return self._decode(None)

    def _decode(self, long_side: int | None) -> Image.Image:
        image = decode(self._data, self._header, long_side=long_side)
        return image.transpose(TURNS[self._turned]) if self._turned else image

    def _make(self, copy: Copy, size: Size, decoded: Image.Image | None) -> tuple[Prepared, Image.Image | None]:
        """A copy of `size`, and the decoded image for the next one if it had to be decoded."""
        header = self._header
        forwarded = _is_plain(header) and not self._turned and size == header.size and not copy.binarise
        if forwarded and header.format == "PNG":
            check_checksums(self._data)
            return Prepared(self._data, size, header.size), decoded
        decoded = decoded or self._decode(max(copy.long_side, self._long_side))
        if forwarded:
            return Prepared(self._data, size, header.size), decoded
        image = bound(decoded, copy.long_side)
        data = self._encode(to_black_and_white(image) if copy.binarise else image)
        return Prepared(data, Size(*image.size), self.size), decoded

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

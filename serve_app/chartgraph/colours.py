"""The colours that marks, keys and words are drawn in, and how alike two of them look."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from PIL import Image

from serve_app.chartgraph.gridlines import find_gridlines
from serve_app.chartgraph.roles import MarkKind
from serve_app.chartgraph.words import PlacedWord

Floats = npt.NDArray[np.float64]
Rgb = npt.NDArray[np.uint8]

_BITS = 4
"""Colours are counted with so many bits of each channel."""

_INK = 30.0
"""Distance in RGB from the background from which on a pixel is ink."""

_LIKE = 12.0
"""Distance in CIELAB within which a pixel is of a colour."""

_D65 = np.array([0.95047, 1.0, 1.08883])
_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]])


class Palette:
    """Looks up colours in an image (RGB), each as an array (3,) in [0, 255]."""

    def __init__(self, image: Image.Image) -> None:
        self._pixels: Rgb = np.asarray(image.convert("RGB"))
        height, width = self._pixels.shape[:2]
        self._unit = max(height, width) / 512
        """Pixels of the image for one that the model sees."""
        rim = (self._pixels[0], self._pixels[-1], self._pixels[:, 0], self._pixels[:, -1])
        self.page = find_mode(np.concatenate(rim))
        """The colour of the page."""

    def find_mark(self, kind: int, x: float, y: float) -> Floats:
        """The colour of a mark: what fills it, or for the point of a line the ink that is there."""
        unit = self._unit
        if kind == MarkKind.POINT:
            return self._find_ink(x, y, 3 * unit)
        if kind == MarkKind.SLICE:
            return find_mode(self._crop(x, y, 5 * unit, 5 * unit))
        if kind in (MarkKind.COLUMN, MarkKind.AREA):
            return self._find_fill([(x, y + step * unit) for step in (3.5, -3.5)], 2.5 * unit, 1.0 * unit)
        if kind == MarkKind.BAR:
            return self._find_fill([(x + step * unit, y) for step in (-3.5, 3.5)], 1.0 * unit, 2.5 * unit)
        return find_mode(self._crop(x, y, unit, unit))

    def find_marks(self, kinds: npt.NDArray[np.int64], points: Floats) -> Floats:
        """The colours of marks (n,) at points (n, 2): (n, 3)."""
        return np.array([self.find_mark(int(kind), x, y) for kind, (x, y) in zip(kinds, points, strict=True)])

    def find_key(self, x: float, y: float, height: float) -> tuple[Floats, Floats]:
        """The colours of a legend's key: what lies in its middle, and the ink nearby (the same unless it is a line)."""
        return find_mode(self._crop(x, y, height / 8, height / 8)), self._find_ink(x, y, height / 2)

    def find_gridlines(self, across: bool) -> Floats:
        """Where lines cross the chart, in pixels: the y of level ones, or with `across` the x of upright ones."""
        return find_gridlines(Image.fromarray(self._pixels), across)

    def count_like(self, x: float, y: float, colours: Floats, reach: float = 1.0) -> Floats:
        """How many of the pixels round the point of a line look like each of some colours (n, 3)."""
        near = self._crop(x, y, 4 * reach * self._unit, 4 * reach * self._unit).astype(float)
        return (tell_apart(colours, near) < _LIKE).sum(1).astype(float)

    def find_texts(self, words: Iterable[PlacedWord]) -> Floats:
        """The colours that words are written in: (n, 3)."""
        return np.array([self.find_text(word) for word in words])

    def find_text(self, word: PlacedWord) -> Floats:
        """The colour of a word's letters."""
        corners = np.asarray(word.polygon, float)
        (left, top), (right, bottom) = corners.min(0), corners.max(0)
        crop = self._crop((left + right) / 2, (top + bottom) / 2, (right - left) / 2, (bottom - top) / 2)
        behind = find_mode(crop)
        far = np.linalg.norm(crop.astype(float) - behind, axis=1)
        inked = crop[far > 0.75 * float(np.percentile(far, 99))] if len(far) else crop
        return np.median(inked, axis=0) if len(inked) and far.max() > _INK else behind

    @property
    def unit(self) -> float:
        """Pixels of the image for one that the model sees."""
        return self._unit

    def look_at(self, x: Floats, y: Floats) -> Floats:
        """The colours at some places, (n, 3)."""
        height, width = self._pixels.shape[:2]
        columns, rows = np.clip(np.round(x), 0, width - 1), np.clip(np.round(y), 0, height - 1)
        return self._pixels[rows.astype(int), columns.astype(int)].astype(float)

    def cut_strip(self, start: float, end: float, across: bool) -> Rgb:
        """The pixels between two x from top to bottom, or with `across` between two y from left to right: (n, m, 3)."""
        pixels = self._pixels.transpose(1, 0, 2) if across else self._pixels
        first = int(np.clip(round(start), 0, pixels.shape[1] - 1))
        return pixels[:, first : max(first, round(end)) + 1]

    def is_page(self, colour: Floats) -> bool:
        """Whether a colour is the page's, or nearly."""
        return float(np.linalg.norm(colour - self.page)) < _INK / 2

    def _find_fill(self, centres: list[tuple[float, float]], half_width: float, half_height: float) -> Floats:
        """The first of some places whose colour is not the page's."""
        colours = [find_mode(self._crop(x, y, half_width, half_height)) for x, y in centres]
        return next((colour for colour in colours if not self.is_page(colour)), colours[0])

    def _find_ink(self, x: float, y: float, reach: float) -> Floats:
        """The commonest colour within `reach` pixels that is not the background there."""
        behind = find_mode(self._crop(x, y, 6 * reach, 6 * reach))
        near = self._crop(x, y, reach, reach)
        far = np.linalg.norm(near.astype(float) - behind, axis=1)
        strong = near[far > max(_INK, 0.6 * float(far.max(initial=0.0)))]
        return find_mode(strong) if len(strong) else behind

    def _crop(self, x: float, y: float, half_width: float, half_height: float) -> Rgb:
        """The pixels (n, 3) round a place; at least the one that is nearest to it."""
        height, width = self._pixels.shape[:2]
        left, top = (
            int(np.clip(round(v), 0, size - 1)) for v, size in ((x - half_width, width), (y - half_height, height))
        )
        right, bottom = max(left + 1, round(x + half_width) + 1), max(top + 1, round(y + half_height) + 1)
        return self._pixels[top:bottom, left:right].reshape(-1, 3)


def find_mode(pixels: Rgb) -> Floats:
    """The mean of the pixels (n, 3) whose coarse colour is the commonest."""
    coarse = pixels.astype(np.int64) >> (8 - _BITS)
    codes = (coarse[:, 0] << 2 * _BITS) + (coarse[:, 1] << _BITS) + coarse[:, 2]
    return np.asarray(pixels[codes == np.bincount(codes).argmax()].mean(0), float)


def to_lab(colours: Floats) -> Floats:
    """CIELAB (D65) of sRGB colours (..., 3) in [0, 255]."""
    share = np.asarray(colours, float) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    xyz = linear @ _XYZ.T / _D65
    cube = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = np.moveaxis(cube, -1, 0)
    return np.stack((116 * y - 16, 500 * (x - y), 200 * (y - z)), -1)


def tell_apart(ones: Floats, others: Floats) -> Floats:
    """The distances (n, m) in CIELAB of colours (n, 3) and (m, 3): about 2 is just seen, 20 another colour."""
    return np.asarray(np.linalg.norm(to_lab(ones)[:, None] - to_lab(others)[None], axis=-1))

"""Deterministic engines without weights, which a config names `fake`: for load tests and dry runs.

Their answers say that they are fake; nothing else selects them.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from PIL import Image

from serve_app.domain import (
    Cell,
    ChartReading,
    ChartTable,
    Number,
    OcrOptions,
    Orientation,
    Page,
    Region,
    Script,
    Size,
    TableStructure,
    TextLine,
)
from serve_app.hosting.protocols import ChartInput, Step, no_step


class FakeOcr:
    """Finds one line, as large as the image, that tells the image's size."""

    name = "fake"
    device = "cpu"
    scripts: tuple[Script, ...] = ()
    languages: Mapping[str, tuple[Script, ...]] = MappingProxyType({})

    def read(self, image: Image.Image, options: OcrOptions, between_steps: Step = no_step) -> Page:
        """One line of text for any image."""
        width, height = image.size
        outline = ((0.0, 0.0), (float(width), 0.0), (float(width), float(height)), (0.0, float(height)))
        line = TextLine(f"fake {width}x{height}", 1.0, outline)
        return Page(Size(width, height), (line,), self.name, {"rec_texts": [line.text], "rec_scores": [1.0]})


class FakeChart:
    """Answers each chart with a table of its width and height."""

    name = "fake"
    device = "cpu"
    batches = True

    def read(self, charts: Sequence[ChartInput]) -> list[ChartReading]:
        """One table of two rows for each image."""
        return [self._read_one(chart.image) for chart in charts]

    def _read_one(self, image: Image.Image) -> ChartReading:
        rows = tuple(
            (Cell(label), Cell(str(pixels), number=Number(float(pixels))))
            for label, pixels in zip(("width", "height"), image.size, strict=True)
        )
        table = ChartTable((Cell(""), Cell("pixels")), rows, Cell("fake"))
        return ChartReading(table, self.name, Size(*image.size))


class FakeLayout:
    """Finds nothing, and every image upright."""

    name = "fake"
    device = "cpu"

    def find_regions(self, image: Image.Image) -> list[Region]:
        """No region."""
        return []

    def tell_orientation(self, image: Image.Image) -> Orientation:
        """Upright."""
        return Orientation(0, 1.0)

    def read_table_structure(self, image: Image.Image) -> TableStructure:
        """No cell."""
        return TableStructure((), 1.0)

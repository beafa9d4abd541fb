"""Charts with their true tables: of our own renderer, of other libraries, or of a folder with a `gold.json`."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from serve_app.chartgraph.roles import Role
from serve_app.chartgraph.training.renderer import render
from serve_app.chartgraph.training.scene import Scene
from serve_app.chartgraph.words import outline_word
from serve_app.domain import Cell, ChartTable, Number, TextLine
from serve_app.tables.numbers import parse_number

FIRST_SEED = 10_000_000
"""Training stays below this seed."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A chart with its table.

    `source` is who drew it, `kind` what it is called there; `lines` are its exact words, or None where only OCR can
    tell them; `name` tells it from the others of its source; `data` is its file, where it has one.
    """

    source: str
    kind: str
    image: Image.Image
    table: ChartTable
    lines: tuple[TextLine, ...] | None = None
    name: str = ""
    data: bytes = b""

    def encode(self) -> bytes:
        """The chart's own file, or the image as a PNG."""
        if self.data:
            return self.data
        buffer = io.BytesIO()
        self.image.save(buffer, format="png")
        return buffer.getvalue()


def sample_scene(scene: Scene, name: str = "") -> Sample:
    """A chart of our own renderer, with exact words."""
    lines = tuple(TextLine(word.text, 1.0, outline_word(word)) for word in scene.words)
    kind = f"{'stacked ' if scene.stacked else ''}{scene.kind.value}"
    return Sample("own", kind, scene.image, _drop_hidden_units(scene), lines, name)


def _drop_hidden_units(scene: Scene) -> ChartTable:
    """The chart's table without units that are printed nowhere: values without one, and no ticks beside them."""
    if any(word.role is Role.TICK for word in scene.words):
        return scene.table
    rows = tuple(
        (row[0], *(replace(cell, number=parse_number(cell.text)) for cell in row[1:])) for row in scene.table.rows
    )
    return replace(scene.table, rows=rows)


def draw_own(count: int, first: int = 0) -> Iterator[Sample]:
    """Charts of seeds that training does not reach."""
    for seed in range(FIRST_SEED + first, FIRST_SEED + first + count):
        yield sample_scene(render(seed), str(seed))


def read_folder(folder: Path) -> Iterator[Sample]:
    """The charts of a folder: `gold.json` maps a file's name, without `.png`, to source, kind, header and rows."""
    for name, gold in json.loads((folder / "gold.json").read_text()).items():
        data = (folder / f"{name}.png").read_bytes()
        with Image.open(io.BytesIO(data)) as image:
            layer = image.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
        columns = tuple(Cell(str(text)) for text in gold["header"])
        rows = tuple((Cell(str(row[0])), *map(_make_cell, row[1:])) for row in gold["rows"])
        yield Sample(gold["source"], gold["kind"], picture, ChartTable(columns, rows), name=name, data=data)


def _make_cell(value: float | str | None) -> Cell:
    if isinstance(value, int | float):
        return Cell(f"{value:g}", number=Number(float(value)))
    return Cell(value or "")

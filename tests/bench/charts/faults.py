"""Error rates of the gate and of `suspect`: `python -m tests.bench.charts.faults --folder DIR --cache DIR`.

The gate: which charts are refused, and which pictures that are none come back with a kind. `suspect`: which right
values it marks, and which wrong ones it misses. For these the true table stands in for a model's answer, as it is and
with each of its values in turn replaced by a number that is printed nowhere, as a model may make it up.
"""

import argparse
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from PIL import Image

from serve_app.config import AppConfig, ChartConfig, OcrConfig
from serve_app.domain import ChartKind, ChartReading, ChartTable, Number, Size, TextLine
from serve_app.hosting.protocols import ChartInput
from serve_app.pipeline.chart_check import check_values
from serve_app.serving.engines import load_chart
from serve_app.tables.numbers import format_number, parse_number
from tests.bench.charts.cell_checks import check_cells
from tests.bench.charts.readers import CachedOcr, LocalReader
from tests.bench.charts.samples import Sample, read_folder

_TRIES = 20
_ABSURD = 98765.4321

FURTHEST = 0.3
"""Share by which a made-up number is off, at most: further ones are easier to find."""


class Listener:
    """The chart engine, which keeps the words that it was given."""

    name, device, batches = "listener", "cpu", False

    def __init__(self, engine) -> None:
        self._engine = engine
        self.lines: Sequence[TextLine] = ()

    def read(self, charts: Sequence[ChartInput]) -> list[ChartReading]:
        """Read a chart as the engine does."""
        self.lines = charts[0].lines
        return self._engine.read(charts)


def list_pictures(folder: Path) -> Iterator[Sample]:
    """The pictures of a folder, of a kind that is their name up to the first digit or hyphen."""
    for file in sorted(folder.glob("*.png")):
        kind = file.stem.split("-")[0].rstrip("0123456789")
        yield Sample("other", kind, Image.open(file), ChartTable(), name=file.stem, data=file.read_bytes())


def make_up(table: ChartTable, rng: random.Random, lines: Sequence[TextLine]) -> Iterator[tuple[int, int, ChartTable]]:
    """The table with each of its values in turn replaced by one that no text holds: row, column and table."""
    texts = " ".join(line.text for line in lines)
    for r, row in enumerate(table.rows):
        for c, cell in enumerate(row[1:]):
            number = cell.number or parse_number(cell.text)
            if number is None:
                continue
            digits = len(str(number.value).partition(".")[2]) if number.value % 1 else 0
            for _ in range(_TRIES):
                value = round(number.value * (1 + rng.uniform(-FURTHEST, FURTHEST)) + rng.choice((-1, 1)), digits)
                if value != number.value and format_number(replace(number, value=value)).strip("%") not in texts:
                    yield r, c, put(table, r, c, value)
                    break


def put(table: ChartTable, row: int, column: int, value: float) -> ChartTable:
    """The table with another number as one of its values (row, column from 0)."""
    cells = list(table.rows[row])
    cell = cells[1 + column]
    number = replace(cell.number or Number(0.0), value=value)
    cells[1 + column] = replace(cell, text=format_number(number), number=number)
    return replace(table, rows=(*table.rows[:row], tuple(cells), *table.rows[row + 1 :]))


def with_numbers(table: ChartTable) -> ChartTable:
    """The table with the number of each value."""
    rows = [(row[0], *(replace(c, number=c.number or parse_number(c.text)) for c in row[1:])) for row in table.rows]
    return replace(table, rows=tuple(rows))


def mark(table: ChartTable, sample: Sample, lines: Sequence[TextLine]) -> ChartTable:
    """The table of an answer, with its suspect values."""
    return check_values(ChartReading(table, "", Size(*sample.image.size)), lines)[0].table


def main() -> None:
    """Parses the command line, reads, and prints the rates."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, action="append", default=[], help="charts: PNG files with gold.json")
    parser.add_argument("--others", type=Path, action="append", default=[], help="PNG files that are no charts")
    parser.add_argument("--cache", type=Path, required=True, help="folder in which OCR's readings are kept")
    args = parser.parse_args()
    config = AppConfig(ocr=OcrConfig(threads=1), chart=ChartConfig(threads=1))
    engine = Listener(load_chart(config.chart, "cpu"))
    reader = LocalReader(CachedOcr(config, args.cache), engine, config)
    tally: Counter[str] = Counter()
    rng = random.Random(0)
    for folder in args.folder:
        for sample in read_folder(folder):
            table = reader.read(sample).table
            tally["charts"] += 1
            tally["refused"] += table.kind is ChartKind.NONE
            rights = {(check.row, check.column): check.right for check in check_cells(table, sample.table)}
            read = mark(table, sample, engine.lines)
            marked = [(r, c) for r, row in enumerate(read.rows) for c, cell in enumerate(row[1:]) if cell.suspect]
            tally["read: suspect"] += len(marked)
            tally["read: suspect and right"] += sum(rights.get(place, False) for place in marked)
            truth = with_numbers(sample.table)
            plain = mark(truth, sample, engine.lines)
            for r, c, changed in make_up(truth, rng, engine.lines):
                # A number that cannot be there tells whether values are looked for at all.
                if not mark(put(truth, r, c, _ABSURD), sample, engine.lines).rows[r][1 + c].suspect:
                    tally["of charts whose values are mostly not printed"] += 1
                    continue
                tally["made up"] += 1
                tally["made up and suspect"] += mark(changed, sample, engine.lines).rows[r][1 + c].suspect
                tally["true"] += 1
                tally["true and suspect"] += plain.rows[r][1 + c].suspect
    for folder in args.others:
        for sample in list_pictures(folder):
            kind = reader.read(sample).table.kind
            tally["others"] += 1
            tally[f"others: {sample.kind}"] += 1
            if kind is not ChartKind.NONE:
                tally["others let through"] += 1
                print(f"let through: {sample.name} as {kind.value}")
    for name, count in sorted(tally.items()):
        print(f"{name:40} {count}")


if __name__ == "__main__":
    main()

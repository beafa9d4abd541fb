"""What became of the charts that were read: scores by source and kind, and the worst of them as a picture."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw

from serve_app.domain import Cell, ChartTable
from serve_app.tables.export import to_markdown
from serve_app.tables.scores import rms_f1, rnss
from tests.bench.charts.readers import Answer, Reader
from tests.bench.charts.samples import Sample


@dataclass(frozen=True, slots=True)
class Result:
    """A chart, what was read in it, and how close that is."""

    sample: Sample
    answer: Answer
    f1: float
    rnss: float


class Mean(NamedTuple):
    """Means over a group of charts."""

    name: str
    charts: int
    f1: float
    rnss: float


def score_samples(reader: Reader, samples: Iterable[Sample]) -> list[Result]:
    """Reads and scores samples."""
    results = []
    for sample in samples:
        answer = reader.read(sample)
        f1, relative = score_table(answer.table, sample.table), rnss(answer.table, sample.table)
        results.append(Result(sample, answer, f1, relative))
    return results


def score_table(read: ChartTable, gold: ChartTable) -> float:
    """RMS-F1. Of a lone column of values the name does not count: nothing in a chart without a legend may say it."""
    if len(read.columns) == len(gold.columns) == 2:
        read, gold = (replace(table, columns=(table.columns[0], Cell(""))) for table in (read, gold))
    return rms_f1(read, gold).f1


def summarise(results: Sequence[Result]) -> list[Mean]:
    """The means of each source, of each kind of each source, and of all."""
    rows = []
    for source, group in sorted(_group(results, lambda result: result.sample.source).items()):
        rows.append(_average(f"{source}, all", group))
        kinds = _group(group, lambda result: result.sample.kind)
        rows += [_average(f"{source}, {kind}", members) for kind, members in sorted(kinds.items())]
    return [*rows, _average("all", results)] if results else []


def draw_worst(results: Sequence[Result], path: Path, count: int = 10) -> None:
    """A sheet of the samples that were read worst, each with what was read."""
    worst = sorted(results, key=lambda result: result.f1)[:count]
    sheet = Image.new("RGB", (1000, 330 * len(worst)), "white")
    pen = ImageDraw.Draw(sheet)
    for i, result in enumerate(worst):
        sample, picture = result.sample, result.sample.image.convert("RGB")
        picture.thumbnail((480, 320))
        sheet.paste(picture, (5, 330 * i + 5))
        title = f"{sample.source} {sample.kind} {sample.name}  RMS-F1 {result.f1:.3f}"
        pen.text((500, 330 * i + 5), title, fill="red")
        text = to_markdown(result.answer.table).encode("latin-1", "replace").decode("latin-1")
        pen.multiline_text((500, 330 * i + 25), "\n".join(text.splitlines()[:20]), fill="black")
    sheet.save(path)


def _group(results: Sequence[Result], key: Callable[[Result], str]) -> dict[str, list[Result]]:
    groups: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        groups[key(result)].append(result)
    return groups


def _average(name: str, group: Sequence[Result]) -> Mean:
    count = len(group)
    return Mean(name, count, sum(r.f1 for r in group) / count, sum(r.rnss for r in group) / count)

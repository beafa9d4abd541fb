"""Scores ChartGraph on charts it never saw: `python -m serve_app.chartgraph.training.evaluate [--charts N]`."""

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image, ImageDraw

from serve_app.chartgraph.label_separation import separate_labels
from serve_app.chartgraph.modeling import ChartGraphForTableExtraction
from serve_app.chartgraph.processing import ChartGraphProcessor
from serve_app.chartgraph.training.renderer import render
from serve_app.chartgraph.training.scene import Scene
from serve_app.chartgraph.words import outline_word
from serve_app.domain import ChartTable, Size, TextLine
from serve_app.tables.export import to_markdown
from serve_app.tables.scores import rms_f1, rnss

WEIGHTS = Path(__file__).with_name("weights")
FIRST_SEED = 10_000_000
"""Training stays below this seed."""

ReadLines = Callable[[Image.Image], Sequence[TextLine]]


@dataclass(frozen=True, slots=True)
class Sample:
    """A chart with its table; `lines` are its exact words, or None where only OCR can tell them."""

    name: str
    image: Image.Image
    table: ChartTable
    lines: tuple[TextLine, ...] | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a sample."""

    sample: Sample
    table: ChartTable
    f1: float
    rnss: float
    seconds: float


class Reader:
    """The model with its processor, one chart at a time, on the CPU."""

    def __init__(self, weights: Path = WEIGHTS) -> None:
        self.processor = ChartGraphProcessor.from_pretrained(weights)
        self.model = ChartGraphForTableExtraction.from_pretrained(weights).eval()

    def read(self, image: Image.Image, lines: Sequence[TextLine]) -> ChartTable:
        """The table of one chart."""
        lines = separate_labels(image, lines)
        outputs = self.model.generate(**self.processor([image], [lines]))
        return self.processor.post_process_tables(outputs, [lines], [Size(*image.size)])[0]


def sample_scene(scene: Scene) -> Sample:
    """A rendered chart with perfect words."""
    lines = tuple(TextLine(word.text, 1.0, outline_word(word)) for word in scene.words)
    name = f"{'stacked ' if scene.stacked else ''}{scene.kind.value}"
    return Sample(name, scene.image, scene.table, lines)


def score_samples(reader: Reader, samples: Iterable[Sample], ocr: ReadLines | None = None) -> list[Result]:
    """Reads and scores samples, with the words of `ocr` or with exact ones."""
    results = []
    for sample in samples:
        lines = ocr(sample.image) if ocr else sample.lines
        if lines is None:
            continue
        start = time.perf_counter()
        table = reader.read(sample.image, lines)
        seconds = time.perf_counter() - start
        results.append(Result(sample, table, rms_f1(table, sample.table).f1, rnss(table, sample.table), seconds))
    return results


def summarise(results: Sequence[Result]) -> list[tuple[str, int, float, float]]:
    """Name, count, mean RMS-F1 and mean RNSS of each kind, and of all."""
    groups: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        groups[result.sample.name].append(result)
    rows = [(name, group) for name, group in sorted(groups.items())] + [("all", list(results))]
    return [
        (name, len(group), sum(r.f1 for r in group) / len(group), sum(r.rnss for r in group) / len(group))
        for name, group in rows
        if group
    ]


def draw_worst(results: Sequence[Result], path: Path, count: int = 10) -> None:
    """A sheet of the samples that were read worst, each with what was read."""
    worst = sorted(results, key=lambda r: r.f1)[:count]
    sheet = Image.new("RGB", (1000, 330 * len(worst)), "white")
    pen = ImageDraw.Draw(sheet)
    for i, result in enumerate(worst):
        picture = result.sample.image.convert("RGB")
        picture.thumbnail((480, 320))
        sheet.paste(picture, (5, 330 * i + 5))
        pen.text((500, 330 * i + 5), f"{result.sample.name}  RMS-F1 {result.f1:.3f}", fill="red")
        text = to_markdown(result.table).encode("latin-1", "replace").decode("latin-1")
        pen.multiline_text((500, 330 * i + 25), "\n".join(text.splitlines()[:20]), fill="black")
    sheet.save(path)


def main() -> None:
    """Parses the command line, scores, and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--charts", type=int, default=200)
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--worst", type=Path, help="draw the ten worst charts into this PNG")
    parser.add_argument("--json", type=Path, help="write the scores to this file too")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    seeds = range(args.first_seed, args.first_seed + args.charts)
    results = score_samples(Reader(args.weights), (sample_scene(render(seed)) for seed in seeds))
    rows = summarise(results)
    for name, count, f1, relative in rows:
        print(f"{name:24} {count:5d}  RMS-F1 {f1:.3f}  RNSS {relative:.3f}")
    print(f"{1000 * sum(r.seconds for r in results) / len(results):.0f} ms per chart")
    if args.worst:
        draw_worst(results, args.worst)
    if args.json:
        args.json.write_text(json.dumps({name: {"charts": n, "rms_f1": f, "rnss": r} for name, n, f, r in rows}))


if __name__ == "__main__":
    main()

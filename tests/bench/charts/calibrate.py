"""Fits the confidence curves of the bundled model: `python -m tests.bench.charts.calibrate --folder DIR --write`.

The charts are those of matplotlib, Vega-Lite and Plotly, which the model is not trained on, and every second one of
a folder with a `gold.json`; the others of the folder show how well the curves hold. What OCR reads is kept in a folder
(`--cache`).
"""

import argparse
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain, islice
from pathlib import Path

from serve_app.chartgraph import WEIGHTS
from serve_app.chartgraph.assembly import Assembly
from serve_app.chartgraph.calibration import Curves, Ground, calibrate, fit_curve, write_curves
from serve_app.charts.graph_reader import GraphReader
from serve_app.config import AppConfig, ChartConfig, OcrConfig
from serve_app.domain import ChartReading
from serve_app.hosting.protocols import ChartInput
from serve_app.serving.engines import load_chart
from tests.bench.charts import matplotlib_charts, plotly_charts, vega_charts
from tests.bench.charts.cell_checks import Check, check_cells, tabulate
from tests.bench.charts.readers import CachedOcr, LocalReader
from tests.bench.charts.samples import Sample, read_folder

Read = list[tuple[Sample, Assembly]]


class Recorder:
    """The chart engine, which keeps what it assembled before confidences were calibrated."""

    name, device, batches = "recorder", "cpu", False

    def __init__(self, engine) -> None:
        self._engine = engine
        self._reader: GraphReader = engine._reader
        self.assembly: Assembly | None = None

    def read(self, charts: Sequence[ChartInput]) -> list[ChartReading]:
        """Read a chart as the engine does."""
        [self.assembly] = self._reader.assemble(charts)
        return self._engine.read(charts)


def read_all(samples: Iterable[Sample], cache: Path) -> Read:
    """What the pipeline with the bundled model assembles of each chart; pictures that are refused are left out."""
    config = AppConfig(ocr=OcrConfig(threads=1), chart=ChartConfig(threads=1))
    recorder = Recorder(load_chart(config.chart, "cpu"))
    reader = LocalReader(CachedOcr(config, cache), recorder, config)
    read = []
    for sample in samples:
        reader.read(sample)
        if recorder.assembly and not recorder.assembly.refusal:
            read.append((sample, recorder.assembly))
    return read


def fit(read: Read) -> Curves:
    """A curve for each ground on which at least ten values were read."""
    pairs: dict[Ground, list[Check]] = defaultdict(list)
    for sample, assembly in read:
        for check in check_cells(assembly.table, sample.table):
            pairs[assembly.grounds[check.row, check.column]].append(check)
    return {
        ground: fit_curve([check.confidence for check in checks], [check.right for check in checks])
        for ground, checks in pairs.items()
        if len(checks) >= 10
    }


def check_all(read: Read, curves: Curves) -> list[Check]:
    """The values of all charts, with calibrated confidences."""
    return [
        check
        for sample, assembly in read
        for check in check_cells(calibrate(assembly.table, assembly.grounds, curves), sample.table)
    ]


def print_reliability(name: str, checks: Sequence[Check]) -> None:
    """Print the share of right values by confidence, as a row of Markdown."""
    sure = [check.right for check in checks if check.confidence >= 0.9]
    bins = " | ".join(f"{right:.2f} ({count})" if count else "-" for _, _, count, right in tabulate(checks))
    print(f"| {name} | {bins} |")
    share = sum(sure) / len(sure) if sure else 0.0
    print(f"{name}: {len(checks)} cells, {len(sure) / max(len(checks), 1):.1%} at >= 0.9, of which {share:.1%} right")


def draw(checks: dict[str, Sequence[Check]], path: Path) -> None:
    """A reliability plot of some readings, with the diagonal on which confidence is what it says."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 4.2), dpi=110)
    axes = figure.subplots()
    axes.plot((0, 1), (0, 1), color="0.7", linewidth=1)
    for name, some in checks.items():
        rows = [(low, high, right) for low, high, count, right in tabulate(some) if count >= 5]
        axes.plot([(low + high) / 2 for low, high, _ in rows], [right for *_, right in rows], marker="o", label=name)
    axes.set(xlabel="confidence", ylabel="share of cells that are right", xlim=(0, 1), ylim=(0, 1))
    axes.legend()
    figure.tight_layout()
    figure.savefig(path)


def main() -> None:
    """Parses the command line, fits and checks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="PNG files with their gold.json")
    parser.add_argument("--cache", type=Path, required=True, help="folder in which OCR's readings are kept")
    parser.add_argument("--charts", type=int, default=35, help="charts of each library")
    parser.add_argument("--first", type=int, default=5000)
    parser.add_argument("--write", action="store_true", help="keep the curves beside the bundled weights")
    parser.add_argument("--plot", type=Path, help="draw the reliability into this PNG")
    args = parser.parse_args()
    libraries = (matplotlib_charts, vega_charts, plotly_charts)
    drawn = chain.from_iterable(library.draw_samples(args.charts, args.first) for library in libraries)
    folder = list(read_folder(args.folder))
    fitted, held = (
        read_all(samples, args.cache)
        for samples in (chain(drawn, islice(folder, 0, None, 2)), islice(folder, 1, None, 2))
    )
    curves = fit(fitted)
    raw, checked = check_all(held, {}), check_all(held, curves)
    print_reliability("before", raw)
    print_reliability("after", checked)
    if args.write:
        write_curves(curves, WEIGHTS)
    if args.plot:
        draw({"before": raw, "after": checked}, args.plot)


if __name__ == "__main__":
    main()

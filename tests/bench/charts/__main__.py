"""Scores how charts are read: `python -m tests.bench.charts [--url http://127.0.0.1:8000]`.

With `--url` a running service is asked over HTTP; without, the service's pipeline and engines run in this process. The
charts are those of our own renderer with seeds that training does not reach, those of matplotlib, Vega-Lite and Plotly,
which the bundled model was not trained on, and those of any folder with a `gold.json` (`--folder`).
"""

import argparse
import importlib.util
import json
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import httpx

from serve_app.config import AppConfig, ChartConfig, OcrConfig
from serve_app.serving.engines import load_chart
from tests.bench.charts import matplotlib_charts, plotly_charts, vega_charts
from tests.bench.charts.readers import DEADLINE_S, ExactReader, HttpReader, LocalReader, Reader
from tests.bench.charts.results import draw_worst, score_samples, summarise
from tests.bench.charts.samples import Sample, draw_own, read_folder

DRAWN: dict[str, Callable[[int, int], Iterator[Sample]]] = {
    "own": draw_own,
    "matplotlib": matplotlib_charts.draw_samples,
    "vega": vega_charts.draw_samples,
    "plotly": plotly_charts.draw_samples,
}


def main() -> None:
    """Parses the command line, scores, and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="a running service; without it the engines run in this process")
    parser.add_argument("--exact", action="store_true", help="without OCR: give the model the exact words, where known")
    parser.add_argument("--only", nargs="*", choices=tuple(DRAWN), help="draw these charts only (none: draw no charts)")
    parser.add_argument("--charts", type=int, default=60, help="charts of each renderer")
    parser.add_argument("--first", type=int, default=0, help="number of the first chart: another one, other charts")
    parser.add_argument("--folder", type=Path, action="append", default=[], help="PNG files with their gold.json")
    parser.add_argument("--weights", default="bundled", help="folder of other weights; in this process only")
    parser.add_argument("--plain", action="store_true", help="as with ocr.enlarge_charts: false; in this process only")
    parser.add_argument("--precision", choices=("auto", "float32", "bfloat16"), default="auto", help="of the OCR")
    parser.add_argument("--cache", type=Path, help="keep what OCR reads in this folder; in this process only")
    parser.add_argument("--worst", type=Path, help="draw the ten worst charts into this PNG")
    parser.add_argument("--json", type=Path, help="write the scores to this file too")
    args = parser.parse_args()
    with httpx.Client(base_url=args.url, timeout=DEADLINE_S) if args.url else nullcontext() as http:
        results = score_samples(HttpReader(http) if http else load_reader(args), draw_charts(args))
    means = summarise(results)
    for name, count, f1, relative in means:
        print(f"{name:32} {count:5d}  RMS-F1 {f1:.3f}  RNSS {relative:.3f}")
    if results:
        print(f"{1000 * sum(r.answer.seconds for r in results) / len(results):.0f} ms per chart")
    if args.worst and results:
        draw_worst(results, args.worst)
    if args.json:
        args.json.write_text(json.dumps([mean._asdict() for mean in means], indent=1))


def load_reader(args: argparse.Namespace) -> Reader:
    """The engines in this process, with the service's settings."""
    chart = ChartConfig(model=args.weights, profile="chart-graph", threads=1)
    if args.exact:
        return ExactReader(load_chart(chart, "cpu"))
    ocr = OcrConfig(enlarge_charts=not args.plain, threads=1, cpu_precision=args.precision)
    config = AppConfig(ocr=ocr, chart=chart)
    return LocalReader.load(config, args.cache)


def draw_charts(args: argparse.Namespace) -> Iterator[Sample]:
    """The charts that were asked for; with `--exact`, those whose words are known."""
    for name, draw in DRAWN.items():
        if args.only is not None and name not in args.only:
            continue
        if name == "plotly" and importlib.util.find_spec("plotly") is None:
            print("plotly: left out, it is not installed: pip install '.[bench]'")
            continue
        yield from (sample for sample in draw(args.charts, args.first) if sample.lines is not None or not args.exact)
    for folder in args.folder:
        yield from (sample for sample in read_folder(folder) if not args.exact)


if __name__ == "__main__":
    main()

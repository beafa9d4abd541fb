"""Scores the bundled chart model: `python -m tests.bench.charts [--ocr]`.

On charts of its own renderer that it never saw, and on those of matplotlib, Vega-Lite and Plotly, which it was not
trained on; with exact words, or with what OCR reads (Vega-Lite and Plotly: only so).
"""

import argparse
import importlib.util
from collections.abc import Sequence
from pathlib import Path

import torch

from serve_app.chartgraph.training.evaluate import (
    FIRST_SEED,
    WEIGHTS,
    Reader,
    Result,
    draw_worst,
    sample_scene,
    score_samples,
    summarise,
)
from serve_app.chartgraph.training.renderer import render
from serve_app.config import OcrConfig
from tests.bench.charts import matplotlib_charts, plotly_charts, vega_charts
from tests.bench.charts.ocr import make_ocr


def is_cyrillic(result: Result) -> bool:
    """Whether a chart has labels that PP-OCRv6 small does not know the letters of."""
    table = result.sample.table
    cells = (cell for row in (table.columns, *table.rows) for cell in row)
    return any("\u0400" <= character <= "\u04ff" for cell in cells for character in cell.text)


def print_mean(name: str, results: Sequence[Result]) -> None:
    """Print the mean RMS-F1."""
    print(f"{name:28} {len(results):5d}  RMS-F1 {sum(result.f1 for result in results) / len(results):.3f}", flush=True)


def main() -> None:
    """Parses the command line, scores, and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--charts", type=int, default=120, help="charts of each renderer")
    parser.add_argument("--ocr", action="store_true", help="read the words with PaddleOCR rather than take exact ones")
    parser.add_argument("--plain", action="store_true", help="with --ocr, as with ocr.enlarge_charts: false")
    parser.add_argument("--only", choices=("own", "matplotlib", "vega", "plotly"))
    parser.add_argument("--first", type=int, default=0, help="number of the first chart: another one, other charts")
    parser.add_argument("--worst", type=Path, help="draw the ten worst charts into this PNG")
    args = parser.parse_args()
    torch.set_num_threads(1)
    reader, ocr = Reader(args.weights), make_ocr(OcrConfig(enlarge_charts=not args.plain)) if args.ocr else None
    drawn = {
        "own": lambda: (sample_scene(render(FIRST_SEED + args.first + i)) for i in range(args.charts)),
        "matplotlib": lambda: matplotlib_charts.draw_samples(args.charts, args.first),
        "vega": lambda: vega_charts.draw_samples(args.charts, args.first),
        "plotly": lambda: plotly_charts.draw_samples(args.charts, args.first),
    }
    if importlib.util.find_spec("plotly") is None:
        del drawn["plotly"]
        print("plotly: left out, it is not installed: pip install '.[bench]'")
    results = []
    for name, draw in drawn.items():
        if args.only in (None, name) and (args.ocr or name not in {"vega", "plotly"}):
            scores = score_samples(reader, draw(), ocr)
            results += scores
            print_mean(f"{name}, all", scores)
            if any(map(is_cyrillic, scores)):
                print_mean(f"{name}, without Cyrillic", [score for score in scores if not is_cyrillic(score)])
    for name, count, f1, relative in summarise(results):
        print(f"{name:28} {count:5d}  RMS-F1 {f1:.3f}  RNSS {relative:.3f}")
    print(f"{1000 * sum(r.seconds for r in results) / len(results):.0f} ms per chart")
    if args.worst:
        draw_worst(results, args.worst)


if __name__ == "__main__":
    main()

"""Scores the bundled model on its own renderer's charts and on matplotlib's, with exact words or with OCR's."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch
from PIL import Image

from serve_app.config import OcrConfig
from serve_app.domain import OcrOptions, TextLine
from serve_app.engines.base import load_ocr
from serve_app.models.chart.evaluate import (
    FIRST_SEED,
    WEIGHTS,
    Reader,
    ReadLines,
    draw_worst,
    sample_scene,
    score_samples,
    summarise,
)
from serve_app.models.chart.renderer import render
from tests.bench.charts.matplotlib_charts import draw_samples


def make_ocr() -> ReadLines:
    """The installed OCR with word boxes and upright text, as the service calls it for charts."""
    engine = load_ocr(OcrConfig(), "cpu")

    def read(image: Image.Image) -> Sequence[TextLine]:
        return engine.read(image, OcrOptions(return_word_box=True, upright=True)).lines

    return read


def main() -> None:
    """Parses the command line, scores, and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--charts", type=int, default=120, help="charts of each renderer")
    parser.add_argument("--ocr", action="store_true", help="read the words with PaddleOCR rather than take exact ones")
    parser.add_argument("--only", choices=("own", "matplotlib"))
    parser.add_argument("--worst", type=Path, help="draw the ten worst charts into this PNG")
    args = parser.parse_args()
    torch.set_num_threads(1)
    reader, ocr = Reader(args.weights), make_ocr() if args.ocr else None
    results = []
    if args.only != "matplotlib":
        own = (sample_scene(render(seed)) for seed in range(FIRST_SEED, FIRST_SEED + args.charts))
        results += score_samples(reader, own, ocr)
    if args.only != "own":
        results += score_samples(reader, draw_samples(args.charts), ocr)
    for name, count, f1, relative in summarise(results):
        print(f"{name:28} {count:5d}  RMS-F1 {f1:.3f}  RNSS {relative:.3f}")
    print(f"{1000 * sum(r.seconds for r in results) / len(results):.0f} ms per chart")
    if args.worst:
        draw_worst(results, args.worst)


if __name__ == "__main__":
    main()

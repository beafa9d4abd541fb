"""Reads charts for the training of the bundled model: `python -m tests.bench.charts.readings --out FILE`.

Draws the charts of some seeds and keeps them with what OCR reads on them, as it is and parted into labels. The training
then mixes these charts with freshly drawn ones: `python -m serve_app.chartgraph.training.train --readings FILE …`.
Several of these commands, with seeds and files of their own, use several cores. Goes on where it was stopped.
"""

import argparse
import random
import time
from pathlib import Path

from serve_app.chartgraph.label_separation import separate_labels
from serve_app.chartgraph.training.dataset import is_skipped, try_render
from serve_app.chartgraph.training.ocr_readings import load_readings, make_reading, save_reading
from serve_app.config import OcrConfig
from tests.bench.charts.ocr import make_ocr


def main() -> None:
    """Parses the command line and reads."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="a file of JSON lines, which is added to")
    parser.add_argument("--first-seed", type=int, default=5_000_000)
    parser.add_argument("--charts", type=int, default=2000)
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of the OCR")
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    args = parser.parse_args()
    done = {reading.seed for reading in load_readings([args.out] if args.out.exists() else [])}
    read = make_ocr(OcrConfig(threads=args.threads, cpu_precision=args.precision))
    started, count = time.monotonic(), 0
    for seed in range(args.first_seed, args.first_seed + args.charts):
        scene = None if seed in done else try_render(seed)
        if scene is None or is_skipped(scene, random.Random(seed)):
            continue
        lines = read(scene.image.convert("RGB"))
        save_reading(make_reading(seed, scene, lines, separate_labels(scene.image, lines)), args.out)
        count += 1
        if count % 100 == 0:
            print(f"{count} charts, {(time.monotonic() - started) / count:.2f} s each", flush=True)


if __name__ == "__main__":
    main()

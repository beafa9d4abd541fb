"""What each setting of the OCR gives on a CPU: `python -m tests.bench.ocr_settings`.

The bare engine, with no service, reads dense pages with one setting changed at a time, in processes that share the
machine's cores: pages a second, CPU seconds a page, and the character error rate against the texts of the first row.
All settings are measured in turn, `--rounds` times; the medians are printed.
"""

import argparse
from collections import defaultdict
from dataclasses import dataclass
from statistics import median

import psutil

from serve_app.config import OcrConfig
from tests.bench.throughput import limit
from tests.bench.throughput.load import Outcome
from tests.bench.throughput.meter import Usage, metered
from tests.bench.throughput.table import count_errors
from tests.bench.throughput.workloads import draw_images

CORES = psutil.cpu_count() or 1


@dataclass(frozen=True)
class Setting:
    """A config and how many processes run it at once."""

    name: str
    config: OcrConfig
    processes: int = CORES


def list_settings() -> list[Setting]:
    """What is compared; the first is the reference of the texts."""
    thin = OcrConfig(threads=1)
    changed = [
        ("ONNX Runtime", {"cpu_runtime": "onnxruntime"}),
        ("bfloat16", {"cpu_precision": "bfloat16"}),
        *((f"{size} lines at once", {"recognition_batch": size}) for size in (6, 16)),
        *((f"detection at {side} px", {"detection_long_side": side}) for side in (1280, 960)),
    ]
    return [
        Setting("OpenVINO, one line at once, full size", thin),
        *(Setting(name, thin.model_copy(update=change)) for name, change in changed),
        Setting(f"one process of {CORES} threads", OcrConfig(threads=CORES), 1),
        Setting(f"{CORES} processes of {CORES} threads", OcrConfig(threads=CORES)),
    ]


def measure(setting: Setting, images: list[bytes], seconds: float) -> tuple[Outcome, Usage]:
    """Read the images for some seconds."""
    with limit.start_engines(setting.processes, setting.config) as engines:
        limit.measure(engines, images[:1], 1)  # warm
        with metered(psutil.Process().pid) as usage:
            outcome = limit.measure(engines, images, seconds)
    return outcome, usage


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=2)
    args = parser.parse_args()
    images = draw_images("pages")
    measured: dict[str, list[tuple[Outcome, Usage]]] = defaultdict(list)
    for turn in range(args.rounds):
        for setting in list_settings():
            measured[setting.name].append(measure(setting, images, args.seconds))
            print(f"round {turn + 1}: {setting.name}", flush=True)
    reference = next(iter(measured.values()))[0][0]
    print(f"{'':40} {'pages/s':>8} {'CPU s each':>10} {'CER':>7}")
    for name, runs in measured.items():
        rate = median(outcome.per_second for outcome, _ in runs)
        cpu = median(usage.cpu_s / len(outcome.ends) for outcome, usage in runs)
        print(f"{name:40} {rate:8.3f} {cpu:10.2f} {count_errors(runs[0][0], reference):7.2%}")


if __name__ == "__main__":
    main()

"""What batches of charts gain: `python -m tests.bench.chart_batch`.

Reads the same rendered charts through the deployment's queue one by one and in batches of 2, 4 and 8, in turns, with
the bundled model (exact words), and with one that generates: MinerU2.5's architecture with random weights, which never
end an answer, so that each takes `--tokens` tokens. `--shape mineru --device gpu` takes its full size.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import torch

from serve_app.chartgraph.training.renderer import render
from serve_app.charts.transformers_chart import TransformersChart
from serve_app.config import ChartConfig, RecycleConfig
from serve_app.hosting.chart_queue import ChartQueue
from serve_app.hosting.model_thread import ModelThread
from serve_app.hosting.protocols import ChartInput
from tests.bench.charts.samples import FIRST_SEED, sample_scene
from tests.unit.charts.tiny import save_qwen2_vl

SIZES = (1, 2, 4, 8)


def draw_charts(count: int) -> list[ChartInput]:
    """Charts of all kinds and sizes, with exact words."""
    samples = (sample_scene(render(FIRST_SEED + 80_000_000 + i)) for i in range(count))
    return [ChartInput(sample.image, sample.lines or ()) for sample in samples]


def never_end(source: Path) -> None:
    """Take the end token from a model's settings: random weights may write it by chance."""
    settings = source / "generation_config.json"
    kept = {name: value for name, value in json.loads(settings.read_text()).items() if name != "eos_token_id"}
    settings.write_text(json.dumps(kept))


def time_batches(engine: TransformersChart, charts: Sequence[ChartInput], rounds: int) -> dict[int, list[float]]:
    """Seconds that all charts take, for each batch size and round; a first round, not counted, warms up."""
    model = ModelThread(lambda: engine, call_limit_s=3600, recycle=RecycleConfig())
    seconds: dict[int, list[float]] = {size: [] for size in SIZES}

    async def read_all(size: int) -> float:
        queue = ChartQueue(model, size=size, pixels=size * 4096**2)
        started = time.perf_counter()
        await asyncio.gather(*(queue.read(chart) for chart in charts))
        return time.perf_counter() - started

    for turn in range(1 + rounds):
        for size in SIZES:
            taken = asyncio.run(read_all(size))
            if turn:
                seconds[size].append(taken)
    return seconds


def print_rates(name: str, count: int, seconds: dict[int, list[float]]) -> None:
    """Charts a second in the median round, and the median of the rounds' gains over one by one."""
    for size, taken in seconds.items():
        gain = median(alone / together for alone, together in zip(seconds[1], taken, strict=True))
        print(f"{name:24} batch {size}  {count / median(taken):8.2f} charts/s  x {gain:.2f}")


def main() -> None:
    """Parses the command line, reads, and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("bundled", "generating"))
    parser.add_argument("--charts", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tokens", type=int, default=256, help="tokens of each generated answer")
    parser.add_argument("--shape", choices=("small", "mineru"), default="small")
    parser.add_argument("--device", choices=("cpu", "gpu"), default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    charts = draw_charts(args.charts)
    if args.only != "generating":
        engine = TransformersChart(ChartConfig(threads=args.threads), args.device)
        print_rates("bundled", len(charts), time_batches(engine, charts, args.rounds))
    if args.only != "bundled":
        with TemporaryDirectory() as folder:
            mineru = args.shape == "mineru"
            source = save_qwen2_vl(
                Path(folder, "MinerU2.5-2509-1.2B"),
                layers=4,
                mineru=mineru,
                dtype=torch.bfloat16 if mineru else torch.float32,
            )
            never_end(source)
            config = ChartConfig(model=str(source), threads=args.threads, max_new_tokens=args.tokens, num_gpus=1)
            engine = TransformersChart(config, args.device)
            print_rates(f"generating, {args.shape}", len(charts), time_batches(engine, charts, args.rounds))


if __name__ == "__main__":
    main()

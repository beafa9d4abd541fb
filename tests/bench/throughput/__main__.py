"""Throughput beside the bare engine and the peers: `python -m tests.bench.throughput`.

Starts the contestants one after the other, on the loopback interface, with the same weights. Each reads every workload
for some seconds with 1, 4 and 16 clients that post again once they are answered (saturation), and, with `--rate-share`,
at a rate of arrivals that depends on no answer: that share of what the bare engine reads. Prints a table and draws a
plot. `limit` is the bare engine: with one client one process on all cores, with more one process for each core.
"""

import argparse
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import psutil

from serve_app.config import OcrConfig
from tests.bench.throughput import limit
from tests.bench.throughput.contestants import CONTESTANTS, Contestant
from tests.bench.throughput.load import Load, Outcome, generate
from tests.bench.throughput.meter import metered
from tests.bench.throughput.plot import draw
from tests.bench.throughput.process import NotInstalled
from tests.bench.throughput.table import Row, print_head, print_row
from tests.bench.throughput.workloads import draw_images

WORKLOADS = ("pages", "charts", "mix")
PLOT = Path(__file__).with_name("throughput.png")


def main() -> None:
    """Run what the command line asks for."""
    options = _parse()
    images = {workload: draw_images(workload) for workload in options.workloads}
    rows: list[Row] = []
    print_head()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as generator:
        for _ in range(options.rounds):
            for name in options.contestants:
                for row in _measure(name, images, options, generator, rows):
                    print_row(row, rows)
                    rows.append(row)
    if options.plot:
        draw(rows, options.plot)


def _measure(
    name: str,
    images: dict[str, list[bytes]],
    options: argparse.Namespace,
    generator: ProcessPoolExecutor,
    rows: list[Row],
) -> Iterator[Row]:
    if name == "limit":
        yield from _measure_limit(images, options)
        return
    try:
        with tempfile.TemporaryDirectory() as folder, CONTESTANTS[name](Path(folder), options.cores) as contestant:
            for workload, pictures in images.items():
                yield from _measure_service(name, contestant, workload, pictures, options, generator, rows)
    except NotInstalled as error:
        print(f"{name}: left out, it cannot be installed here: {error}")


def _measure_limit(images: dict[str, list[bytes]], options: argparse.Namespace) -> Iterator[Row]:
    pid = psutil.Process().pid
    splits = {(1, options.cores) if clients == 1 else (options.cores, 1) for clients in options.clients}
    for processes, threads in sorted(splits):
        with limit.start_engines(processes, OcrConfig(threads=threads)) as engines:
            limit.measure(engines, [images[options.workloads[0]][0]], 1)  # warm
            for workload, pictures in images.items():
                with metered(pid) as usage:
                    outcome = limit.measure(engines, pictures, options.seconds)
                yield Row("limit", workload, processes, 0.0, outcome, usage)


def _measure_service(
    name: str,
    contestant: Contestant,
    workload: str,
    pictures: list[bytes],
    options: argparse.Namespace,
    generator: ProcessPoolExecutor,
    rows: list[Row],
) -> Iterator[Row]:
    messages = tuple(contestant.wrap(picture) for picture in pictures)

    def run(seconds: float, clients: int, rate: float = 0.0) -> Outcome:
        load = Load(contestant.url, messages, contestant.read_texts, seconds, clients, rate)
        return generator.submit(generate, load).result()

    run(1, max(options.clients))  # warm
    bound = max((row.outcome.per_second for row in rows if row.is_limit(workload)), default=0.0)
    ways = [(clients, 0.0) for clients in options.clients]
    if options.rate_share and bound:
        ways.append((0, options.rate_share * bound))
    for clients, rate in ways:
        with metered(contestant.pid) as usage:
            outcome = run(options.seconds, clients, rate)
        yield Row(name, workload, clients, rate, outcome, usage)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = ("limit", *CONTESTANTS)
    parser.add_argument("--contestants", nargs="+", choices=names, default=names)
    parser.add_argument("--workloads", nargs="+", choices=WORKLOADS, default=WORKLOADS)
    parser.add_argument("--clients", nargs="+", type=int, default=(1, 4, 16))
    parser.add_argument("--seconds", type=float, default=20.0, help="of each measurement; answers then still come in")
    parser.add_argument("--rate-share", type=float, default=0.6, help="open load, as a share of the limit; 0 for none")
    parser.add_argument("--rounds", type=int, default=1, help="all of it again, to see how steady the machine is")
    parser.add_argument("--cores", type=int, default=psutil.cpu_count(), help="processes or threads a contestant gets")
    parser.add_argument("--plot", type=Path, default=PLOT)
    return parser.parse_args()


if __name__ == "__main__":
    main()

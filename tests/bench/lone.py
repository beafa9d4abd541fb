"""What the service adds to a lone request: `python -m tests.bench.lone`.

The bare engine reads dense pages on its own, then in turn with the shipped service, then on its own again. Beside the
service, which has nothing to do then, it is slower than on its own, by what Ray's processes take in the background: all
of that where the model's threads take every core, nothing where a core is left for the rest. Both are measured.
"""

import argparse
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Literal

import psutil

from serve_app.config import OcrConfig
from tests.bench.throughput import limit
from tests.bench.throughput.workloads import draw_images
from tests.service import Service, shipped_config, start_service

BAR_S, BAR_SHARE = 0.015, 0.03
"""What a request may take longer than the engine: seconds, and a share of the engine's time."""


def read_bare(engine: Connection, page: bytes) -> float:
    """Seconds in which the bare engine reads a page that is decoded already."""
    [latency] = limit.measure([engine], [page], 0.001).latencies
    return latency


def read_served(service: Service, page: bytes) -> float:
    """Seconds from the post to the answer."""
    started = time.monotonic()
    service.http.post("/v1/ocr", content=page, headers={"content-type": "image/png"}).raise_for_status()
    return time.monotonic() - started


def compare(threads: int | Literal["auto"], pages: list[bytes]) -> None:
    """Measure an engine of so many threads, and print what the service adds; `auto` is held against all cores."""
    config = shipped_config()
    application = config["applications"][0]
    application["args"]["ocr"]["threads"] = threads
    for deployment in application["deployments"]:
        if deployment["name"] == "Ocr":
            deployment["autoscaling_config"] |= {"min_replicas": 1, "max_replicas": 1}
    bare = psutil.cpu_count() or 1 if threads == "auto" else threads
    with limit.start_engines(1, OcrConfig(threads=bare)) as [engine]:
        read_bare(engine, pages[0])  # warm
        alone = [read_bare(engine, page) for page in pages]
        with tempfile.TemporaryDirectory() as folder, start_service(config, Path(folder)) as service:
            for page in pages[:4]:
                read_served(service, page)
            pairs = [(read_bare(engine, page), read_served(service, page)) for page in pages]
        alone += [read_bare(engine, page) for page in pages]
    engine_s, beside_s, request_s = median(alone), median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
    print(
        f"{threads:>7} {engine_s:>8.3f} {beside_s:>11.3f} {request_s:>10.3f} {1000 * (request_s - beside_s):>13.0f} "
        f"{1000 * (request_s - engine_s):>8.0f} {1000 * (BAR_S + BAR_SHARE * engine_s):>7.0f}",
        flush=True,
    )


def parse_threads(text: str) -> int | Literal["auto"]:
    """A value of `ocr.threads`."""
    return "auto" if text == "auto" else int(text)


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=16, help="of each kind")
    parser.add_argument("--threads", type=parse_threads, nargs="+", default=(1, "auto"), help="of the model")
    args = parser.parse_args()
    pages = draw_images("pages")
    print("threads engine s beside Ray request s own share, ms all, ms bar, ms")
    for threads in args.threads:
        compare(threads, [pages[number % len(pages)] for number in range(args.requests)])


if __name__ == "__main__":
    main()

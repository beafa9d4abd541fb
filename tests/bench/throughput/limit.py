"""The limit: the bare engine in processes of its own, with no service around it and its images already decoded."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from multiprocessing import get_context
from multiprocessing.connection import Connection

from PIL import Image

from serve_app.config import OcrConfig
from serve_app.domain import OcrOptions
from serve_app.serving.engines import load_ocr
from tests.bench.throughput.load import Outcome


@contextmanager
def start_engines(processes: int, config: OcrConfig) -> Iterator[list[Connection]]:
    """Load an engine in each of some processes; a pair of images and seconds sent to one makes it read."""
    context = get_context("spawn")
    pipes = [context.Pipe() for _ in range(processes)]
    workers = [context.Process(target=_work, args=(theirs, config), daemon=True) for _, theirs in pipes]
    for worker in workers:
        worker.start()
    try:
        for ours, _ in pipes:
            ours.recv()
        yield [ours for ours, _ in pipes]
    finally:
        for worker in workers:
            worker.terminate()
            worker.join()


def measure(engines: list[Connection], images: list[bytes], seconds: float) -> Outcome:
    """Let all engines read the images, in turn and without a pause."""
    for number, engine in enumerate(engines):
        engine.send((images[number:] + images[:number], seconds))
    parts: list[Outcome] = [engine.recv() for engine in engines]
    total = Outcome(min(part.started for part in parts))
    for number, part in enumerate(parts):
        total.ends += part.ends
        total.latencies += part.latencies
        total.failures += part.failures
        total.texts.update({(image + number) % len(images): texts for image, texts in part.texts.items()})
    return total


def _work(pipe: Connection, config: OcrConfig) -> None:
    engine = load_ocr(config, "cpu")
    pipe.send("loaded")
    while True:
        try:
            images, seconds = pipe.recv()
        except EOFError:
            sys.exit()
        decoded = [Image.open(BytesIO(image)).convert("RGB") for image in images]
        outcome = Outcome()
        while (scheduled := time.monotonic()) - outcome.started < seconds:
            image = len(outcome.ends) % len(decoded)
            page = engine.read(decoded[image], OcrOptions())
            outcome.record(image, [line.text for line in page.lines], scheduled)
        pipe.send(outcome)

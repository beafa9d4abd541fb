"""Whole documents: `python -m tests.bench.documents`.

Starts the shipped config, or takes the service at `--url` (with `--pid` of its `serve run`, for CPU and memory), and
measures `/v1/document` over HTTP on documents that are drawn here: quality against what is known of them, digital,
scanned at 150 dpi and turned; pages a second and CPU seconds a page with 1 and 4 clients, beside PDFium alone and the
bare OCR engine; the memory of each process over a document of 400 pages; and a peer on the same digital documents.
"""

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil

from tests.bench.documents import report
from tests.bench.documents.floor import measure_ocr, measure_pdfium
from tests.bench.documents.memory import measure_memory
from tests.bench.documents.pages import KINDS, draw_document, draw_documents
from tests.bench.documents.peer import measure_peer
from tests.bench.documents.quality import Quality, measure_quality
from tests.bench.documents.scans import scan
from tests.bench.documents.speed import Speed, measure_speed
from tests.bench.documents.target import LocalTarget, Target, find_target
from tests.bench.documents.truth import TrueDocument
from tests.bench.documents.worst import save_worst
from tests.bench.throughput.process import NotInstalled

PARTS = ("quality", "scans", "turned", "speed", "memory", "peer")
CORES = psutil.cpu_count() or 1


def main() -> None:
    """Run what the command line asks for."""
    options = _parse()
    result: dict[str, Any] = {"quality": [], "speed": [], "memory": None}
    if options.local:
        _finish(list(_measure_qualities(LocalTarget(), options, result)), options, result)
        return
    with find_target(options.url, options.pid) as target:
        qualities = list(_measure_qualities(target, options, result))
        if "speed" in options.parts:
            report.print_speed_head()
            for speed in _measure_speeds(target, options):
                report.print_speed(speed)
                result["speed"].append(report.describe_speed(speed))
        if "memory" in options.parts:
            long = draw_document("two columns", options.first, options.memory_pages)
            memory = measure_memory(target, draw_document("two columns", options.first).data, long.data)
            report.print_memory(memory)
            result["memory"] = {"pages": memory.pages, "idle": memory.idle, "peak": memory.peak, "after": memory.after}
    _finish(qualities, options, result)


def _finish(qualities: list[Quality], options: argparse.Namespace, result: dict[str, Any]) -> None:
    if options.worst:
        save_worst(qualities, options.worst, options.worst_pages)
    if options.json:
        options.json.write_text(json.dumps(result, indent=1))


def _measure_qualities(
    target: Target | LocalTarget, options: argparse.Namespace, result: dict[str, Any]
) -> Iterator[Quality]:
    documents = list(draw_documents(options.documents, options.first, tuple(options.kinds)))
    some = documents[:: options.documents]
    ways: dict[str, Callable[[], list[Quality]]] = {
        "quality": lambda: measure_quality(target, "digital", documents),
        "scans": lambda: measure_quality(target, "scanned", map(scan, documents)),
        "turned": lambda: [
            quality
            for turn in (90, 180, 270)
            for quality in measure_quality(target, f"turned {turn}°", (scan(each, turn) for each in some), turn)
        ],
    }
    report.print_quality_head()
    for part, measure in ways.items():
        if part not in options.parts:
            continue
        for quality in measure():
            row = ("service", quality.way, quality.kind, len(quality.pages), quality.scores)
            report.print_quality(*row)
            result["quality"].append(report.describe_quality(*row))
            yield quality
    if "peer" in options.parts:
        _measure_peer(documents, result)


def _measure_peer(documents: list[TrueDocument], result: dict[str, Any]) -> None:
    try:
        peer = measure_peer(documents)
    except NotInstalled as error:
        print(f"{'PyMuPDF4LLM'}: left out, it cannot be installed here: {error}")
        return
    for kind, scores in peer.scores.items():
        pages = sum(len(document.pages) for document in documents if document.kind == kind)
        report.print_quality(peer.speed.who, "digital", kind, pages, scores)
        result["quality"].append(report.describe_quality(peer.speed.who, "digital", kind, pages, scores))
    report.print_speed_head()
    report.print_speed(peer.speed)
    result["speed"].append(report.describe_speed(peer.speed))


def _measure_speeds(target: Target, options: argparse.Namespace) -> Iterator[Speed]:
    digital = draw_document("two columns", options.first, options.speed_pages)
    scanned = scan(draw_document("one column", options.first, max(1, options.speed_pages // 8)))
    yield measure_pdfium(digital.data)
    yield measure_ocr(scanned.data, CORES)
    for what, document in (("digital", digital), ("scanned", scanned)):
        target.read(draw_document("one column", options.first, 1).data)  # warm
        for clients in options.clients:
            yield measure_speed(target, what, document.data, clients)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", help="of a running service; without, the shipped config is started")
    parser.add_argument("--pid", type=int, help="the process of the service at --url, if it runs on this machine")
    parser.add_argument("--local", action="store_true", help="the pipeline in this process; without speed and memory")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=tuple(KINDS))
    parser.add_argument("--documents", type=int, default=2, help="of each kind, of four pages")
    parser.add_argument("--first", type=int, default=0, help="seed of the first document of each kind")
    parser.add_argument("--clients", nargs="+", type=int, default=(1, 4))
    parser.add_argument("--speed-pages", type=int, default=40, help="of the digital document; a scanned one has 1/8")
    parser.add_argument("--memory-pages", type=int, default=400)
    parser.add_argument("--worst", type=Path, help="a folder for pictures and answers of the worst pages")
    parser.add_argument("--worst-pages", type=int, default=10)
    parser.add_argument("--json", type=Path, help="a file for all numbers")
    options = parser.parse_args()
    if options.local and {"speed", "memory"} & set(options.parts):
        parser.error("--local measures quality alone: name its --parts")
    return options


if __name__ == "__main__":
    main()

"""The measurements as tables on the terminal, and as JSON."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from tests.bench.documents.memory import Memory
from tests.bench.documents.quality import Quality
from tests.bench.documents.scores import Scores
from tests.bench.documents.speed import Speed

MEASURES = (
    *("words", "order", "characters", "cells", "values", "figures", "false figures", "charts", "others", "turned"),
    "unread",
)
MIB = 1 << 20


def print_quality_head() -> None:
    """Print the names of the columns. Those from `others` on, `characters` and `false figures` count what is wrong."""
    print(f"{'read by':12} {'given':12} {'kind':14} {'pages':>5} " + " ".join(f"{name:>13}" for name in MEASURES))


def print_quality(who: str, way: str, kind: str, pages: int, scores: Scores) -> None:
    """Print the shares of one kind of document, each with the number that it is a share of."""
    cells = []
    for name in MEASURES:
        count = scores.counts.get(name)
        known = count is not None and count.share is not None
        cells.append(f"{count.share:.4f}/{count.total:.0f}" if count is not None and known else "-")
    print(f"{who:12} {way:12} {kind:14} {pages:>5} " + " ".join(f"{cell:>13}" for cell in cells), flush=True)


def print_speed_head() -> None:
    """Print the names and units of the columns."""
    print(f"\n{'who':14} {'what':10} {'clients':>7} {'pages':>5} {'pages/s':>8} {'CPU s/page':>10} {'others':>7}")


def print_speed(speed: Speed) -> None:
    """Print one measurement."""
    cpu = "-" if speed.cpu_per_page is None else f"{speed.cpu_per_page:.3f}"
    others = "-" if speed.others is None else f"{speed.others:.2f}"
    print(
        f"{speed.who:14} {speed.what:10} {speed.clients:>7} {speed.pages:>5} {speed.per_second:>8.2f} {cpu:>10} "
        f"{others:>7}",
        flush=True,
    )


def print_memory(memory: Memory) -> None:
    """Print the resident memory of each role in MiB."""
    print(f"\nResident memory in MiB over a document of {memory.pages} pages")
    print(f"{'role':14} {'idle':>7} {'peak':>7} {'grown':>7} {'after':>7}")
    for role in sorted(memory.peak | memory.idle):
        sizes = (memory.idle.get(role, 0), memory.peak.get(role, 0), memory.grown(role), memory.after.get(role, 0))
        print(f"{role:14} " + " ".join(f"{size / MIB:>7.0f}" for size in sizes), flush=True)


def describe_quality(who: str, way: str, kind: str, pages: int, scores: Scores) -> dict[str, Any]:
    """The same as `print_quality`, for the JSON file."""
    counts = {name: {"hits": count.hits, "total": count.total} for name, count in scores.counts.items()}
    return {"who": who, "way": way, "kind": kind, "pages": pages, "scores": counts}


def describe_speed(speed: Speed) -> dict[str, Any]:
    """A measurement for the JSON file."""
    return asdict(speed) | {"pages_per_second": speed.per_second, "cpu_s_per_page": speed.cpu_per_page}


def merge(qualities: Iterable[Quality]) -> Scores:
    """The scores of all kinds together."""
    total = Scores()
    for quality in qualities:
        total.merge(quality.scores)
    return total

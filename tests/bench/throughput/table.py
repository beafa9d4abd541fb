"""One line for each measurement."""

from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from tests.bench.throughput.load import Outcome
from tests.bench.throughput.meter import Usage


@dataclass(frozen=True)
class Row:
    """A measurement: `clients` at once, or (with 0 clients) arrivals at `rate` a second."""

    contestant: str
    workload: str
    clients: int
    rate: float
    outcome: Outcome
    usage: Usage

    def is_limit(self, workload: str) -> bool:
        """Whether this is what the bare engine reads of a workload."""
        return self.contestant == "limit" and self.workload == workload

    @property
    def load(self) -> str:
        """The load in words."""
        return f"{self.rate:.2f}/s" if self.rate else f"{self.clients} clients"


def print_head() -> None:
    """Print the names and units of the columns."""
    print(
        f"{'contestant':10} {'workload':8} {'load':>10} {'answers':>7} {'per s':>7} {'of limit':>8} {'p50 s':>7} "
        f"{'p99 s':>7} {'CPU s each':>10} {'GiB':>6} {'CER':>6} {'others':>6}  failures",
        flush=True,
    )


def print_row(row: Row, before: list[Row]) -> None:
    """Print a measurement, beside the best of the bare engine in those before it.

    CER is the character error rate against what the bare engine read; `others` the cores that foreign processes took.
    """
    limits = [other.outcome for other in before if other.is_limit(row.workload)]
    best = max((outcome.per_second for outcome in limits), default=0.0)
    outcome, usage = row.outcome, row.usage
    answers = len(outcome.ends)
    share = f"{outcome.per_second / best:.2f}" if best and not row.rate else "-"
    cer = f"{count_errors(outcome, limits[0]):.2%}" if limits else "-"
    failures = ", ".join(f"{name}: {count}" for name, count in outcome.failures.items())
    print(
        f"{row.contestant:10} {row.workload:8} {row.load:>10} {answers:>7} {outcome.per_second:>7.3f} {share:>8} "
        f"{outcome.find_latency(0.5):>7.3f} {outcome.find_latency(0.99):>7.3f} {usage.cpu_s / max(1, answers):>10.2f} "
        f"{usage.resident / 2**30:>6.2f} {cer:>6} {usage.others:>6.2f}  {failures}",
        flush=True,
    )


def count_errors(outcome: Outcome, reference: Outcome) -> float:
    """Edits per character of the images that both have read."""
    pairs = [
        ("\n".join(texts), "\n".join(reference.texts[image]))
        for image, texts in outcome.texts.items()
        if image in reference.texts
    ]
    characters = sum(len(right) for _, right in pairs)
    return sum(Levenshtein.distance(left, right) if left != right else 0 for left, right in pairs) / max(1, characters)

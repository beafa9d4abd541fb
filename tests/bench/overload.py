"""What becomes of the service under more load than it can take: `python -m tests.bench.overload`.

Starts the shipped config with one OCR replica, measures the rate that it sustains, then sends half of it, all of it,
twice and ten times as much, and prints what was answered. Exits with 1 if the goodput (pages read in a second) at ten
times falls below 0.90 of the best, if the 99th percentile of the accepted is later than the bound on the wait and one
service time, or if anything was answered but 200 and 429.
"""

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.bench.open_loop import Sent, run_load
from tests.drawings import draw_page, encode, fill_page
from tests.service import Service, shipped_config, start_service

FACTORS = (0.5, 1.0, 2.0, 10.0)
GOODPUT_BAR = 0.90
CLIENTS = 3
"""That measure the sustainable rate: one call runs, the others are already on the replica."""


@dataclass(frozen=True)
class Phase:
    """One load, and what was answered; times in seconds."""

    factor: float
    offered: int
    accepted: int
    refused: int
    other: int
    goodput: float
    p50: float
    p99: float
    refused_p99: float
    service_s: float
    resident_mib: int

    @classmethod
    def of(
        cls, factor: float, sent: list[Sent], warm_s: float, seconds: float, service_s: float, resident: int
    ) -> "Phase":
        """Of the requests that were due, and the pages that were read, between `warm_s` and `seconds`."""
        due = [request for request in sent if warm_s <= request.due]
        read = [request for request in sent if request.status == 200]
        refused = [request for request in due if request.status == 429]
        accepted = [request for request in due if request.status == 200]
        return cls(
            factor,
            len(due),
            len(accepted),
            len(refused),
            len(due) - len(accepted) - len(refused),
            sum(warm_s <= request.answered < seconds for request in read) / (seconds - warm_s),
            find_percentile(accepted, 0.5),
            find_percentile(accepted, 0.99),
            find_percentile(refused, 0.99),
            service_s,
            resident >> 20,
        )

    def __str__(self) -> str:
        return (
            f"{self.factor:4g}x {self.offered:8d} {self.accepted:8d} {self.refused:7d} {self.goodput:8.2f} "
            f"{self.p50:7.2f} {self.p99:7.2f} {self.service_s:11.2f} {1000 * self.refused_p99:11.0f} "
            f"{self.resident_mib:9d}"
        )


def find_percentile(requests: list[Sent], share: float) -> float:
    """A percentile of the latencies; 0 for none."""
    latencies = sorted(request.latency for request in requests)
    return latencies[min(len(latencies) - 1, int(len(latencies) * share))] if latencies else 0.0


def configure(max_wait_s: float) -> dict:
    """The shipped config with one OCR replica and a short bound on the wait, so that queues fill within seconds."""
    config = shipped_config()
    application = config["applications"][0]
    application["args"].setdefault("limits", {})["max_wait_s"] = max_wait_s
    ocr = next(part for part in application["deployments"] if part["name"] == "Ocr")
    ocr["autoscaling_config"] = {**ocr["autoscaling_config"], "min_replicas": 1, "max_replicas": 1}
    return config


def measure(service: Service, image: Path, seconds: float, warm_s: float, factors: list[float]) -> tuple[float, list]:
    """The sustainable rate, then a phase for each factor of it."""
    url = f"{service.http.base_url}".rstrip("/") + "/v1/ocr"
    [ingress] = service.find_replicas("Ingress")
    run_load(url, image, 3, clients=CLIENTS)  # warm
    sent = run_load(url, image, seconds / 2, clients=CLIENTS)
    rate = sum(request.status == 200 and request.answered < seconds / 2 for request in sent) / (seconds / 2)
    print(f"sustainable {rate:.2f} pages/s; ingress {resident(ingress) >> 20} MiB resident")
    print("  load  offered accepted refused  pages/s p50 (s) p99 (s) service (s) 429 p99(ms) MiB after", flush=True)
    phases = []
    for factor in factors:
        sent = run_load(url, image, seconds, rate=rate * factor)
        service_s = service.http.get("/v1/capacity").json()["models"]["ocr"]["mean_service_s"]
        phases.append(Phase.of(factor, sent, warm_s, seconds, service_s, resident(ingress)))
        print(phases[-1], flush=True)
    return rate, phases


def resident(process: psutil.Process) -> int:
    """Resident memory in bytes."""
    return process.memory_info().rss


def judge(rate: float, phases: list[Phase], max_wait_s: float) -> list[str]:
    """What fell short of the bars."""
    best = max(rate, *(phase.goodput for phase in phases))
    share = phases[-1].goodput / best
    print(f"goodput at {phases[-1].factor:g}x is {share:.2f} of the best")
    found = [
        f"{phase.factor:g}x: p99 {phase.p99:.2f} s > {max_wait_s:g} s + {phase.service_s:.2f} s"
        for phase in phases
        if phase.p99 > max_wait_s + phase.service_s
    ]
    found += [f"{phase.factor:g}x: {phase.other} answers but 200 and 429" for phase in phases if phase.other]
    if share < GOODPUT_BAR:
        found.append(f"goodput fell to {share:.2f} of the best")
    return found


def main() -> int:
    """Run, print, and tell by the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=40.0, help="of each load")
    parser.add_argument("--max-wait", type=float, default=8.0, help="limits.max_wait_s")
    parser.add_argument("--small", action="store_true", help="a page of 4 lines instead of one of 30")
    parser.add_argument("--haproxy", action="store_true", help="through HAProxy instead of Serve's own proxy")
    parser.add_argument("--factors", type=float, nargs="+", default=FACTORS, help="of the sustainable rate")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        image = folder / "page.png"
        image.write_bytes(encode(draw_page() if arguments.small else fill_page()))
        with start_service(configure(arguments.max_wait), folder, haproxy=arguments.haproxy) as service:
            # The first seconds fill the queue: what is answered then was not yet held back by it.
            rate, phases = measure(
                service,
                image,
                arguments.seconds,
                min(1.5 * arguments.max_wait, arguments.seconds / 2),
                arguments.factors,
            )
    found = judge(rate, phases, arguments.max_wait)
    print("\n".join(found) or "all bars are kept")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())

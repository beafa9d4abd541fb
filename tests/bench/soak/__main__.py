"""Mixed load for a long time, and whether each process stays as large as it was.

python -m tests.bench.soak --minutes 60                               the shipped config, started for it
python -m tests.bench.soak --minutes 60 --url http://127.0.0.1:8000    a service that runs on this machine

Samples resident memory, threads and open files of all processes of the service, and writes soak.json and soak.png.
Exits with 1 if a process grew by more than a tenth after its first ten minutes (a line through medians), none of a
model or of the ingress lived long enough to tell, or an answer was not as documented.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import httpx

from tests.bench.soak.load import TIMEOUT_S, Answers, send_until
from tests.bench.soak.processes import MODELS, Course, Sampler, find_raylet
from tests.bench.soak.verdict import MEASURES, find_failures, fit_trends
from tests.service import shipped_config, start_service

REQUIRED = (*MODELS, "Ingress", "proxy")
"""Roles of which at least one process must have lived long enough to be judged."""


async def drive(url: str, sampler: Sampler, seconds: float, clients: int, every_s: float) -> Answers:
    """Send the load, and sample the processes until it ends."""
    answers, started = Answers(), time.monotonic()

    async def sample() -> None:
        while True:
            await asyncio.to_thread(sampler.take, time.monotonic() - started)
            await asyncio.sleep(every_s)

    async with httpx.AsyncClient(base_url=url, timeout=TIMEOUT_S) as http:
        sampling = asyncio.create_task(sample())
        end = started + seconds
        senders = asyncio.gather(*(send_until(http, answers, random.Random(n), end) for n in range(clients)))
        await asyncio.wait({sampling, senders}, return_when=asyncio.FIRST_COMPLETED)
        if sampling.done():
            senders.cancel()
            sampling.result()  # raises: a soak without samples says nothing
        sampling.cancel()
        await senders
    return answers


def draw(courses: Collection[Course], warmup_s: float, target: Path) -> None:
    """A panel for each measure, a curve for each process, as a PNG."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 10), layout="constrained")
    panels = figure.subplots(len(MEASURES), sharex=True)
    roles = sorted({course.role for course in courses})
    for panel, measure in zip(panels, MEASURES, strict=True):
        scale = 1 << 20 if measure == "rss" else 1
        for number, role in enumerate(roles):
            label: str | None = role
            for course in courses:
                if course.role == role:
                    times = [sample.at / 60 for sample in course.samples]
                    values = [getattr(sample, measure) / scale for sample in course.samples]
                    dots = "." if len(times) < 3 else ""
                    panel.plot(times, values, color=f"C{number}", label=label, linewidth=1, marker=dots)
                    label = None
        panel.axvline(warmup_s / 60, color="grey", linestyle=":")
        panel.set(ylabel="RSS, MiB" if measure == "rss" else measure, ylim=(0, None))
    panels[0].legend(ncols=3, fontsize="small")
    panels[-1].set(xlabel="minutes")
    figure.savefig(target, dpi=100)


def report(courses: Collection[Course], answers: Answers, warmup_s: float) -> list[str]:
    """Print what was answered and how the processes fared; the failures."""
    for kind, statuses in sorted(answers.statuses.items()):
        print(f"{kind:14} {dict(sorted(statuses.items()))}")
    for role, number in sorted(Counter(course.role for course in courses).items()):
        peak = max(sample.rss for course in courses if course.role == role for sample in course.samples)
        print(f"{role:14} {number} processes seen, at most {peak >> 20} MiB each")
    for course in sorted(courses, key=lambda course: course.role):
        for trend in fit_trends(course.samples, warmup_s):
            print(f"{course.role:14} {trend.measure:8} {trend.first:14,.0f} → {trend.last:14,.0f}  {trend.growth:+.1%}")
    failures = find_failures(courses, REQUIRED, warmup_s)
    if answers.unexpected:
        failures.append(f"{answers.unexpected} answers that should not have been, such as: {answers.examples}")
    print("\n".join(failures) or "flat, and all answers as documented")
    return failures


def main() -> int:
    """Run, print, draw, and tell by the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--url", help="of a service that runs on this machine")
    parser.add_argument("--clients", type=int, default=4, help="each sends one request after the other")
    parser.add_argument("--every", type=float, default=5.0, help="seconds between samples")
    parser.add_argument("--warm-up", type=float, default=10.0, help="minutes of each process that are not judged")
    parser.add_argument("--out", type=Path, default=Path(), help="folder of soak.json and soak.png")
    arguments = parser.parse_args()
    warmup_s = arguments.warm_up * 60
    with ExitStack() as stack:
        url = arguments.url
        if url is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            url = str(stack.enter_context(start_service(shipped_config(), folder)).http.base_url)
        sampler = Sampler(find_raylet(httpx.URL(url)))
        answers = asyncio.run(drive(url, sampler, arguments.minutes * 60, arguments.clients, arguments.every))
    courses = list(sampler.courses.values())
    failures = report(courses, answers, warmup_s)
    result = {
        "minutes": arguments.minutes,
        "failures": failures,
        "answers": vars(answers),
        "processes": [asdict(course) for course in courses],
    }
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "soak.json").write_text(json.dumps(result, indent=1))
    draw(courses, warmup_s, arguments.out / "soak.png")
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main())

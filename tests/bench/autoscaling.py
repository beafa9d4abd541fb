"""Shows autoscaling: load rises, replicas follow, load falls, they go: `python -m tests.bench.autoscaling`.

Posts pages at rates that change from stage to stage, and prints and draws offered rate, replicas and latency over
time. The OCR engine is planted: it holds its replica for 0.64 s a page and needs no processor, so that one machine can
show several replicas at work; all else is the real application on a real Ray. The delays of the autoscaler are those
of `AUTOSCALING`, shorter than one would set them. Exits with 1 if replicas did not follow, or a request failed; one
that was refused because the wait would have been too long (429) has not.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import httpx
import ray
from PIL import Image
from ray import serve

from serve_app.serving.deployments import Chart, Ingress, Layout
from tests.drawings import encode
from tests.serve.planted import GREEN, PlantedOcr
from tests.service import fake_config, free_port

SERVICE_S = 0.64
STAGES = ((0.5, 20.0), (2.5, 35.0), (5.0, 35.0), (0.5, 50.0))
"""Pages a second, and for how many seconds."""
AUTOSCALING = {
    "min_replicas": 1,
    "max_replicas": 5,
    "target_ongoing_requests": 1.5,
    "upscale_delay_s": 3.0,
    "downscale_delay_s": 8.0,
    "metrics_interval_s": 1.0,
    "look_back_period_s": 3.0,
}


@dataclass
class Course:
    """What was seen, in seconds since the start."""

    started: float = field(default_factory=time.monotonic)
    replicas: list[tuple[float, int, int]] = field(default_factory=list)
    """When, how many replicas ran, and how many ran or were starting."""
    answers: list[tuple[float, float, int]] = field(default_factory=list)
    """When it was sent, seconds until its answer, and the status."""

    def now(self) -> float:
        return time.monotonic() - self.started


async def post(http: httpx.AsyncClient, course: Course, image: bytes) -> None:
    """Post a page and note its latency."""
    sent = course.now()
    answer = await http.post("/v1/ocr", content=image)
    course.answers.append((sent, course.now() - sent, answer.status_code))


async def count_replicas(course: Course) -> None:
    """Note the running OCR replicas twice a second."""
    while True:
        status = await asyncio.to_thread(serve.status)
        states = status.applications["reader"].deployments["Ocr"].replica_states
        running = states.get("RUNNING", 0)
        course.replicas.append((course.now(), running, running + states.get("STARTING", 0)))
        await asyncio.sleep(0.5)


async def drive(url: str) -> Course:
    """Send the stages, whatever the answers do."""
    course = Course()
    image = encode(Image.new("RGB", (round(SERVICE_S * 100), 64), GREEN))
    async with httpx.AsyncClient(base_url=url, timeout=120, limits=httpx.Limits(max_connections=None)) as http:
        counting = asyncio.create_task(count_replicas(course))
        tasks, due = [], 0.0
        for rate, seconds in STAGES:
            end = due + seconds
            while due < end:
                await asyncio.sleep(max(0.0, due - course.now()))
                tasks.append(asyncio.create_task(post(http, course, image)))
                due += 1 / rate
        await asyncio.gather(*tasks)
        counting.cancel()
    return course


def start_application(log: Path) -> str:
    """Start Ray and the application; its URL."""
    ray.init(address="local", num_cpus=8, include_dashboard=False, namespace="serve", log_to_driver=False)
    port = free_port()
    serve.start(http_options={"host": "127.0.0.1", "port": port})
    config = fake_config()
    ocr = serve.deployment(
        PlantedOcr, name="Ocr", max_ongoing_requests=3, max_queued_requests=-1, autoscaling_config=AUTOSCALING
    ).bind(config.ocr, "cpu", str(log))
    chart = serve.deployment(Chart, name="Chart").bind(config.chart, "cpu")
    layout = serve.deployment(Layout, name="Layout").bind(config.layout, "cpu")
    ingress = serve.deployment(serve.ingress()(Ingress), name="Ingress", max_ongoing_requests=1000)
    serve.run(ingress.bind(config, ocr, chart, layout, True), name="reader")
    return f"http://127.0.0.1:{port}"


def report(course: Course) -> bool:
    """Print the stages; whether replicas came and went, and every page was read."""
    begin = 0.0
    print("pages/s   replicas: at the end, at most   latency: median, last quarter, s")
    for rate, seconds in STAGES:
        end = begin + seconds
        replicas = [running for at, running, _ in course.replicas if begin <= at < end]
        taken = [latency for sent, latency, status in course.answers if status == 200 and begin <= sent < end]
        settled = [
            latency for sent, latency, status in course.answers if status == 200 and end - seconds / 4 <= sent < end
        ]
        print(f"{rate:7.1f}   {replicas[-1]:8d} {max(replicas):12d}   {median(taken):21.2f} {median(settled):8.2f}")
        begin = end
    statuses = Counter(status for _, _, status in course.answers)
    print(f"answers   {dict(statuses)}")
    most = max(running for _, running, _ in course.replicas)
    return most >= STAGES[2][0] * SERVICE_S and course.replicas[-1][1] == 1 and set(statuses) <= {200, 429}


def draw(course: Course, target: Path) -> None:
    """Three curves over time, as a PNG."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 6), layout="constrained")
    offered, replicas, latency = figure.subplots(3, sharex=True)
    edges = [0.0]
    for _, seconds in STAGES:
        edges.append(edges[-1] + seconds)
    offered.stairs([rate for rate, _ in STAGES], edges, baseline=None)
    offered.set(ylabel="pages a second", ylim=(0, None), title=f"One page holds its replica for {SERVICE_S} s")
    times, running, wanted = zip(*course.replicas, strict=True)
    replicas.step(times, wanted, "--", where="post", color="grey", label="and those that start")
    replicas.step(times, running, where="post", label="running")
    replicas.set(ylabel="OCR replicas", ylim=(0, None))
    replicas.legend()
    latency.plot(
        *zip(*((sent, taken) for sent, taken, status in sorted(course.answers) if status == 200), strict=True),
        ".",
        markersize=3,
    )
    latency.set(ylabel="latency, s", xlabel="seconds", ylim=(0, None))
    figure.savefig(target, dpi=100)


def main() -> int:
    """Run, print, draw, and tell by the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("autoscaling.png"), help="where the PNG goes")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        try:
            course = asyncio.run(drive(start_application(Path(folder) / "calls.txt")))
        finally:
            serve.shutdown()
            ray.shutdown()
    draw(course, arguments.out)
    return int(not report(course))


if __name__ == "__main__":
    sys.exit(main())

"""What jobs and requests are to each other: `python -m tests.bench.jobs_beside`.

Starts the shipped config with its real models, and posts a page at a steady rate, with no job and beside a job of
`--pages` scans of the same page; with `--small` a page of four lines, which waits the longer for the job's page before
it. Then cancels jobs of dense pages while they are read, and watches the CPU time of the models' replicas until it
stands still. Prints the latencies of both and their ratio, and the seconds from `DELETE` to its
answer and to the end of the models' work. Exits with 1 if the 99th percentile beside the job is more than `--accept`
times the one without.
"""

import argparse
import io
import random
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import httpx
from PIL import Image

from tests.bench.open_loop import Sent, run_load
from tests.bench.throughput.workloads import draw_dense_page
from tests.drawings import draw_page, encode, fill_page
from tests.service import Service, shipped_config, start_service

MODELS = ("Ocr", "Chart", "Layout")
LOOK_S = 0.05
"""Seconds between two looks at the CPU time of the models."""
AT_WORK = 0.4
"""CPUs that a model at work takes at least; its replicas take less than half of that while they have nothing to do."""


def draw_scans(pages: list[Image.Image]) -> bytes:
    """A TIFF of these pages, in grey."""
    first, *others = [page.convert("L") for page in pages]
    buffer = io.BytesIO()
    first.save(buffer, "TIFF", save_all=True, append_images=others, compression="tiff_adobe_deflate")
    return buffer.getvalue()


def submit(http: httpx.Client, scans: bytes) -> str:
    """The id of a job, once a page of it has been read."""
    job = http.post("/v1/jobs", content=scans, headers={"content-type": "image/tiff"}).raise_for_status().json()
    while not job["pages"]["done"]:
        job = http.get(f"/v1/jobs/{job['id']}", params={"wait": 10}).raise_for_status().json()
    return str(job["id"])


def find_percentile(sent: list[Sent], share: float) -> float:
    """A percentile of the latencies, in seconds.

    Raises:
        RuntimeError: a request was refused or failed.
    """
    if any(request.status != 200 for request in sent):
        raise RuntimeError(f"answered with {sorted({request.status for request in sent})}")
    latencies = sorted(request.latency for request in sent)
    return latencies[min(len(latencies) - 1, int(len(latencies) * share))]


def compare_latencies(service: Service, folder: Path, arguments: argparse.Namespace) -> float:
    """Measure requests with no job and beside one, and print; by how much the 99th percentile grew."""
    drawn = fill_page(900, 1200, print_size=22)
    page = folder / "page.png"
    page.write_bytes(encode(draw_page(width=480, size=22) if arguments.small else drawn))
    url = str(service.http.base_url.join("/v1/ocr"))
    run_load(url, page, 5, rate=arguments.rate)  # warm
    alone = run_load(url, page, arguments.seconds, rate=arguments.rate)
    scans = draw_scans([drawn] * arguments.pages)
    job_id = submit(service.http, scans)
    beside = run_load(url, page, arguments.seconds, rate=arguments.rate)
    job = service.http.delete(f"/v1/jobs/{job_id}").json()
    for name, sent in (("with no job", alone), ("beside a job", beside)):
        p50, p99 = find_percentile(sent, 0.5), find_percentile(sent, 0.99)
        print(f"{name}: {len(sent)} requests, p50 {1000 * p50:.0f} ms, p99 {1000 * p99:.0f} ms")
    print(f"of {arguments.pages} pages of the job {job['pages']['done']} were read meanwhile")
    if job["pages"]["done"] >= arguments.pages:
        raise RuntimeError("the job ended too early")
    return find_percentile(beside, 0.99) / find_percentile(alone, 0.99)


def watch_models(service: Service, moment: float) -> float:
    """Seconds from the moment until the models' replicas did nothing for a while."""
    replicas = [replica for model in MODELS for replica in service.find_replicas(model)]
    last, used = moment, _count_cpu(replicas)
    looked = time.monotonic()
    while time.monotonic() - last < 10 * LOOK_S:
        time.sleep(LOOK_S)
        now, use = time.monotonic(), _count_cpu(replicas)
        if (use - used) / (now - looked) > AT_WORK:
            last = now
        looked, used = now, use
    return last - moment


def _count_cpu(replicas: list) -> float:
    return sum(times.user + times.system for times in (replica.cpu_times() for replica in replicas))


def cancel_jobs(service: Service, count: int) -> None:
    """Cancel jobs at random moments, and print how soon the models' work ended."""
    scans = draw_scans([draw_dense_page(seed) for seed in range(30)])
    answered, ended = [], []
    for _ in range(count):
        job_id = submit(service.http, scans)
        time.sleep(random.uniform(0, 2))
        started = time.monotonic()
        service.http.delete(f"/v1/jobs/{job_id}").raise_for_status()
        answered.append(time.monotonic() - started)
        ended.append(watch_models(service, started))
    image = encode(draw_dense_page(0))
    calls = []
    for _ in range(5):
        started = time.monotonic()
        service.http.post("/v1/ocr", content=image, headers={"content-type": "image/png"}).raise_for_status()
        calls.append(time.monotonic() - started)
    print(f"cancel, {count} times: answered after {median(answered):.2f} s, at most {max(answered):.2f} s")
    print(f"the models' work ended after {median(ended):.2f} s, at most {max(ended):.2f} s")
    print(f"a call of OCR with such a page takes {median(calls):.2f} s")


def main() -> int:
    """Run, print, and tell by the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="of requests, with a job and without")
    parser.add_argument("--rate", type=float, default=0.5, help="requests a second")
    parser.add_argument("--small", action="store_true", help="send small pages")
    parser.add_argument("--pages", type=int, default=400, help="of the job")
    parser.add_argument("--cancels", type=int, default=10)
    parser.add_argument("--accept", type=float, default=2.5, help="times the 99th percentile without a job")
    arguments = parser.parse_args()
    random.seed(0)
    with tempfile.TemporaryDirectory() as folder, start_service(shipped_config(), Path(folder)) as service:
        ratio = compare_latencies(service, Path(folder), arguments)
        print(f"the 99th percentile grows by {ratio:.2f}")
        cancel_jobs(service, arguments.cancels)
    return int(ratio > arguments.accept)


if __name__ == "__main__":
    sys.exit(main())

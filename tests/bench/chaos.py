"""Kills replicas and sends hostile files while a steady load runs: `python -m tests.bench.chaos --requests 1000`.

Starts the shipped config with two replicas of each deployment, posts pages and charts at a steady rate whatever the
answers do, kills a random replica of Ocr, Chart and Ingress in turn, and prints what was answered, lost or wrong, and
how long it took until all replicas ran again.

A request that is in a model's replica when that dies is made again by the ingress. One that is in an *ingress* replica
when that dies is not made again by Serve: its proxy answers 500 in plain text, and the client has to send it again.
This client does, once, and counts these apart; not with `--haproxy`, which repeats such a request itself, so that one
that is not answered is lost: `python -m tests.bench.chaos --haproxy --only Ingress --kills 30`.

Exits with 1 if any other request that was accepted was lost, an answer was wrong, a hostile file was not refused with
its documented status, or a killed replica was not replaced.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from tests.bench.kills import REPLICAS, Kill, kill_replicas, report_kills
from tests.drawings import SALES, draw_page, encode
from tests.hostile import HOSTILE
from tests.service import ROOT, Service, drop_jobs, shipped_config, start_service

DEPLOYMENTS = ("Ocr", "Chart", "Ingress")
PAGES = [(f"Page number {n}", f"The total of section {n} is {n * 137}.") for n in range(8)]
CHART = ROOT / "tests" / "samples" / "chart.png"
"""Shows SALES; no value is printed on it."""
CHART_SHARE = 0.25
HOSTILE_SHARE = 0.1


class Tally:
    """What came of the requests."""

    def __init__(self, *, resend: bool = True) -> None:
        """With `resend`, what died with its ingress is sent again."""
        self.resend = resend
        self.statuses: Counter[int | str] = Counter()
        self.lost = 0
        self.wrong = 0
        self.killed_with_ingress = 0
        self.latencies: list[float] = []
        self.kills: list[Kill] = []

    def excuses(self, answer: httpx.Response, sent: float) -> bool:
        """Whether this is the proxy's answer to a request whose ingress was killed since it was sent."""
        return (
            self.resend
            and answer.status_code == 500
            and not answer.headers["content-type"].startswith("application/json")
            and any(kill.deployment == "Ingress" and kill.at >= sent for kill in self.kills)
        )


async def post(http: httpx.AsyncClient, tally: Tally, route: str, image: bytes) -> dict[str, Any] | None:
    """Post an image; the answer, or None if there was none."""
    for last in (False, True):
        sent = time.monotonic()
        try:
            answer = await http.post(route, content=image, headers={"content-type": "image/png"})
        except httpx.HTTPError as error:
            tally.statuses[type(error).__name__] += 1
            tally.lost += 1
            return None
        if last or not tally.excuses(answer, sent):
            break
        tally.killed_with_ingress += 1
    tally.latencies.append(time.monotonic() - sent)
    tally.statuses[answer.status_code] += 1
    if answer.status_code == 200:
        return answer.json()
    if answer.status_code != 429:  # refused before it was accepted
        print(f"{route}: {answer.status_code} {answer.text[:200]}")
        tally.lost += 1
    return None


async def post_page(http: httpx.AsyncClient, tally: Tally, image: bytes, lines: tuple[str, ...]) -> None:
    """Post a page and hold the answer against what was drawn."""
    answer = await post(http, tally, "/v1/ocr", image)
    if answer is not None:
        tally.wrong += [line["text"] for line in answer["lines"]] != list(lines)


async def post_chart(http: httpx.AsyncClient, tally: Tally, image: bytes) -> None:
    """Post the sample chart and hold the answer against what it shows."""
    answer = await post(http, tally, "/v1/chart", image)
    if answer is not None:
        read = {label["text"]: value["number"] and value["number"]["value"] for label, value in answer["rows"]}
        right = read.keys() == SALES.keys() and all(abs((read[name] or 0) - SALES[name]) <= 1 for name in SALES)
        tally.wrong += not right


async def post_hostile(http: httpx.AsyncClient, tally: Tally, name: str) -> None:
    """Post a hostile file and hold its status against the documented one."""
    make, status = HOSTILE[name]
    for last in (False, True):
        sent = time.monotonic()
        try:
            answer = await http.post("/v1/ocr", content=make(), headers={"content-type": "application/octet-stream"})
        except httpx.HTTPError as error:
            tally.statuses[f"hostile {type(error).__name__}"] += 1
            tally.lost += 1
            return
        if last or not tally.excuses(answer, sent):
            break
        tally.killed_with_ingress += 1
    tally.statuses[f"hostile {answer.status_code}"] += 1
    if answer.status_code not in (status, 429):
        print(f"{name}: {answer.status_code} instead of {status}")
        tally.wrong += 1


async def drive(service: Service, asked: argparse.Namespace) -> Tally:
    """Send the load and the faults side by side; the load goes on until the last replica has been replaced."""
    tally = Tally(resend=not asked.haproxy)
    pages = [encode(draw_page(lines, width=480, size=22)) for lines in PAGES]
    chart = CHART.read_bytes()
    async with httpx.AsyncClient(base_url=service.http.base_url, timeout=120) as http:
        killer = asyncio.create_task(
            kill_replicas(service, asked.only, tally.kills, asked.kills, lambda _: asyncio.sleep(asked.every))
        )
        started, tasks, number = time.monotonic(), [], 0
        while number < asked.requests or not killer.done():
            await asyncio.sleep(max(0.0, started + number / asked.rate - time.monotonic()))
            if random.random() < HOSTILE_SHARE:
                tasks.append(asyncio.create_task(post_hostile(http, tally, random.choice(list(HOSTILE)))))
            if random.random() < CHART_SHARE:
                tasks.append(asyncio.create_task(post_chart(http, tally, chart)))
            else:
                page = number % len(PAGES)
                tasks.append(asyncio.create_task(post_page(http, tally, pages[page], PAGES[page])))
            number += 1
        await asyncio.gather(*tasks, killer)
    return tally


def complete_config() -> dict[str, Any]:
    """The shipped config with a fixed number of replicas of what is killed, each on one thread; without jobs."""
    config = shipped_config()
    application = config["applications"][0]
    for deployment in application["deployments"]:
        deployment.pop("autoscaling_config", None)
        deployment["num_replicas"] = REPLICAS if deployment["name"] in DEPLOYMENTS else 1
    application["args"]["ocr"]["threads"] = 1
    drop_jobs(config)
    return config


def report(tally: Tally) -> bool:
    """Print what happened; whether it was as promised."""
    latencies = sorted(tally.latencies)
    print(f"answers    {dict(sorted(tally.statuses.items(), key=str))}")
    print(f"lost       {tally.lost}\nwrong      {tally.wrong}\nkills      {len(tally.kills)}")
    print(f"killed with their ingress, and sent again by the client: {tally.killed_with_ingress}")
    print(f"latency    p50 {median(latencies):.2f} s, p99 {latencies[int(len(latencies) * 0.99)]:.2f} s")
    report_kills(DEPLOYMENTS, tally.kills)
    return not tally.lost and not tally.wrong and all(kill.recovery_s for kill in tally.kills)


def main() -> int:
    """Run, print, and tell by the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=21)
    parser.add_argument("--rate", type=float, default=3.0, help="pages and charts a second")
    parser.add_argument("--every", type=float, default=5.0, help="seconds between a recovery and the next kill")
    parser.add_argument("--haproxy", action="store_true", help="through HAProxy; nothing is sent again by the client")
    parser.add_argument("--only", nargs="+", default=DEPLOYMENTS, choices=DEPLOYMENTS, help="what is killed")
    arguments = parser.parse_args()
    random.seed(0)
    with (
        tempfile.TemporaryDirectory() as folder,
        start_service(complete_config(), Path(folder), haproxy=arguments.haproxy) as service,
    ):
        tally = asyncio.run(drive(service, arguments))
    return int(not report(tally))


if __name__ == "__main__":
    sys.exit(main())

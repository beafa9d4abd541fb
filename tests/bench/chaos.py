"""Kills replicas and sends hostile files while a steady load runs: `python -m tests.bench.chaos --requests 1000`.

Starts the shipped config with two OCR replicas, posts pages at a steady rate whatever the answers do, kills a random
replica every few seconds, and prints what was answered, lost or wrong. Exits with 1 if any page that was accepted was
lost or misread, or a hostile file was not refused with its documented status.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import httpx

from tests.drawings import draw_page, encode
from tests.hostile import HOSTILE
from tests.service import Service, shipped_config, start_service

PAGES = [(f"Page number {n}", f"The total of section {n} is {n * 137}.") for n in range(8)]
HOSTILE_SHARE = 0.1


class Tally:
    """What came of the requests."""

    def __init__(self) -> None:
        self.statuses: Counter[int | str] = Counter()
        self.lost = 0
        self.wrong = 0
        self.latencies: list[float] = []
        self.recoveries: list[float] = []


async def post_page(http: httpx.AsyncClient, tally: Tally, image: bytes, lines: tuple[str, ...]) -> None:
    """Post a page and hold the answer against what was drawn."""
    started = time.monotonic()
    try:
        answer = await http.post("/v1/ocr", content=image, headers={"content-type": "image/png"})
    except httpx.HTTPError as error:
        tally.statuses[type(error).__name__] += 1
        tally.lost += 1
        return
    tally.latencies.append(time.monotonic() - started)
    tally.statuses[answer.status_code] += 1
    if answer.status_code == 200:
        tally.wrong += [line["text"] for line in answer.json()["lines"]] != list(lines)
    elif answer.status_code != 429:  # refused before it was accepted
        tally.lost += 1


async def post_hostile(http: httpx.AsyncClient, tally: Tally, name: str) -> None:
    """Post a hostile file and hold its status against the documented one."""
    make, status = HOSTILE[name]
    answer = await http.post("/v1/ocr", content=make(), headers={"content-type": "application/octet-stream"})
    tally.statuses[f"hostile {answer.status_code}"] += 1
    if answer.status_code not in (status, 429):
        print(f"{name}: {answer.status_code} instead of {status}")
        tally.wrong += 1


async def kill_replicas(service: Service, tally: Tally, kills: int, every_s: float, replicas: int) -> None:
    """Kill a random OCR replica, wait until it has been replaced, and so on."""
    for _ in range(kills):
        await asyncio.sleep(every_s)
        victims = await asyncio.to_thread(service.find_replicas, "Ocr")
        if not victims:
            continue
        victim = random.choice(victims)
        victim.kill()
        started = time.monotonic()
        while time.monotonic() - started < 60:
            alive = await asyncio.to_thread(service.find_replicas, "Ocr")
            if len([process for process in alive if process.pid != victim.pid]) >= replicas:
                break
            await asyncio.sleep(0.2)
        tally.recoveries.append(time.monotonic() - started)


async def drive(service: Service, requests: int, kills: int, rate: float, every_s: float, replicas: int) -> Tally:
    """Send the load and the faults side by side."""
    tally = Tally()
    images = [encode(draw_page(lines, width=480, size=22)) for lines in PAGES]
    async with httpx.AsyncClient(base_url=service.http.base_url, timeout=120) as http:
        killer = asyncio.create_task(kill_replicas(service, tally, kills, every_s, replicas))
        started, tasks = time.monotonic(), []
        for number in range(requests):
            await asyncio.sleep(max(0.0, started + number / rate - time.monotonic()))
            if random.random() < HOSTILE_SHARE:
                tasks.append(asyncio.create_task(post_hostile(http, tally, random.choice(list(HOSTILE)))))
            page = number % len(PAGES)
            tasks.append(asyncio.create_task(post_page(http, tally, images[page], PAGES[page])))
        await asyncio.gather(*tasks, killer)
    return tally


def main() -> int:
    """Run, print, and tell by the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--rate", type=float, default=3.0, help="pages a second")
    parser.add_argument("--every", type=float, default=5.0, help="seconds between a recovery and the next kill")
    arguments = parser.parse_args()
    random.seed(0)
    replicas = 2
    config = shipped_config()
    ocr = next(part for part in config["applications"][0]["deployments"] if part["name"] == "Ocr")
    ocr["autoscaling_config"] = {**ocr["autoscaling_config"], "min_replicas": replicas, "max_replicas": replicas}
    config["applications"][0]["args"]["ocr"]["threads"] = 1
    with tempfile.TemporaryDirectory() as folder, start_service(config, Path(folder)) as service:
        tally = asyncio.run(
            drive(service, arguments.requests, arguments.kills, arguments.rate, arguments.every, replicas)
        )
    latencies = sorted(tally.latencies)
    print(f"answers    {dict(sorted(tally.statuses.items(), key=str))}")
    print(f"lost       {tally.lost}\nwrong      {tally.wrong}\nkills      {len(tally.recoveries)}")
    if latencies:
        print(
            f"latency    p50 {latencies[len(latencies) // 2]:.2f} s, p99 {latencies[int(len(latencies) * 0.99)]:.2f} s"
        )
    if tally.recoveries:
        print(f"a new process after a kill: median {sorted(tally.recoveries)[len(tally.recoveries) // 2]:.1f} s")
    return int(tally.lost > 0 or tally.wrong > 0)


if __name__ == "__main__":
    sys.exit(main())

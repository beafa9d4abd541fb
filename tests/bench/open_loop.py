"""Posts one image at a rate that does not depend on the answers: `python -m tests.bench.open_loop URL IMAGE …`.

A process of its own, so that it takes no time from what it measures. Arrivals are random (a Poisson process with a
fixed seed); latency counts from the moment at which a request was due, not from when it could be sent. With
`--clients` the loop is closed instead: so many clients, each of which sends when it has its answer. Prints one line of
JSON for each request.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

from tests.bench.arrivals import drive_closed, drive_open
from tests.service import ROOT


@dataclass(frozen=True)
class Sent:
    """A request: when it was due and when it was answered, in seconds from the start; 0 is no status at all."""

    due: float
    answered: float
    status: int
    retry_after: str = ""

    @property
    def latency(self) -> float:
        return self.answered - self.due


def run_load(url: str, image: Path, seconds: float, *, rate: float = 0.0, clients: int = 0) -> list[Sent]:
    """Run this module in a process of its own, for `seconds`; answers that are under way then are waited for."""
    command = [sys.executable, "-m", "tests.bench.open_loop", url, str(image), "--seconds", str(seconds)]
    command += ["--clients", str(clients)] if clients else ["--rate", str(rate)]
    output = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=seconds + 200).stdout
    return [Sent(**json.loads(line)) for line in output.splitlines()]


async def run(url: str, image: bytes, seconds: float, *, rate: float, clients: int) -> list[Sent]:
    """Post at `rate` a second, or keep `clients` requests under way."""
    started, sent = time.monotonic(), []
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=200)
    async with httpx.AsyncClient(timeout=180, limits=limits) as http:

        async def send(_number: int, due: float) -> None:
            try:
                answer = await http.post(url, content=image, headers={"content-type": "image/png"})
                status, retry_after = answer.status_code, answer.headers.get("retry-after", "")
            except httpx.HTTPError:
                status, retry_after = 0, ""
            sent.append(Sent(due - started, time.monotonic() - started, status, retry_after))
            if clients and status != 200:
                await asyncio.sleep(0.5)

        await (drive_closed(send, seconds, clients) if clients else drive_open(send, seconds, rate))
    return sorted(sent, key=lambda request: request.due)


def main() -> None:
    """Run, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("image", type=Path)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--rate", type=float, default=1.0, help="requests a second")
    parser.add_argument("--clients", type=int, default=0)
    args = parser.parse_args()
    for request in asyncio.run(
        run(args.url, args.image.read_bytes(), args.seconds, rate=args.rate, clients=args.clients)
    ):
        print(json.dumps(asdict(request)))


if __name__ == "__main__":
    main()

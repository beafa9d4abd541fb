"""Kills replicas of a running service with SIGKILL, and measures until they have been replaced."""

import asyncio
import random
import re
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import httpx

from tests.service import Service

REPLICAS = 2
"""Of each deployment that is killed."""
REPLACED_WITHIN_S = 120.0


@dataclass
class Kill:
    """A killed replica: when it died, and the seconds until its deployment was complete again; None if never."""

    deployment: str
    at: float
    recovery_s: float | None = None


class Dashboard:
    """Serve's REST API, which tells the processes of the replicas that run."""

    def __init__(self, service: Service) -> None:
        found = re.search(r"View the dashboard at \S*?(http://[\d.:]+)", service.log.read_text())
        assert found, "`serve run` has logged no dashboard"
        command = [Path(sys.executable).with_name("ray"), "get-auth-token"]
        token = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1]
        self._http = httpx.Client(base_url=found[1], headers={"Authorization": f"Bearer {token}"}, timeout=30)

    def find_running(self, deployment: str) -> set[int]:
        """The pids of the replicas that have loaded their model and take calls; none while the dashboard is busy."""
        try:
            details = self._http.get("/api/serve/applications/").raise_for_status().json()
        except httpx.TransportError:
            return set()
        replicas = details["applications"]["reader"]["deployments"][deployment]["replicas"]
        return {replica["pid"] for replica in replicas if replica["state"] == "RUNNING"}


async def kill_replicas(
    service: Service,
    deployments: Sequence[str],
    kills: list[Kill],
    count: int,
    pause: Callable[[str], Awaitable[None]],
    replicas: int = REPLICAS,
) -> None:
    """Kill a random replica of each deployment in turn, and wait until it has been replaced.

    Args:
        service: runs `replicas` of each deployment.
        deployments: what is killed, in this order.
        kills: each kill is added at its moment.
        count: how many are killed.
        pause: called with the deployment before each kill.
        replicas: how many each deployment has.
    """
    dashboard = Dashboard(service)
    for number in range(count):
        deployment = deployments[number % len(deployments)]
        victim = random.choice(await asyncio.to_thread(service.find_replicas, deployment))
        await pause(deployment)
        kill = Kill(deployment, time.monotonic())
        kills.append(kill)
        victim.kill()
        while time.monotonic() - kill.at < REPLACED_WITHIN_S:
            running = await asyncio.to_thread(dashboard.find_running, deployment)
            if len(running - {victim.pid}) >= replicas:
                kill.recovery_s = time.monotonic() - kill.at
                break
            await asyncio.sleep(0.2)


def report_kills(deployments: Sequence[str], kills: Sequence[Kill]) -> None:
    """Print how long the replicas of each deployment took to be replaced."""
    for name in deployments:
        times = [kill.recovery_s or float("inf") for kill in kills if kill.deployment == name]
        if times:
            print(
                f"{name}: killed {len(times)} times; all replicas ready again after a median of {median(times):.1f} s, "
                f"at most {max(times):.1f} s"
            )

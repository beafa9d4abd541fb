"""One log line a request: who, what, how many pages, how it ended. Never contents, and no names of files."""

import logging
import time
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger("serve_app.audit")

_UNWATCHED = frozenset({"/health", "/ready"})
"""Routes of probes, which would fill the log."""


class Audit:
    """Logs each request to `serve_app.audit` once its answer has gone. Plain ASGI: nothing is buffered."""

    def __init__(self, app: ASGIApp, clock: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http" or scope["path"] in _UNWATCHED:
            await self._app(scope, receive, send)
            return
        started, status = self._clock(), 499  # for clients that leave before the answer begins, as nginx has it

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        except Exception:
            status = 500
            raise
        finally:
            _write(scope, status, round((self._clock() - started) * 1000))


def _write(scope: Scope, status: int, milliseconds: int) -> None:
    state = scope.get("state", {})
    # The route's pattern and not the path: what a client puts into a path may be anything.
    route = getattr(scope.get("route"), "path", "-")
    fields = {
        "owner": state.get("owner", "-"),
        "method": scope["method"],
        "route": route,
        "pages": state.get("pages", 0) if status < 400 else 0,  # noted when the upload is whole
        "status": status,
        "milliseconds": milliseconds,
        "request": state.get("request_id", "-"),
    }
    logger.info(" ".join(f"{name}=%s" for name in fields), *fields.values(), extra={"audit": fields})

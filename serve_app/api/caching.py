"""Tells the cache whose request it serves, and the client whether the models were asked."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serve_app.pipeline.result_cache import USE, Use


class TellCache:
    """Sets `X-Cache` to `hit` where all that the models would have been asked was kept, and else to `miss`.

    Answers that begin before anything is read, as streams do, and those for which no model is needed, have no such
    header. Plain ASGI, inside of `RequireKey`, which knows the owner.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        use = Use(scope.get("state", {}).get("owner"))

        async def send_with_header(message: Message) -> None:
            if message["type"] == "http.response.start" and use.found + use.missed:
                MutableHeaders(scope=message)["X-Cache"] = "miss" if use.missed else "hit"
            await send(message)

        token = USE.set(use)
        try:
            await self._app(scope, receive, send_with_header)
        finally:
            USE.reset(token)

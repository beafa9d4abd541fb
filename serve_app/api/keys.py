"""The gate: a request needs a key, and a key has bounds. Plain ASGI, so that neither bodies nor answers are buffered.

`GET /health`, `/ready` and `/v1/limits`, the page and the documentation need no key: they tell nothing about what is
read, probes carry no secrets, and a browser asks for the page before it can send a header. Results of PaddleOCR's jobs
are fetched by signed addresses, since its clients send no key there.
"""

from contextlib import ExitStack

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serve_app.api.error_forms import respond
from serve_app.api.key_limits import KeyLimits
from serve_app.api.key_ring import KeyRing
from serve_app.errors import RateLimited, Unauthorized

PUBLIC_PATHS = frozenset({"/", "/health", "/ready", "/v1/limits", "/docs", "/openapi.json"})
PUBLIC_FOLDERS = ("/page/", "/swagger/", "/docs/", "/api/v2/ocr/results/")
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="serve-app"'}


class RequireKey:
    """Lets a request in that brings a key, within the key's bounds.

    Sets `request.state.owner` to the key's name, and `request.state.admin` to whether it may see what others own.
    """

    def __init__(self, app: ASGIApp, ring: KeyRing, limits: KeyLimits) -> None:
        self._app = app
        self._ring = ring
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http" or is_public(scope):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        token = read_token(request)
        key = self._ring.find(token) if token else None
        if key is None:
            reason = "The API key is not known" if token else "This service needs an API key"
            error = Unauthorized(f"{reason}. Send it as `Authorization: Bearer KEY` or `X-Api-Key: KEY`")
            await respond(request, error, headers=CHALLENGE)(scope, receive, send)
            return
        request.state.owner, request.state.admin = key.name, key.scope == "admin"
        with ExitStack() as held:
            try:
                allowance = held.enter_context(self._limits.hold(key))
            except RateLimited as limited:
                await respond(request, limited, headers=self._limits.tell(key))(scope, receive, send)
                return

            async def send_with_allowance(message: Message) -> None:
                if message["type"] == "http.response.start":
                    MutableHeaders(scope=message).update(allowance)
                await send(message)

            await self._app(scope, receive, send_with_allowance if allowance else send)


def is_public(scope: Scope) -> bool:
    """Whether a request needs no key."""
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    return scope["method"] in ("GET", "HEAD") and (path in PUBLIC_PATHS or path.startswith(PUBLIC_FOLDERS))


def read_token(request: Request) -> str | None:
    """The token that a request brings: `X-Api-Key`, or `Authorization` with the scheme `Bearer` or `token`."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    found = token if scheme.lower() in ("bearer", "token") else request.headers.get("x-api-key", "")
    return found.strip() or None

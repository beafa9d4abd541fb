"""The gate: a request needs a key, and a key has bounds. Plain ASGI, so that neither bodies nor answers are buffered.

`GET /health`, `/ready` and `/v1/limits`, the page and the documentation need no key: they tell nothing about what is
read, probes carry no secrets, and a browser asks for the page before it can send a header.
"""

from collections.abc import Mapping
from contextlib import ExitStack

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serve_app.api.key_limits import KeyLimits
from serve_app.api.key_ring import KeyRing
from serve_app.api.request_id import request_id
from serve_app.api.schemas import ErrorBody, ErrorDetail
from serve_app.errors import AppError, RateLimited, Unauthorized

PUBLIC_PATHS = frozenset({"/", "/health", "/ready", "/v1/limits", "/docs", "/openapi.json"})
PUBLIC_FOLDERS = ("/page/", "/swagger/", "/docs/")
PADDLEX_PATHS = frozenset({"/ocr", "/layout-parsing"})
"""Routes whose errors have PaddleX's form."""

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
            await refuse(request, error, CHALLENGE)(scope, receive, send)
            return
        request.state.owner, request.state.admin = key.name, key.scope == "admin"
        with ExitStack() as held:
            try:
                allowance = held.enter_context(self._limits.hold(key))
            except RateLimited as limited:
                await refuse(request, limited, self._limits.tell(key))(scope, receive, send)
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


def refuse(request: Request, error: AppError, headers: Mapping[str, str]) -> JSONResponse:
    """The answer to a request that is not let in, in the form that its route gives errors."""
    retry = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
    name = request_id(request)
    if request.url.path.removeprefix(request.scope.get("root_path", "")) in PADDLEX_PATHS:
        content = {"logId": name, "errorCode": error.status, "errorMsg": error.message}
    else:
        content = ErrorBody(error=ErrorDetail.of(error, name)).model_dump()
    return JSONResponse(content, error.status, {**headers, **retry})

"""The id that names a request in answers and logs."""

from uuid import uuid4

from starlette.requests import Request


def request_id(request: Request) -> str:
    """The caller's `X-Request-ID`, or the one that Serve's proxy made; Serve also echoes it as a header.

    Outside Serve, where no proxy sets it, each request gets a new one.
    """
    if not hasattr(request.state, "request_id"):
        request.state.request_id = request.headers.get("x-request-id") or uuid4().hex
    found: str = request.state.request_id
    return found

"""The id that names a request in answers and logs."""

from uuid import uuid4

from starlette.requests import Request

MAX_ID = 128
"""Characters."""


def request_id(request: Request) -> str:
    """The caller's `X-Request-ID`, or the one that Serve's proxy made; Serve also echoes it as a header.

    Outside Serve, where no proxy sets it, each request gets a new one.
    """
    if not hasattr(request.state, "request_id"):
        request.state.request_id = bound_id(request.headers.get("x-request-id", "")) or uuid4().hex
    found: str = request.state.request_id
    return found


def log_id(request: Request) -> str:
    """PaddleX's name of a request: the caller's `logId`, or the request's id where there is none."""
    return getattr(request.state, "log_id", "") or request_id(request)


def bound_id(text: str) -> str:
    """An id that is safe to echo and to log: the printable ASCII of a client's, at most `MAX_ID` characters."""
    return "".join(character for character in text[: 2 * MAX_ID] if " " <= character <= "~")[:MAX_ID].strip()

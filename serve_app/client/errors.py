"""What can go wrong when a service is called."""

from typing import Any


class ServiceError(Exception):
    """The service answered with an error, which calling again did not mend.

    Attributes:
        status: of HTTP.
        code: of the error, for example `unsupported_media`.
        request_id: under which the service's log names the cause.
    """

    def __init__(self, status: int, code: str, message: str, request_id: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.request_id = request_id

    @classmethod
    def of(cls, status: int, body: Any) -> "ServiceError":
        """From an answer in JSON; whatever else comes, as from a proxy in between, is told by its status."""
        error = body.get("error") if isinstance(body, dict) else None
        if not isinstance(error, dict):
            return cls(status, "http_error", f"The server answered with status {status}", "")
        return cls(status, str(error.get("code")), str(error.get("message")), str(error.get("request_id", "")))


class ServiceUnreachable(Exception):
    """No connection to the service, or it broke."""

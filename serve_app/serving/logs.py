"""Where the application's log lines go: each module logs under its own name, and Serve writes it."""

import logging

from serve_app.api import audit

_OURS = logging.getLogger("serve_app")
_SERVES = logging.getLogger("ray.serve")


class ServeLog(logging.Handler):
    """Passes records on to Serve's logger, with whatever files, format and level Serve has given it by then.

    Serve's filters add the id of the request. The audit log is written at any level of Serve's.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Pass a record on."""
        if _SERVES.isEnabledFor(record.levelno) or record.name == audit.logger.name:
            _SERVES.handle(record)


def join_serve_log() -> None:
    """Have Serve write what `serve_app` logs in this process: to the console and to the replica's own file."""
    _OURS.handlers = [ServeLog()]
    _OURS.setLevel(logging.DEBUG)  # Serve's level decides
    _OURS.propagate = False  # the root's handlers, if any, would write each line once more


def leave_access_to_the_audit() -> None:
    """Have Serve's own line for each request of this process left out: the audit log has one that says more.

    Refusals are cheap only if little is written of them.
    """
    _SERVES.addFilter(_is_no_access_line)


def _is_no_access_line(record: logging.LogRecord) -> bool:
    return not getattr(record, "serve_access_log", False)

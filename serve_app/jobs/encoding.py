"""How the values of a job are written in a store: JSON texts, the same in both."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from serve_app.jobs.job import Document, Failure


def documents_to(documents: tuple[Document, ...]) -> str:
    """Documents as JSON."""
    return json.dumps([[document.name, document.media_type, document.digest] for document in documents])


def documents_from(text: str) -> tuple[Document, ...]:
    """Documents of JSON."""
    return tuple(Document(*values) for values in json.loads(text))


def options_to(options: Mapping[str, Any]) -> str:
    """Options as JSON."""
    return json.dumps(dict(options))


def options_from(text: str) -> Mapping[str, Any]:
    """Options of JSON."""
    options: dict[str, Any] = json.loads(text)
    return options


def failure_to(failure: Failure | None) -> str | None:
    """A failure as JSON."""
    return None if failure is None else json.dumps({"code": failure.code, "message": failure.message})


def failure_from(text: str | None) -> Failure | None:
    """A failure of JSON."""
    return Failure(**json.loads(text)) if text else None


def owner_digest(owner: str) -> str:
    """What stays of the owner's name when a job is deleted."""
    return hashlib.sha256(owner.encode()).hexdigest()

"""Server-Sent Events, as https://html.spec.whatwg.org/multipage/server-sent-events.html describes them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class JobEvent:
    """An event of a job: `job` {state}, `planned` {pages}, `page` {number, state, content}, `retry` {number}."""

    id: int
    kind: str
    data: dict[str, Any]


class EventParser:
    """Takes lines, and gives each event that they complete."""

    def __init__(self) -> None:
        self._fields: dict[str, str] = {}

    def feed(self, line: str) -> Iterator[JobEvent]:
        """One line without its end."""
        if line:
            name, _, value = line.partition(":")
            if name:  # a line that begins with a colon is a comment
                value = value.removeprefix(" ")
                before = self._fields.get(name)
                self._fields[name] = f"{before}\n{value}" if name == "data" and before is not None else value
            return
        fields, self._fields = self._fields, {}
        if "data" in fields:
            yield JobEvent(int(fields.get("id") or 0), fields.get("event", "message"), json.loads(fields["data"]))

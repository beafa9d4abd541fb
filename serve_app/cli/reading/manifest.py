"""What has been read already: one line of JSON for each file, in the folder of the results."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

NAME = ".serve-app.jsonl"


def make_key(data: bytes, options: Mapping[str, Any]) -> str:
    """The hash of a file's bytes and of what was asked of it."""
    asked = json.dumps(options, sort_keys=True).encode()
    return hashlib.sha256(hashlib.sha256(data).digest() + asked).hexdigest()


class Manifest:
    """Remembers what is done; safe for threads. A line that a crash cut off counts as not there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / NAME
        self._lock = Lock()
        self._done: dict[str, tuple[str, list[str]]] = {}
        if self._path.exists():
            for line in self._path.read_text(encoding="utf-8").splitlines():
                self._take(line)

    def has(self, name: str, key: str) -> bool:
        """Whether this file was read with these options, and its results are still there."""
        before = self._done.get(name)
        return before is not None and before[0] == key and all((self._folder / part).exists() for part in before[1])

    def add(self, name: str, key: str, outputs: Sequence[str]) -> None:
        """Remember a file whose results have been written."""
        line = json.dumps({"name": name, "key": key, "outputs": list(outputs)})
        with self._lock:
            self._done[name] = (key, list(outputs))
            broken = self._path.exists() and not self._path.read_bytes().endswith(b"\n")
            with self._path.open("a", encoding="utf-8") as file:
                file.write(f"\n{line}\n" if broken else f"{line}\n")

    def _take(self, line: str) -> None:
        try:
            entry = json.loads(line)
            self._done[entry["name"]] = (entry["key"], entry["outputs"])
        except (ValueError, KeyError, TypeError):
            return

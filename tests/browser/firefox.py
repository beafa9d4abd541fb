"""Debian's Firefox over WebDriver BiDi, which it speaks by itself; Playwright wants a Firefox of its own make."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
ANSWER_S = 30.0
_LISTENING = "WebDriver BiDi listening on "


class Firefox:
    """One tab of a Firefox, and what happened in it."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._ids = count(1)
        self.events: list[dict[str, Any]] = []
        self.call("session.new", capabilities={})
        [tab] = self.call("browsingContext.getTree")["contexts"]
        self._tab = tab["context"]
        self.call("browsingContext.activate", context=self._tab)
        self.call("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The result of a command; events that come before it are kept."""
        number = next(self._ids)
        self._connection.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._connection.recv(ANSWER_S))
            if message["type"] == "event":
                self.events.append(message)
            elif message["id"] == number:
                assert message["type"] == "success", message
                return message["result"]

    def open(self, url: str) -> None:
        """Load a page."""
        self.call("browsingContext.navigate", context=self._tab, url=url, wait="complete")

    def evaluate(self, script: str) -> Any:
        """The value of an expression, or of the promise that it is, which must be JSON."""
        script = f"Promise.resolve({script}).then((value) => JSON.stringify(value ?? null))"
        return json.loads(self._evaluate(script)["value"])

    def wait(self, condition: str) -> None:
        """Until an expression is true."""
        look = f"const look = () => ({condition}) ? done() : setTimeout(look, 20)"
        self._evaluate(f"new Promise((done) => {{ {look}; look(); }})")

    def pick(self, selector: str, *files: Path) -> None:
        """Give files to a field for files."""
        files_to_send = [str(file) for file in files]
        self.call("input.setFiles", context=self._tab, element=self._find(selector), files=files_to_send)

    def click(self, selector: str) -> None:
        """Click in the middle of an element. Without a window there is no focus in which Enter would do the same."""
        self.evaluate(f"document.querySelector({selector!r}).scrollIntoView({{block: 'center'}})")
        move = {"type": "pointerMove", "x": 0, "y": 0, "origin": {"type": "element", "element": self._find(selector)}}
        actions = [move, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        mouse = {"type": "pointer", "id": "mouse", "actions": actions}
        self.call("input.performActions", context=self._tab, actions=[mouse])

    def press(self, *keys: str) -> None:
        """Press keys one after the other, each as WebDriver writes it."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        keyboard = {"type": "key", "id": "keyboard", "actions": actions}
        self.call("input.performActions", context=self._tab, actions=[keyboard])

    def shoot(self) -> str:
        """A picture of the page, a PNG in Base64."""
        return str(self.call("browsingContext.captureScreenshot", context=self._tab, origin="document")["data"])

    @property
    def complaints(self) -> list[str]:
        """What stands in the console as warning or error."""
        entries = [event["params"] for event in self.events if event["method"] == "log.entryAdded"]
        return [entry["text"] for entry in entries if entry["level"] in ("warn", "error")]

    @property
    def requested(self) -> list[str]:
        """The addresses that were asked for."""
        sent = [event["params"] for event in self.events if event["method"] == "network.beforeRequestSent"]
        return [each["request"]["url"] for each in sent]

    def _find(self, selector: str) -> dict[str, Any]:
        return {"sharedId": self._evaluate(f"document.querySelector({selector!r})")["sharedId"]}

    def _evaluate(self, script: str) -> dict[str, Any]:
        target = {"context": self._tab}
        answer = self.call("script.evaluate", expression=script, target=target, awaitPromise=True)
        assert answer["type"] == "success", answer
        return answer["result"]


@contextmanager
def launch_firefox(profile: Path) -> Iterator[Firefox]:
    """A Firefox without a window, with a fresh profile."""
    command = [FIREFOX, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        try:
            address = next(line for line in process.stderr if _LISTENING in line).partition(_LISTENING)[2].strip()
            with connect(f"{address}/session", max_size=None) as connection:
                yield Firefox(connection)
        finally:
            process.kill()

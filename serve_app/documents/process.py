"""Starts the process that opens a document, asks it, and ends it: at a time limit, at a cancellation, at the end."""

import asyncio
import json
import logging
import os
import signal
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import serve_app
from serve_app.documents.limits import MIB, DocumentLimits
from serve_app.documents.wire import HEADER, MAX_BYTES, MAX_JSON, Message, pack
from serve_app.errors import ModelUnavailable

log = logging.getLogger(__name__)

_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from serve_app.documents.worker import start; start(sys.argv[2:])"
)

_ENVIRONMENT = {"PATH": os.defpath, "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""All that the process sees of the environment: no keys or passwords lie there for a hostile document to find."""

_NOT_STARTED = "The process that opens documents could not be started. Try again"

_LAST_WORDS_S = 2.0
"""Seconds that a process which has closed its output gets to end."""

Answer = tuple[Message, bytes]


class WorkerDied(Exception):
    """The process ended, or was ended, before it answered. The message says why, for the user."""


class DocumentProcess:
    """One process with one document in it. Not for concurrent use."""

    def __init__(self, process: asyncio.subprocess.Process, limits: DocumentLimits) -> None:
        self._process = process
        self._limits = limits

    @classmethod
    async def start(cls, descriptor: int, kind: str, limits: DocumentLimits) -> "DocumentProcess":
        """Start a fresh interpreter that imports only what it needs, and wait until it has.

        It has not looked at the document by then, so the document is not to blame for an error.

        Args:
            descriptor: the document's open file.
            kind: `PDF`, or Pillow's name of the image format.
            limits: what the process may take.

        Raises:
            ModelUnavailable: when the system cannot start a process.
        """
        # Without site: its .pth files take longer to run than all else that the process imports.
        paths = [str(Path(serve_app.__file__).parents[1]), *(path for path in sys.path if path)]
        command = (sys.executable, "-I", "-S", "-c", _BOOT, json.dumps(paths), str(descriptor), str(os.getpid()))
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                pass_fds=(descriptor,),
                env=_ENVIRONMENT,
                cwd="/",
                limit=MIB,
            )
        except OSError as error:
            raise ModelUnavailable(_NOT_STARTED) from error
        started = cls(process, limits)
        try:
            await started.ask({"kind": kind, "limits": asdict(limits)}, limits.start_wall_s, limits.open_cpu_s)
        except WorkerDied as error:
            log.warning("The process that opens documents did not start: %s", error)
            raise ModelUnavailable(_NOT_STARTED) from error
        return started

    async def open(self, password: str | None) -> Answer:
        """Have the document opened. Errors as for `ask`."""
        return await self.ask({"password": password}, self._limits.open_wall_s, self._limits.open_cpu_s)

    async def ask(self, request: Message, wall_s: float, cpu_s: int) -> Answer:
        """Send a request and wait for its answer. When this raises, the process has ended.

        Raises:
            WorkerDied: when it does not answer within `wall_s` seconds, or dies.
            asyncio.CancelledError: when the caller is cancelled.
        """
        try:
            async with asyncio.timeout(wall_s):
                return await self._exchange(request)
        except TimeoutError as error:
            await self.close()
            raise WorkerDied(f"It takes longer than the allowed {wall_s:g} s") from error
        except (OSError, EOFError, ValueError) as error:
            code = await self.close()
            raise WorkerDied(self._explain(code, cpu_s)) from error
        except BaseException:
            await self.close()
            raise

    async def _exchange(self, request: Message) -> Answer:
        writer, reader = self._process.stdin, self._process.stdout
        if writer is None or reader is None:
            raise EOFError
        writer.write(pack(request))
        await writer.drain()
        length, size = HEADER.unpack(await reader.readexactly(HEADER.size))
        if length > MAX_JSON or size > MAX_BYTES:
            raise ValueError("an answer of impossible length")
        message = json.loads(await reader.readexactly(length))
        if not isinstance(message, dict):
            raise ValueError("an answer of another form")
        return message, await reader.readexactly(size)

    async def close(self) -> int:
        """End the process, if it has not ended, and return its exit status (negative: the signal)."""
        return await asyncio.shield(self._end())

    async def _end(self) -> int:
        process = self._process
        if process.stdout is not None and process.stdout.at_eof():
            # It is about to end by itself: its own exit status says why.
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), _LAST_WORDS_S)
        if process.returncode is None:
            # Not `process.kill()`, which reaps a process that has just ended, and so loses its exit status.
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
        if process.stdin is not None:
            process.stdin.close()
        return await process.wait()

    def _explain(self, code: int, cpu_s: int) -> str:
        if code == -signal.SIGXCPU:
            return f"It takes more than the allowed {cpu_s} s of CPU time"
        if code in (-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS, -signal.SIGILL, -signal.SIGTRAP):
            memory = self._limits.memory_bytes // MIB
            return f"It is built in a way that cannot be read, or that needs more than {memory:,} MiB of memory"
        return f"The process that reads it ended with status {code}"

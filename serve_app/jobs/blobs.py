"""Where the inputs and results of jobs lie: files named by their sha256, in a folder for each job.

A job owns its folder, and nothing is shared between jobs: erasing a job is erasing its folder, with nothing to count,
and no other owner can find out what is stored. Within a job, equal results are stored once.
"""

import asyncio
import hashlib
import os
import shutil
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, Protocol, TypeVar

from serve_app.errors import BlobMissing, StoreUnavailable
from serve_app.jobs.job import JOB_ID

P = ParamSpec("P")
R = TypeVar("R")

ERASE_TRIES = 10
"""Times that a folder is deleted until nothing is left: a worker may be writing into it, and gives up when refused."""


class BlobStore(Protocol):
    """Keeps bytes. Methods raise `StoreUnavailable` if the files cannot be reached or written."""

    async def put(self, job_id: str, content: bytes) -> str:
        """Store bytes durably, and return their sha256 in hexadecimal digits."""

    async def get(self, job_id: str, digest: str) -> bytes:
        """The bytes with this sha256.

        Raises:
            BlobMissing: they are not there, or are damaged.
        """

    async def erase(self, job_id: str) -> None:
        """Delete everything of a job; nothing happens if there is nothing."""

    async def abandoned(self, older_than_s: float) -> list[str]:
        """Jobs with files, none of which was written in the last so many seconds."""


class LocalBlobs:
    """Files below `root`, on a disk that all processes share. A file appears whole or not at all."""

    def __init__(self, root: Path | str) -> None:
        self._root = Path(root)

    async def put(self, job_id: str, content: bytes) -> str:
        """Write, sync and rename."""
        return await threaded(self._put, job_id, content)

    async def get(self, job_id: str, digest: str) -> bytes:
        """Read, and check the sha256."""
        return checked(digest, await threaded(self._get, job_id, digest))

    async def erase(self, job_id: str) -> None:
        """Delete the job's folder."""
        await threaded(self._erase, job_id)

    async def abandoned(self, older_than_s: float) -> list[str]:
        """Folders that have not changed for so long."""
        return await threaded(self._abandoned, older_than_s)

    def _put(self, job_id: str, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        folder = self._root / named(job_id)
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f".{uuid.uuid4().hex}"
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(folder / digest)
        for changed in (folder, self._root):
            descriptor = os.open(changed, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        return digest

    def _get(self, job_id: str, digest: str) -> bytes | None:
        try:
            return (self._root / named(job_id) / digest).read_bytes()
        except FileNotFoundError:
            return None

    def _erase(self, job_id: str) -> None:
        folder = self._root / named(job_id)
        for _ in range(ERASE_TRIES):
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                return
        shutil.rmtree(folder)

    def _abandoned(self, older_than_s: float) -> list[str]:
        if not self._root.is_dir():
            return []
        before = time.time() - older_than_s
        folders = [entry for entry in os.scandir(self._root) if JOB_ID.fullmatch(entry.name)]
        return [entry.name for entry in folders if entry.stat().st_mtime <= before]


def named(job_id: str) -> str:
    """The job's id, if it is one: it becomes a part of a path."""
    if not JOB_ID.fullmatch(job_id):
        raise ValueError("a job's id is 32 hexadecimal digits")
    return job_id


def checked(digest: str, content: bytes | None) -> bytes:
    """The content, if it is what its name says."""
    if content is None or hashlib.sha256(content).hexdigest() != digest:
        raise BlobMissing(f"The stored file {digest[:12]}… is missing or damaged")
    return content


async def threaded(step: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run in a thread; trouble with the files becomes `StoreUnavailable`.

    A caller that is cancelled is held until the thread is done: what it erases then is not written again behind it.
    """
    running = asyncio.ensure_future(asyncio.to_thread(step, *args, **kwargs))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait({running})
        raise
    except OSError as error:
        raise StoreUnavailable(f"The files of jobs cannot be used: {error.strerror or error}", retry_after=5) from error

"""Blobs in an object store that fsspec reaches: S3, Google Cloud Storage, Azure."""

import hashlib
import time
from datetime import datetime
from typing import Any

import fsspec

from serve_app.jobs.blobs import checked, named, threaded


class ObjectBlobs:
    """Objects below `url`, such as `s3://bucket/jobs`; `options` are those of fsspec's file system.

    An object store puts an object whole or not at all. S3 needs `s3fs` installed, Google Cloud Storage `gcsfs`.
    """

    def __init__(self, url: str, **options: Any) -> None:
        self._files, root = fsspec.core.url_to_fs(url, use_listings_cache=False, **options)
        self._root = root.rstrip("/")

    async def put(self, job_id: str, content: bytes) -> str:
        """Put an object."""
        digest = hashlib.sha256(content).hexdigest()
        await threaded(self._files.pipe_file, f"{self._folder(job_id)}/{digest}", content)
        return digest

    async def get(self, job_id: str, digest: str) -> bytes:
        """Get an object, and check its sha256."""
        return checked(digest, await threaded(self._get, f"{self._folder(job_id)}/{digest}"))

    async def erase(self, job_id: str) -> None:
        """Delete the objects of a job."""
        await threaded(self._erase, self._folder(job_id))

    async def abandoned(self, older_than_s: float) -> list[str]:
        """Jobs whose newest object is so old."""
        return await threaded(self._abandoned, older_than_s)

    def _folder(self, job_id: str) -> str:
        return f"{self._root}/{named(job_id)}"

    def _get(self, path: str) -> bytes | None:
        try:
            content: bytes = self._files.cat_file(path)
        except FileNotFoundError:
            return None
        return content

    def _erase(self, folder: str) -> None:
        try:
            self._files.rm(folder, recursive=True)
        except FileNotFoundError:
            return

    def _abandoned(self, older_than_s: float) -> list[str]:
        newest: dict[str, float] = {}
        for path in self._files.find(self._root):
            job_id = path.rsplit("/", 2)[-2]
            written: datetime = self._files.modified(path)
            newest[job_id] = max(newest.get(job_id, 0.0), written.timestamp())
        before = time.time() - older_than_s
        return [job_id for job_id, written in newest.items() if written <= before]

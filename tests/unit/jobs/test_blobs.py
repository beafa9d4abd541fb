import asyncio
import hashlib
import os
import threading
import uuid

import pytest

from serve_app.errors import BlobMissing, StoreUnavailable
from serve_app.jobs.blobs import LocalBlobs
from serve_app.jobs.object_blobs import ObjectBlobs

JOB, OTHER = "a" * 32, "b" * 32


@pytest.fixture(params=["local", "objects"])
def blobs(request, tmp_path):
    return LocalBlobs(tmp_path / "blobs") if request.param == "local" else ObjectBlobs(f"memory://{uuid.uuid4().hex}/x")


async def test_bytes_come_back_by_their_sha256(blobs):
    digest = await blobs.put(JOB, b"content")
    assert digest == hashlib.sha256(b"content").hexdigest()
    assert await blobs.put(JOB, b"content") == digest
    assert await blobs.get(JOB, digest) == b"content"


async def test_a_job_sees_and_erases_only_its_own(blobs):
    digest = await blobs.put(JOB, b"content")
    assert await blobs.put(OTHER, b"content") == digest
    await blobs.erase(JOB)
    await blobs.erase(JOB)
    with pytest.raises(BlobMissing):
        await blobs.get(JOB, digest)
    assert await blobs.get(OTHER, digest) == b"content"


async def test_only_ids_become_paths(blobs):
    for call in (blobs.put("../../etc", b"x"), blobs.get("/etc", "passwd"), blobs.erase("..")):
        with pytest.raises(ValueError, match="32 hexadecimal"):
            await call


async def test_files_that_nobody_has_touched_for_long(blobs):
    assert await blobs.abandoned(0) == []
    await blobs.put(JOB, b"content")
    assert await blobs.abandoned(3600) == []
    assert await blobs.abandoned(-1) == [JOB]


async def test_a_damaged_file_is_noticed(tmp_path):
    blobs = LocalBlobs(tmp_path)
    digest = await blobs.put(JOB, b"content")
    (tmp_path / JOB / digest).write_bytes(b"contenT")
    with pytest.raises(BlobMissing):
        await blobs.get(JOB, digest)


async def test_a_disk_that_cannot_be_written_is_a_store_that_is_away(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreUnavailable):
        await LocalBlobs(tmp_path / "file").put(JOB, b"content")


async def test_no_half_written_file_has_a_name(tmp_path, monkeypatch):
    def fail(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StoreUnavailable, match="No space left"):
        await LocalBlobs(tmp_path).put(JOB, b"content")
    assert not [name for name in os.listdir(tmp_path / JOB) if not name.startswith(".")]


async def test_who_cancels_a_write_gets_on_only_when_nothing_is_written_any_more(tmp_path, monkeypatch):
    writing, go_on = threading.Event(), threading.Event()

    def block(_):
        writing.set()
        go_on.wait(60)

    monkeypatch.setattr(os, "fsync", block)
    blobs = LocalBlobs(tmp_path)
    put = asyncio.create_task(blobs.put(JOB, b"content"))
    await asyncio.to_thread(writing.wait, 60)
    put.cancel()
    assert not (await asyncio.wait({put}, timeout=0.05))[0]
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await put
    await blobs.erase(JOB)
    assert not list(tmp_path.iterdir())


async def test_a_folder_is_erased_while_it_is_written_to(tmp_path):
    blobs = LocalBlobs(tmp_path)
    for _ in range(50):
        puts = [asyncio.create_task(blobs.put(JOB, os.urandom(8))) for _ in range(4)]
        await blobs.erase(JOB)
        for result in await asyncio.gather(*puts, return_exceptions=True):
            assert isinstance(result, str | StoreUnavailable)  # written, or refused since the folder went away
        await blobs.erase(JOB)
        assert not list(tmp_path.iterdir())

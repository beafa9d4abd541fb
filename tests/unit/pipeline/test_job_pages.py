"""What became of a job's documents, put together from the store and its files."""

from pathlib import Path

import pytest

from serve_app.documents import process
from serve_app.documents.blocks import PageReading
from serve_app.documents.page import TextSource, UnreadablePage
from serve_app.documents.storage import dump_page
from serve_app.domain import OcrOptions, Size
from serve_app.errors import AppError, Busy
from serve_app.jobs.blobs import LocalBlobs
from serve_app.jobs.intake import Upload, submit
from serve_app.jobs.job import Failure, PageSource, Submission
from serve_app.jobs.sqlite.store import SqliteJobStore
from serve_app.pipeline.document_options import DocumentOptions
from serve_app.pipeline.job_pages import JobPages, load_answer, load_options, load_result, store_options
from tests.pdf_drawings import draw_pdf, draw_sentences

UPLOADS = [Upload("a.pdf", "application/pdf", b"two pages"), Upload("b.png", "image/png", b"three pages")]
SOURCES = [PageSource(0, 0), PageSource(0, 1), PageSource(1, 0), PageSource(1, 1), PageSource(1, 2)]


def reading(number, document_pages):
    return PageReading(number, Size(10, 20), (1.0, 2.0), 0, 0, TextSource.PDF, "", document_pages, ())


class Work:
    """A job of two documents in a store of its own."""

    def __init__(self, folder):
        self.store = SqliteJobStore(folder / "jobs.sqlite", busy_s=30)
        self.blobs = LocalBlobs(folder / "files")

    async def begin(self):
        job = await submit(self.store, self.blobs, UPLOADS, Submission("someone", ()))
        await self.store.plan(await self.store.claim("worker", 60), SOURCES)
        return job

    async def end(self, lease, document_pages=None):
        """End a page: as read, or as failed where no count of pages is given."""
        if document_pages is None:
            return await self.store.fail(lease, Failure("page_unreadable", "torn"))
        content = dump_page(reading(lease.source.page + 1, document_pages))
        return await self.store.finish(lease, await self.blobs.put(lease.job_id, content))


@pytest.fixture
async def work(tmp_path):
    work = Work(tmp_path)
    yield work
    await work.store.close()


async def test_each_document_has_its_own_pages_and_those_that_failed_say_why(work):
    job = await work.begin()
    for count in (2, None, 7, None, 7):
        await work.end(await work.store.claim("worker", 60), count)
    job = await work.store.get(job.id)
    first, second = [await load_result(work.store, work.blobs, job, number) for number in (0, 1)]
    assert (first.kind, first.pages_total) == ("PDF", 2)
    assert [type(page) for page in first.pages] == [PageReading, UnreadablePage]
    assert first.pages[1] == UnreadablePage(2, "torn")
    assert (second.kind, second.pages_total) == ("image", 7)
    assert [page.number for page in second.pages] == [1, 2, 3]


async def test_of_a_document_without_a_page_that_was_read_those_are_counted_that_were_asked_for(work):
    job = await work.begin()
    for _ in SOURCES:
        await work.end(await work.store.claim("worker", 60))
    job = await work.store.get(job.id)
    assert [(await load_result(work.store, work.blobs, job, number)).pages_total for number in (0, 1)] == [2, 3]


async def test_pages_to_come_are_left_out(work):
    job = await work.begin()
    await work.end(await work.store.claim("worker", 60), 2)
    found = await load_result(work.store, work.blobs, await work.store.get(job.id))
    assert [page.number for page in found.pages] == [1]


async def test_what_is_kept_of_a_page_is_decided_as_it_is_loaded(work):
    job = await work.begin()
    await work.end(await work.store.claim("worker", 60), 2)
    kept = []

    def keep(page):
        kept.append(page.number)
        return reading(9, 2)

    found = await load_result(work.store, work.blobs, await work.store.get(job.id), keep=keep)
    assert (kept, [page.number for page in found.pages]) == ([1], [9])


@pytest.mark.parametrize("lines", [None, OcrOptions(return_word_box=True, text_det_thresh=0.4)])
async def test_options_are_kept_beside_how_the_result_is_answered(work, lines):
    options = DocumentOptions("1-3", tables=False, lines=lines)
    stored = store_options(options, {"format": "zip"})
    assert load_options(stored) == options
    job = await submit(work.store, work.blobs, UPLOADS, Submission("someone", (), stored))
    assert load_answer(job) == {"format": "zip"}
    assert load_options(store_options(options)) == options


async def test_a_job_reads_the_pictures_of_a_heic_file(work, bench):
    two, one = ((Path(__file__).parents[2] / "samples" / name).read_bytes() for name in ("turned.heic", "page.heic"))
    uploads = [Upload("a.heic", "image/heic", two), Upload("b.heic", "image/heic", one[:1000])]
    job = await submit(work.store, work.blobs, uploads, Submission("someone", (), store_options(DocumentOptions())))
    pages = JobPages(bench().service, work.blobs)
    sources = await pages.plan(lease := await work.store.claim("worker", 60))
    assert [(source.document, source.page) for source in sources] == [(0, 0), (0, 1), (1, 0)]
    await work.store.plan(lease, sources)
    for _ in sources:
        lease = await work.store.claim("worker", 60)
        try:
            await work.store.finish(lease, await work.blobs.put(lease.job_id, await pages.read(lease)))
        except AppError as error:
            await work.store.fail(lease, Failure("page_unreadable", error.message))
    await pages.close()
    whole, cut = [await load_result(work.store, work.blobs, job, number) for number in (0, 1)]
    assert [(page.number, page.source) for page in whole.pages] == [(1, TextSource.OCR), (2, TextSource.OCR)]
    assert [type(page) for page in cut.pages] == [UnreadablePage]


@pytest.mark.parametrize("counted", [False, True], ids=["plan", "page"])
async def test_what_cannot_be_opened_now_is_tried_again_uncounted(work, bench, monkeypatch, counted):
    document = [Upload("a.pdf", "application/pdf", draw_pdf(draw_sentences))]
    await submit(work.store, work.blobs, document, Submission("someone", (), store_options(DocumentOptions())))
    pages = JobPages(bench().service, work.blobs)
    lease = await work.store.claim("worker", 60)
    if counted:
        await work.store.plan(lease, [PageSource(0, 0)])
        lease = await work.store.claim("worker", 60)
    read = pages.read if counted else pages.plan
    with monkeypatch.context() as broken:
        broken.setattr(process, "_BOOT", "raise SystemExit(1)")
        with pytest.raises(Busy, match="Try again"):
            await read(lease)
    assert await read(lease)
    await pages.close()


async def test_pages_that_come_in_several_batches_are_all_there(work, monkeypatch):
    job = await work.begin()
    for _ in SOURCES:
        await work.end(await work.store.claim("worker", 60), 7)
    ask = work.store.pages
    monkeypatch.setattr(work.store, "pages", lambda job_id, first: ask(job_id, first, 1))
    found = await load_result(work.store, work.blobs, await work.store.get(job.id), 1)
    assert [page.number for page in found.pages] == [1, 2, 3]

"""Reads the pages of jobs: what `serve_app.jobs.runner` asks for, by the same pipeline as requests."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import asdict
from functools import partial
from typing import Any

from serve_app.documents.blocks import DocumentReading, PageReading
from serve_app.documents.document import Document, open_document
from serve_app.documents.open_documents import OpenDocuments
from serve_app.documents.page import UnreadablePage
from serve_app.documents.page_range import parse_pages
from serve_app.documents.running_heads import mark_running_heads
from serve_app.documents.storage import dump_page, load_page
from serve_app.domain import OcrOptions
from serve_app.errors import Busy, ModelUnavailable, UnreadableDocument
from serve_app.jobs.blobs import BlobStore
from serve_app.jobs.job import Job, Lease, PageSource, PageState
from serve_app.jobs.store import JobStore, iterate_pages
from serve_app.pipeline.document import Keep, admit_document, find_limits
from serve_app.pipeline.document_options import DocumentOptions
from serve_app.pipeline.page import PageReader
from serve_app.pipeline.service import Service
from serve_app.pipeline.text import admit_text

MODEL_WAIT_S = 2
"""Seconds after which a page is tried again that met no replica of a model."""


_ANSWER = "answer"
"""Where a job keeps how it is to be answered, beside the options of reading."""


def store_options(options: DocumentOptions, answer: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The options as a job keeps them; `answer` is JSON that says how the one who asks wants the result."""
    return asdict(options) | ({_ANSWER: dict(answer)} if answer is not None else {})


def load_options(stored: Mapping[str, Any]) -> DocumentOptions:
    """What `store_options` wrote."""
    options = {name: value for name, value in stored.items() if name != _ANSWER}
    lines = options.get("lines")
    return DocumentOptions(**options | {"lines": lines and OcrOptions(**lines)})


def load_answer(job: Job) -> Mapping[str, Any]:
    """How the result of a job is to be answered; empty for a job that says nothing of it."""
    answer: Mapping[str, Any] = job.options.get(_ANSWER, {})
    return answer


class JobPages:
    """Counts and reads the pages of jobs in this process; documents stay open from one page to the next."""

    def __init__(self, service: Service, blobs: BlobStore) -> None:
        self._service = service
        self._blobs = blobs
        self._documents = OpenDocuments()

    async def plan(self, lease: Lease) -> Sequence[PageSource]:
        """The pages that were asked for.

        Raises:
            AppError: a document cannot be opened, or has no such pages.
        """
        options = load_options(lease.options)
        sources = []
        with _waiting():
            for number in range(len(lease.documents)):
                async with self._use(lease, number, options) as document:
                    sources += [PageSource(number, index) for index in parse_pages(options.pages, document.page_count)]
        return sources

    async def read(self, lease: Lease) -> bytes:
        """A page as `load_page` takes it.

        Raises:
            AppError: the page cannot be read, a model failed, or is busy.
        """
        if lease.source is None:
            raise ValueError("a plan has no page")
        options = load_options(lease.options)
        admit = admit_text if options.lines is not None else admit_document
        with _waiting(), admit(self._service, self._service.config.documents.deadline_s) as ticket:
            async with self._use(lease, lease.source.document, options) as document:
                page = await PageReader(self._service, ticket, document, options).read(lease.source.page)
        if isinstance(page, UnreadablePage):
            raise UnreadableDocument(page.reason)
        return dump_page(page)

    async def close(self) -> None:
        """Close the documents."""
        await self._documents.close()

    def _use(self, lease: Lease, number: int, options: DocumentOptions) -> AbstractAsyncContextManager[Document]:
        return self._documents.use(f"{lease.job_id}/{number}", partial(self._open, lease, number, options))

    def _open(self, lease: Lease, number: int, options: DocumentOptions) -> AbstractAsyncContextManager[Document]:
        return _OpenStored(self._blobs, lease, number, self._service, options)


@contextmanager
def _waiting() -> Iterator[None]:
    """What starts or restarts is no fault of the page: that waits, and the attempt is not counted."""
    try:
        yield
    except ModelUnavailable as error:
        raise Busy(error.message, MODEL_WAIT_S) from error


class _OpenStored:
    """Opens a document of a job from the files of jobs."""

    def __init__(self, blobs: BlobStore, lease: Lease, number: int, service: Service, options: DocumentOptions) -> None:
        self._blobs, self._lease, self._number = blobs, lease, number
        self._service, self._options = service, options
        self._opened: AbstractAsyncContextManager[Document] | None = None

    async def __aenter__(self) -> Document:
        data = await self._blobs.get(self._lease.job_id, self._lease.documents[self._number].digest)
        limits = find_limits(self._service.config.documents)
        self._opened = open_document(data, limits, self._options.password)
        return await self._opened.__aenter__()

    async def __aexit__(self, *error: Any) -> None:
        if self._opened is not None:
            await self._opened.__aexit__(*error)


async def load_result(
    store: JobStore, blobs: BlobStore, job: Job, document: int = 0, keep: Keep | None = None
) -> DocumentReading:
    """What has been read of a job's document so far. Pages that failed say why; those to come are left out."""
    pages: list[PageReading | UnreadablePage] = []
    asked = 0
    async for page in iterate_pages(store, job.id):
        if page.source.document != document:
            continue
        asked += 1
        if page.state is PageState.DONE and page.result:
            content = await blobs.get(job.id, page.result)
            pages.append(await asyncio.to_thread(_load, content, keep))
        elif page.failure is not None:
            pages.append(UnreadablePage(page.source.page + 1, page.failure.message))
    marked = {page.number: page for page in mark_running_heads([p for p in pages if isinstance(p, PageReading)])}
    total = next((page.document_pages for page in marked.values()), asked)
    kind = "PDF" if job.documents[document].media_type == "application/pdf" else "image"
    return DocumentReading(kind, total, tuple(marked.get(p.number, p) for p in pages))


def _load(content: bytes, keep: Keep | None) -> PageReading:
    page = load_page(content)
    return keep(page) if keep else page

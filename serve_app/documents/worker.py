"""The process that opens one document, with bounds on its memory and CPU that nothing in the document can lift.

It is started by `process`, which bounds its wall time. It reads the document from a file descriptor, answers one
request after the other, and ends when its input does, or when the process that started it dies.
"""

import ctypes
import io
import mmap
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from typing import BinaryIO, Protocol

from PIL import Image

from serve_app.documents.kind import PDF
from serve_app.documents.limits import DocumentLimits
from serve_app.documents.page import DocumentPage, ImageFormat
from serve_app.documents.wire import Message, pack, read_message, write_page
from serve_app.domain import Box
from serve_app.errors import AppError, UnreadableDocument
from serve_app.imaging.media_types import HEIC

PNG_LEVEL = 1
"""zlib's fastest, as in `imaging.encode`, which brings too much with it to be imported here."""

JPEG_QUALITY = 90

_PR_SET_PDEATHSIG = 1  # prctl(2)
_OPEN_FILES = 64


class PagedFile(Protocol):
    """An opened document."""

    page_count: int

    def read_page(self, index: int, dpi: float, *, with_image: bool) -> tuple[DocumentPage, Image.Image | None]:
        """What a page holds, and the page as an image."""

    def render(self, index: int, box: Box, dpi: float) -> Image.Image:
        """A part of a page, given in points."""


def main(descriptor: int, parent: int) -> None:
    """Serve the document in the file `descriptor` over standard input and output, until the input ends."""
    _die_with(parent)
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not come between the messages
    starting = read_message(requests)
    if starting is None:
        return
    limits = DocumentLimits(**starting["limits"])
    _bound_process(limits)
    _grant_cpu(limits.open_cpu_s)
    open_file = _import(starting["kind"])
    _send(answers, {})  # what goes wrong from here on is the document's fault
    opening = read_message(requests)
    if opening is None:
        return
    _grant_cpu(limits.open_cpu_s)
    try:
        file = open_file(_map(descriptor), opening["password"], limits)
    except Exception as error:
        _send(answers, _describe(error, limits))
        return
    _send(answers, {"pages": file.page_count})
    while (request := read_message(requests)) is not None:
        _grant_cpu(limits.page_cpu_s)
        try:
            _send(answers, *_serve(file, request))
        except Exception as error:
            _send(answers, _describe(error, limits))


def _die_with(parent: int) -> None:
    # Sent when the thread ends that started this process: the one of the event loop, which lives as long.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)


def _bound_process(limits: DocumentLimits) -> None:
    _bound(resource.RLIMIT_AS, limits.memory_bytes)
    _bound(resource.RLIMIT_CORE, 0)
    _bound(resource.RLIMIT_FSIZE, 0)
    _bound(resource.RLIMIT_NOFILE, _OPEN_FILES)


def _grant_cpu(seconds: int) -> None:
    """Bound the CPU time from now on. The kernel sends SIGXCPU, which ends the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    total = int(used.ru_utime + used.ru_stime + 0.999) + seconds
    _bound(resource.RLIMIT_CPU, total, for_ever=False)


def _bound(kind: int, most: int, *, for_ever: bool = True) -> None:
    """Set a bound of this process, which may be raised again if it is not for ever.

    One under which the whole service was started (`ulimit`) can only be lowered.
    """
    _, outer = resource.getrlimit(kind)
    bound = most if outer == resource.RLIM_INFINITY else min(most, outer)
    resource.setrlimit(kind, (bound, bound if for_ever else outer))


def _import(kind: str) -> Callable[[mmap.mmap, str | None, DocumentLimits], PagedFile]:
    """What opens documents of this kind."""
    if kind == PDF:
        from serve_app.documents.pdf import PdfFile

        return PdfFile
    from serve_app.documents.frames import ImageFile

    if kind == HEIC:
        from serve_app.documents.heic import register_heic

        register_heic()
    return lambda data, _, limits: ImageFile(data[:], kind, limits)


def _map(descriptor: int) -> mmap.mmap:
    # Private and writable, since ctypes takes no buffer that is read-only.
    data = mmap.mmap(descriptor, 0, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_WRITE)
    os.close(descriptor)
    return data


def _serve(file: PagedFile, request: Message) -> tuple[Message, bytes]:
    if request["box"] is not None:
        image = file.render(request["page"], Box(*request["box"]), request["dpi"])
        return _encode(image, request["image"])
    page, whole = file.read_page(request["page"], request["dpi"], with_image=request["image"] is not None)
    described: Message = {"page": write_page(page)}
    if whole is None:
        return described, b""
    encoded, data = _encode(whole, request["image"])
    return described | encoded, data


def _encode(image: Image.Image, image_format: ImageFormat) -> tuple[Message, bytes]:
    buffer = io.BytesIO()
    if image_format == "png":
        image.save(buffer, "PNG", compress_level=PNG_LEVEL)
    else:
        image.save(buffer, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return {"image": {"media_type": f"image/{image_format}", "size": list(image.size)}}, buffer.getvalue()


def _describe(error: Exception, limits: DocumentLimits) -> Message:
    if isinstance(error, MemoryError):
        return {"error": UnreadableDocument.__name__, "message": explain_memory(limits)}
    if isinstance(error, AppError):
        return {"error": type(error).__name__, "message": error.message}
    # PDFium and Pillow raise what they like at a damaged file; a mistake of ours would look the same, so it is logged.
    traceback.print_exception(error)
    return {"error": UnreadableDocument.__name__, "message": f"It cannot be read ({type(error).__name__})"}


def explain_memory(limits: DocumentLimits) -> str:
    """What to say of a page that took too much memory."""
    return f"It needs more than the {limits.memory_bytes // (1024 * 1024):,} MiB of memory that a page may take"


def _send(stream: BinaryIO, message: Message, data: bytes = b"") -> None:
    stream.write(pack(message, data))
    stream.write(data)
    stream.flush()


def start(arguments: list[str]) -> None:
    """Entry point of the process; arguments are the file descriptor and the parent's process id."""
    main(int(arguments[0]), int(arguments[1]))

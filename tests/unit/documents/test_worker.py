"""The process of a document: what it answers, asked in this process; and how it ends, as a process."""

import io
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from serve_app.documents import worker
from serve_app.documents.frames import ImageFile
from serve_app.documents.limits import MIB, DocumentLimits
from serve_app.documents.wire import HEADER, pack, parse_page
from serve_app.errors import TooManyPixels
from tests.drawings import encode

IMAGE = Image.new("RGB", (60, 40), "red")
LIMITS = DocumentLimits()


def ask(box: list[float] | None = None, image: str | None = None, dpi: float = 72.0) -> tuple[dict, bytes]:
    file = ImageFile(encode(IMAGE), "PNG", LIMITS)
    return worker._serve(file, {"page": 0, "dpi": dpi, "box": box, "image": image})


def test_a_page_is_described_without_its_image_where_none_is_asked_for() -> None:
    message, data = ask()
    assert set(message) == {"page"}
    assert data == b""
    assert parse_page(message["page"], None).size.width == 60


@pytest.mark.parametrize("image_format", ["png", "jpeg"])
def test_an_image_comes_behind_the_message_in_the_format_asked_for(image_format: str) -> None:
    message, data = ask(image=image_format)
    assert set(message) == {"page", "image"}
    assert message["image"] == {"media_type": f"image/{image_format}", "size": [60, 40]}
    opened = Image.open(io.BytesIO(data))
    assert (opened.format, opened.size) == (image_format.upper(), (60, 40))


def test_a_part_is_rendered_and_the_page_not_described() -> None:
    message, data = ask(box=[10.0, 10.0, 30.0, 20.0], image="png")
    assert message == {"image": {"media_type": "image/png", "size": [20, 10]}}
    assert Image.open(io.BytesIO(data)).size == (20, 10)


def test_errors_of_ours_go_by_name_and_message() -> None:
    told = worker._describe(TooManyPixels("too large"), LIMITS)
    assert told == {"error": "TooManyPixels", "message": "too large"}


def test_memory_that_ran_out_is_told_with_the_bound() -> None:
    told = worker._describe(MemoryError(), DocumentLimits(memory_bytes=2048 * MIB))
    assert told["error"] == "UnreadableDocument"
    assert "2,048 MiB" in told["message"]


def test_any_other_error_is_a_damaged_file_and_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    told = worker._describe(KeyError("secret of the file"), LIMITS)
    assert told == {"error": "UnreadableDocument", "message": "It cannot be read (KeyError)"}
    assert "secret of the file" in capsys.readouterr().err


@pytest.fixture
def served() -> Iterator[subprocess.Popen[bytes]]:
    """A process with one image in it, whose parent is this one."""
    descriptor = os.memfd_create("document")
    os.write(descriptor, encode(IMAGE))
    code = "import sys; from serve_app.documents.worker import start; start(sys.argv[1:])"
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(descriptor), str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=(descriptor,),
    )
    os.close(descriptor)
    with process:
        yield process
        process.kill()


def exchange(process: subprocess.Popen[bytes], message: dict) -> tuple[bytes, bytes]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(pack(message))
    process.stdin.flush()
    length, size = HEADER.unpack(process.stdout.read(HEADER.size))
    return process.stdout.read(length), process.stdout.read(size)


def start_document(process: subprocess.Popen[bytes], **limits: int) -> bytes:
    """The process tells that it has started, and is then asked to open its document."""
    values = {name: getattr(LIMITS, name) for name in DocumentLimits.__slots__}
    assert exchange(process, {"kind": "PNG", "limits": values | limits}) == (b"{}", b"")
    message, _ = exchange(process, {"password": None})
    return message


def test_it_goes_on_after_an_error_and_ends_with_its_input(served: subprocess.Popen[bytes]) -> None:
    assert start_document(served) == b'{"pages":1}'
    message, _ = exchange(served, {"page": 7, "dpi": 72, "box": None, "image": None})
    assert b'"error"' in message
    message, data = exchange(served, {"page": 0, "dpi": 72, "box": None, "image": "png"})
    assert b'"page"' in message
    assert Image.open(io.BytesIO(data)).size == (60, 40)
    assert served.stdin is not None
    served.stdin.close()
    assert served.wait(60) == 0


def test_its_bounds_are_set(served: subprocess.Popen[bytes]) -> None:
    start_document(served, memory_bytes=700 * MIB, open_cpu_s=2)
    bounds = Path(f"/proc/{served.pid}/limits").read_text()
    found = {line[:26].strip(): line[26:].split()[0] for line in bounds.splitlines()[1:]}
    assert found["Max address space"] == str(700 * MIB)
    assert found["Max core file size"] == found["Max file size"] == "0"
    assert found["Max open files"] == "64"
    assert 2 <= int(found["Max cpu time"]) <= 12


def test_bounds_under_which_the_service_was_started_stay(served: subprocess.Popen[bytes]) -> None:
    for kind, most in ((resource.RLIMIT_CPU, 30), (resource.RLIMIT_NOFILE, 40)):
        resource.prlimit(served.pid, kind, (most, most))
    assert start_document(served) == b'{"pages":1}'
    assert resource.prlimit(served.pid, resource.RLIMIT_NOFILE) == (40, 40)
    now, outer = resource.prlimit(served.pid, resource.RLIMIT_CPU)
    assert now <= outer == 30


def test_a_document_that_cannot_be_opened_ends_it(served: subprocess.Popen[bytes]) -> None:
    assert b'"error":"TooManyPixels"' in start_document(served, max_frame_pixels=100)
    assert served.wait(60) == 0


def test_it_ends_where_its_parent_is_another_process() -> None:
    code = "from serve_app.documents.worker import start; start(['0', '1'])"
    ended = subprocess.run([sys.executable, "-c", code], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert ended.returncode == 1

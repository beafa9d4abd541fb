"""No route takes more of a body into memory than its limit, whether the client says how long it is or not."""

import json
import re
from types import SimpleNamespace

import pytest
from starlette.requests import Request

from serve_app.api.receiving import Arrivals
from serve_app.api.upload import read_image
from serve_app.config import AppConfig, DocumentsConfig, Limits
from serve_app.errors import BadRequest, InvalidParameter, TooManyBytes, UnsupportedMedia
from serve_app.pipeline.admission import Ticket

CHUNK = 64 * 1024
LIMIT = 1 << 20
BOUNDARY = "frontier"
FORM = f"multipart/form-data; boundary={BOUNDARY}"
HEAD = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
).encode()


@pytest.fixture
def config():
    return AppConfig(limits=Limits(max_bytes=LIMIT), documents=DocumentsConfig(max_bytes=LIMIT))


TICKET = Ticket({}, 60.0, lambda: 0.0)


class Body:
    """Chunks without end, as far as anyone takes them: at most 64 MiB."""

    def __init__(self, head=b""):
        self.head = head
        self.taken = 0

    async def __aiter__(self):
        yield self.head
        for _ in range(1024):
            self.taken += CHUNK
            yield b"A" * CHUNK


@pytest.mark.parametrize(
    ("path", "content_type", "head", "most"),
    [
        ("/v1/ocr", "image/png", b"", LIMIT),
        ("/v1/ocr", FORM, HEAD, LIMIT + 16 * 1024),
        ("/v1/chart", FORM, HEAD, LIMIT + 16 * 1024),
        ("/v1/analyze", FORM, HEAD, LIMIT + 16 * 1024),
        ("/ocr", "application/json", b'{"fileType": 1, "file": "', LIMIT * 4 // 3 + 64 * 1024),
    ],
)
async def test_a_body_of_unknown_length_is_taken_in_up_to_the_limit(service, path, content_type, head, most):
    body = Body(head)
    answer = await service.http.post(path, content=body, headers={"content-type": content_type})
    assert (answer.status_code, service.calls) == (413, 0)
    assert most - CHUNK <= body.taken <= most + CHUNK


@pytest.mark.parametrize(
    ("path", "content_type", "most"),
    [("/v1/ocr", "image/png", LIMIT), ("/v1/ocr", FORM, LIMIT + 16 * 1024), ("/ocr", "", LIMIT * 4 // 3 + 64 * 1024)],
)
async def test_a_body_that_says_it_is_too_long_is_not_taken_in(service, path, content_type, most):
    body = Body()
    headers = {"content-type": content_type, "content-length": str(most + 1)}
    answer = await service.http.post(path, content=body, headers=headers)
    assert (answer.status_code, body.taken) == (413, 0)


def make_request(config, content_type, body):
    app = SimpleNamespace(state=SimpleNamespace(config=config, arrivals=Arrivals(2 * LIMIT)))
    headers = [(b"content-type", content_type.encode())]

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    return Request({"type": "http", "method": "POST", "headers": headers, "app": app}, receive)


@pytest.mark.parametrize(("size", "fits"), [(LIMIT, True), (LIMIT + 1, False)])
async def test_a_file_of_a_form_has_no_more_bytes_than_a_raw_body(config, size, fits):
    """Before anything looks at the image, which has a bound of its own."""
    file = b"A" * size
    form = make_request(config, FORM, HEAD + file + f"\r\n--{BOUNDARY}--\r\n".encode())
    for request in (form, make_request(config, "image/png", file)):
        if fits:
            assert await read_image(request, TICKET) == file
        else:
            with pytest.raises(TooManyBytes, match=f"{LIMIT + 1:,}"):
                await read_image(request, TICKET)


async def test_a_file_of_a_form_that_is_one_byte_too_long_is_refused(service):
    answer = await service.http.post("/v1/ocr", files={"file": ("a.png", b"A" * (LIMIT + 1), "image/png")})
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_many_bytes")
    fits = await service.http.post("/v1/ocr", files={"file": ("a.png", b"A" * LIMIT, "image/png")})
    assert fits.status_code == 415  # it is no image, and was looked at


async def test_other_fields_of_paddlexs_json_have_room_beside_the_image(service):
    body = json.dumps({"file": "A" * (LIMIT // 3 * 4), "fileType": 1, "logId": "x" * 30_000})
    assert (await service.http.post("/ocr", content=body)).status_code == 415


def form_of(files=(), fields=()):
    """A multipart body."""
    parts = [
        *(f'name="{name}"; filename="a.png"\r\nContent-Type: image/png\r\n\r\nA' for name in files),
        *(f'name="{name}"\r\n\r\n1' for name in fields),
    ]
    body = "".join(f"--{BOUNDARY}\r\nContent-Disposition: form-data; {part}\r\n" for part in parts)
    return (body + f"--{BOUNDARY}--\r\n").encode()


@pytest.mark.parametrize(
    ("files", "fields", "error", "message"),
    [
        (
            ["file"],
            [str(number) for number in range(8)],
            InvalidParameter,
            "0: a form may hold one `file`",
        ),
        (["file"], [str(number) for number in range(9)], BadRequest, "more than 9 parts"),
        (["file", "other"], [], InvalidParameter, "other: a form may hold one `file`"),
        (["file", "file"], [], InvalidParameter, "file: a form may hold one `file`"),
        (["image"], ["size"], BadRequest, "no file named `file` (fields: image, size)"),
        ([], ["file"], BadRequest, "no file named `file` (fields: file)"),
        ([], [], BadRequest, "no file named `file` (fields: none)"),
        (["a" * 300], [], BadRequest, "(fields: " + "a" * 200 + ")"),
        (["file"], ["b" * 100], InvalidParameter, "b" * 80 + ": "),
    ],
)
async def test_a_form_holds_one_file_and_nothing_else(config, files, fields, error, message):
    with pytest.raises(error, match=re.escape(message)):
        await read_image(make_request(config, FORM, form_of(files, fields)), TICKET)


async def test_the_file_of_a_form_is_the_image(config):
    assert await read_image(make_request(config, FORM, form_of(["file"])), TICKET) == b"A"


@pytest.mark.parametrize("content_type", ["image/png; a=b; c=d", "IMAGE/PNG", "application/octet-stream"])
async def test_parameters_and_case_of_a_content_type_do_not_matter(config, content_type):
    assert await read_image(make_request(config, content_type, b"A"), TICKET) == b"A"


async def test_a_content_type_that_holds_no_image_is_told_which_do(config):
    with pytest.raises(UnsupportedMedia, match=r"text/plain cannot .*one of image/png, image/jpeg, "):
        await read_image(make_request(config, "text/plain", b"A"), TICKET)

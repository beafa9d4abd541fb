from contextlib import suppress

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serve_app.api.form import MAX_PARTS, parse_form
from serve_app.errors import BadRequest

TYPE = "multipart/form-data; boundary=X"


def build(**parts):
    request = httpx.Request("POST", "http://service", **parts)
    return request.read(), request.headers["content-type"]


@given(st.binary(max_size=300), st.text(max_size=30).filter(lambda text: text.isprintable()))
def test_reads_what_a_client_writes(data, filename):
    [part] = parse_form(*build(files={"file": (filename or "a", data)}))
    assert (part.name, part.data) == ("file", data)


def test_fields_and_files_are_told_apart():
    field, file = parse_form(*build(files={"file": b"pixels"}, data={"zoom": "true"}))
    assert (field.name, field.filename, bytes(field.data)) == ("zoom", None, b"true")
    assert (file.name, file.filename, bytes(file.data)) == ("file", "upload", b"pixels")


@pytest.mark.parametrize(
    ("body", "content_type", "word"),
    [
        (b"", "multipart/form-data", "boundary"),
        (b"", TYPE, "last boundary"),
        (b"hello", TYPE, "cannot be read"),
        (b'--X\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\npix', TYPE, "last boundary"),
        (b'--X\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' * (MAX_PARTS + 1) + b"--X--", TYPE, "parts"),
        (b"--X\r\n" + b"a: b\r\n" * 100_000, TYPE, "cannot be read"),
    ],
)
def test_what_is_no_form_is_refused(body, content_type, word):
    with pytest.raises(BadRequest, match=word):
        parse_form(body, content_type)


def test_a_part_without_a_name_has_an_empty_one():
    [part] = parse_form(b"--X\r\n\r\ndata\r\n--X--\r\n", TYPE)
    assert (part.name, part.filename) == ("", None)


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from([b"--X", b"--", b"\r\n", b"\r", b"\n", b"X", b": ", b"Content-Disposition", b";", b"\xff"])
    )
)
def test_any_body_is_read_or_refused(pieces):
    with suppress(BadRequest):
        parse_form(b"".join(pieces), TYPE)

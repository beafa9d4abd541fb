"""Reads a multipart form that is in memory. Takes up to 30 ms for 5 MiB, and so belongs in a thread."""

import logging
from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from serve_app.errors import BadRequest

# It warns of each malformed form; the client is told, and could otherwise fill the log.
logging.getLogger("python_multipart").setLevel(logging.ERROR)

MAX_PARTS = 9
"""Parts of a form for one file: the file, and some fields that are named in the error."""


@dataclass(slots=True)
class Part:
    """A part of a form; `filename` is None for a field."""

    name: str = ""
    filename: str | None = None
    data: bytearray = field(default_factory=bytearray)


def parse_form(body: bytes, content_type: str, max_parts: int = MAX_PARTS) -> list[Part]:
    """The parts of a form.

    Raises:
        BadRequest: the body is no form, ends early, or has more than `max_parts` parts.
    """
    boundary = parse_options_header(content_type)[1].get(b"boundary")
    if not boundary:
        raise BadRequest("The content type multipart/form-data has no boundary. Let your HTTP library set it")
    reader = _Reader(max_parts)
    try:
        parser = MultipartParser(
            boundary,
            {
                "on_part_begin": reader.begin,
                "on_header_field": reader.add_header_name,
                "on_header_value": reader.add_header_value,
                "on_header_end": reader.end_header,
                "on_part_data": reader.add_data,
                "on_end": reader.end,
            },
        )
        parser.write(body)
        parser.finalize()
    except (FormParserError, ValueError) as error:
        raise BadRequest(f"The multipart body cannot be read: {str(error)[:120]}") from error
    if not reader.ended:
        raise BadRequest("The multipart body ends before its last boundary. Send the whole of it")
    return reader.parts


class _Reader:
    def __init__(self, max_parts: int) -> None:
        self.max_parts = max_parts
        self.parts: list[Part] = []
        self.ended = False
        self._name, self._value = b"", b""

    def begin(self) -> None:
        if len(self.parts) == self.max_parts:
            raise BadRequest(f"The form has more than {self.max_parts} parts. Send the fields of this route only")
        self.parts.append(Part())

    def add_header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def add_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def end_header(self) -> None:
        if self._name.lower() == b"content-disposition":
            options = parse_options_header(self._value)[1]
            filename = options.get(b"filename")
            self.parts[-1].name = options.get(b"name", b"").decode("utf-8", "replace")
            self.parts[-1].filename = None if filename is None else filename.decode("utf-8", "replace")
        self._name, self._value = b"", b""

    def add_data(self, data: bytes, start: int, end: int) -> None:
        self.parts[-1].data += data[start:end]

    def end(self) -> None:
        self.ended = True

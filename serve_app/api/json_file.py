"""A file in a JSON body: in base64, or as a URL where the config allows it."""

import asyncio
from base64 import b64decode
from typing import Any

from pydantic_core import from_json

from serve_app.api.fetch import fetch_file
from serve_app.api.receiving import too_many_bytes
from serve_app.config import AppConfig
from serve_app.errors import InvalidParameter

FIELDS = 64 * 1024
"""Bytes that the JSON may have beyond the file: the other fields."""

_MAX_VALUES = 1000
"""Commas, colons and brackets of the JSON, of which base64 has none. A body of five million values would hold the event
loop while it is parsed."""

_WHITE = b" \t\r\n\f\v"
_URL_SAFE = bytes.maketrans(b"-_", b"+/")


def parse_json(body: bytes) -> Any:
    """The values of a body that holds a file and a few fields.

    Raises:
        InvalidParameter: no JSON, or far too many values.
    """
    if sum(map(body.count, (b",", b":", b"[", b"{"))) > _MAX_VALUES:
        raise InvalidParameter(f"body: the JSON has more than {_MAX_VALUES:,} values. Send the documented fields only")
    try:
        return from_json(body)
    except ValueError as error:
        raise InvalidParameter(f"body: the JSON is invalid: {str(error)[:200]}") from error


def json_bytes(limit: int) -> int:
    """Bytes that a body may have whose file may have `limit`: base64 takes a third more."""
    return limit * 4 // 3 + FIELDS


async def load_file(file: str, config: AppConfig, limit: int) -> bytes:
    """The bytes of `file`: base64, or a URL where the config allows it.

    Raises:
        InvalidParameter: it is neither.
        TooManyBytes: more than `limit` bytes.
    """
    if file.startswith(("http://", "https://")):
        return await fetch_file(file, config.http, limit)
    try:
        data = await asyncio.to_thread(_decode_base64, file)
    except ValueError as error:
        raise InvalidParameter("file: neither a URL nor valid base64. Encode the file's bytes in base64") from error
    if len(data) > limit:
        raise too_many_bytes(len(data), limit)
    return data


def _decode_base64(text: str) -> bytes:
    """Base64 as clients send it: with the URL-safe letters, without padding, in lines, or as a data URL (RFC 2397).

    Raises:
        ValueError: it is none of these.
    """
    if text.startswith("data:"):
        head, _, text = text.partition(",")
        if not head.endswith(";base64"):
            raise ValueError("a data URL without base64")
    plain = text.encode("ascii").translate(_URL_SAFE, _WHITE).rstrip(b"=")
    return b64decode(plain + b"=" * (-len(plain) % 4), validate=True)

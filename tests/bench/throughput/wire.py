"""How each contestant takes an image and gives its text."""

import base64
import json
from typing import Any

from tests.bench.throughput.load import Message

_BOUNDARY = "image-boundary"


def wrap_raw(image: bytes) -> Message:
    """The image as the body."""
    return Message(image, "image/png")


def wrap_json(image: bytes) -> Message:
    """PaddleX: base64 in JSON, with no drawings asked for."""
    body = {"file": base64.b64encode(image).decode(), "fileType": 1, "visualize": False}
    return Message(json.dumps(body).encode(), "application/json")


def wrap_form(image: bytes) -> Message:
    """rapidocr_api: a multipart form, with its line classifier (which the others do not run) switched off."""
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="use_cls"\r\n\r\nfalse\r\n--{_BOUNDARY}\r\n'
    head += 'Content-Disposition: form-data; name="image_file"; filename="image.png"\r\n\r\n'
    return Message(
        head.encode() + image + f"\r\n--{_BOUNDARY}--\r\n".encode(), f"multipart/form-data; boundary={_BOUNDARY}"
    )


def read_lines(answer: Any) -> list[str]:
    """The lines in an answer of `/v1/ocr`."""
    return [line["text"] for line in answer["lines"]]


def read_paddlex(answer: Any) -> list[str]:
    """The lines in an answer of PaddleX."""
    return [text for page in answer["result"]["ocrResults"] for text in page["prunedResult"]["rec_texts"]]


def read_rapidocr(answer: Any) -> list[str]:
    """The lines in an answer of rapidocr_api."""
    return [line["rec_txt"] for line in answer.values()]


def read_texts(answer: Any) -> list[str]:
    """The lines in an answer of `locked_app`."""
    texts: list[str] = answer["texts"]
    return texts

"""The results of PaddleOCR's jobs: JSON lines with one page each, in PaddleX's shapes; pictures are addresses.

Source: paddleocr 3.7.0, `paddleocr/_api_client/_poller.py` and `_resources.py`, which refuses a picture's name with a
folder in it.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from serve_app.documents.blocks import DocumentReading, PageReading
from serve_app.documents.images import name_image
from serve_app.documents.layout_parsing import prune_page
from serve_app.documents.markdown import to_markdown
from serve_app.documents.page import UnreadablePage

Json = dict[str, Any]

_PICTURE = re.compile(r"page-([0-9]{1,9})-([0-9]{1,9})\.png")


def write_lines(document: DocumentReading, *, lines_only: bool, address: Callable[[str], str] | None) -> Iterator[str]:
    """The JSON lines of a result; `address` gives that of a picture by its name, None leaves pictures out.

    A page that could not be read says so in its place: in its Markdown, or as `error` beside no lines.
    """
    describe = _describe_lines if lines_only else _describe_page
    name = "ocrResults" if lines_only else "layoutParsingResults"
    info = _describe_document(document)
    for page in document.pages:
        yield json.dumps({"result": {name: [describe(page, address)], "dataInfo": info}}, ensure_ascii=False)
        info = {key: value for key, value in info.items() if key != "pages"}  # once is enough: clients join them


def parse_picture(name: str) -> tuple[int, int] | None:
    """The page, and the index of the block there, of a picture's name; None for another name."""
    match = _PICTURE.fullmatch(name)
    return match and (int(match[1]), int(match[2]) - 1)


def _describe_lines(page: PageReading | UnreadablePage, _: object) -> Json:
    if isinstance(page, UnreadablePage):
        return {"prunedResult": {"rec_texts": [], "rec_scores": [], "error": page.reason}}
    return {"prunedResult": page.paddlex}


def _describe_page(page: PageReading | UnreadablePage, address: Callable[[str], str] | None) -> Json:
    images: dict[str, str] = {}

    def link(page: PageReading, index: int) -> str | None:
        name = name_image(page, index)
        if name is None or address is None:
            return None
        flat = name.rpartition("/")[2]
        images[flat] = address(flat)
        return flat

    text = to_markdown(DocumentReading("PDF", 1, (page,)), link)
    pruned = prune_page(page) if isinstance(page, PageReading) else {"parsing_res_list": [], "error": page.reason}
    return {
        "prunedResult": pruned,
        "markdown": {"text": text, "images": images, "isStart": True, "isEnd": True},
        "outputImages": {},
    }


def _describe_document(document: DocumentReading) -> Json:
    sizes = [
        {"width": page.size.width, "height": page.size.height}
        for page in document.pages
        if isinstance(page, PageReading)
    ]
    if document.kind != "PDF" and document.pages_total == 1 and sizes:
        return {**sizes[0], "type": "image"}
    return {"numPages": document.pages_total, "pages": sizes, "type": "pdf" if document.kind == "PDF" else "tiff"}

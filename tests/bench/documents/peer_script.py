"""Runs in the peer's environment: reads PDFs and prints the text of their pages as one line of JSON."""

import json
import sys
import time

import pymupdf.layout

pymupdf.layout.activate()
import pymupdf4llm  # noqa: E402 - it looks for the layout model when it is imported


def read(file: str) -> list[str]:
    """The Markdown of each page, without headers and footers."""
    pages = pymupdf4llm.to_markdown(file, page_chunks=True, header=False, footer=False, show_progress=False)
    return [page["text"].replace("*", "").replace("#", "") for page in pages]


read(sys.argv[1])  # warm
started, cpu = time.monotonic(), time.process_time()
documents = [read(file) for file in sys.argv[1:]]
print(json.dumps({"documents": documents, "seconds": time.monotonic() - started, "cpu_s": time.process_time() - cpu}))

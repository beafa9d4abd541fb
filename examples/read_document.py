"""Writes a document as Markdown beside it: `python examples/read_document.py report.pdf --pages 1-5`."""

import argparse
from pathlib import Path

from serve_app.client import Client, ServiceError

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("document", type=Path)
parser.add_argument("--url", default="http://127.0.0.1:8000")
parser.add_argument("--pages", help="for example 1-5,8,-1")
args = parser.parse_args()

with Client(args.url) as client:
    try:
        read = client.convert(args.document, "markdown", pages=args.pages)
    except ServiceError as error:
        raise SystemExit(f"{args.document}: {error}") from error
target = args.document.with_suffix(".md")
target.write_bytes(read.content)
print(f"{target}: {read.pages_read} pages read, of {read.pages_total} in the document")

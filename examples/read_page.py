"""Prints the text of an image: `python examples/read_page.py tests/samples/page.png`."""

import argparse
from pathlib import Path

from serve_app.client import Client, ServiceError

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("image", type=Path)
parser.add_argument("--url", default="http://127.0.0.1:8000")
args = parser.parse_args()

with Client(args.url) as client:
    try:
        page = client.read_text(args.image)
    except ServiceError as error:
        raise SystemExit(str(error)) from error
for line in page["lines"]:
    print(f"{line['score']:.2f}  {line['text']}")

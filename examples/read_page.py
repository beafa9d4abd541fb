"""Prints the text of an image: `python examples/read_page.py tests/samples/page.png`."""

import argparse
from pathlib import Path

import httpx

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("image", type=Path)
parser.add_argument("--url", default="http://127.0.0.1:8000")
args = parser.parse_args()

answer = httpx.post(f"{args.url}/v1/ocr", files={"file": args.image.read_bytes()}, timeout=120)
if answer.is_error:
    raise SystemExit(answer.json()["error"]["message"])
for line in answer.json()["lines"]:
    print(f"{line['score']:.2f}  {line['text']}")

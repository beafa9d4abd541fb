"""Writes the data of chart images to CSV files beside them: `python examples/chart_to_csv.py *.png`.

Waits as long as the service asks when it is busy, and names the cells that it is not sure of.
"""

import argparse
import csv
import time
from pathlib import Path

import httpx

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("images", type=Path, nargs="+")
parser.add_argument("--url", default="http://127.0.0.1:8000")
parser.add_argument("--sure", type=float, default=0.8, help="confidence below which a cell is named")
args = parser.parse_args()

with httpx.Client(base_url=args.url, timeout=120) as client:
    for image in args.images:
        answer = client.post("/v1/chart", files={"file": image.read_bytes()})
        while answer.status_code == 429:
            time.sleep(int(answer.headers["Retry-After"]))
            answer = client.post("/v1/chart", files={"file": image.read_bytes()})
        if answer.is_error:
            print(f"{image}: {answer.json()['error']['message']}")
            continue
        table = answer.json()
        with image.with_suffix(".csv").open("w", newline="") as file:
            csv.writer(file).writerows([cell["text"] for cell in row] for row in [table["columns"], *table["rows"]])
        unsure = [cell["text"] for row in table["rows"] for cell in row if cell["confidence"] < args.sure]
        print(f"{image}: {table['kind']}, {len(table['rows'])} rows" + (f"; check {unsure}" if unsure else ""))

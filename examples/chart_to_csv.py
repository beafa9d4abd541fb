"""Writes the data of chart images to CSV files beside them: `python examples/chart_to_csv.py *.png`.

Waits as long as the service asks when it is busy, and names the cells that it is not sure of.
"""

import argparse
import csv
from pathlib import Path

from serve_app.client import Client, ServiceError

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("images", type=Path, nargs="+")
parser.add_argument("--url", default="http://127.0.0.1:8000")
parser.add_argument("--sure", type=float, default=0.8, help="confidence below which a cell is named")
args = parser.parse_args()

with Client(args.url) as client:
    for image in args.images:
        try:
            table = client.read_chart(image)
        except ServiceError as error:
            print(f"{image}: {error}")
            continue
        with image.with_suffix(".csv").open("w", newline="") as file:
            csv.writer(file).writerows([cell["text"] for cell in row] for row in [table["columns"], *table["rows"]])
        unsure = [cell["text"] for row in table["rows"] for cell in row if cell["confidence"] < args.sure]
        print(f"{image}: {table['kind']}, {len(table['rows'])} rows" + (f"; check {unsure}" if unsure else ""))

"""Reads a long document as a job, and prints each page as it comes: `python examples/job.py report.pdf`."""

import argparse
import asyncio
from pathlib import Path

from serve_app.client import AsyncClient, ServiceError

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("document", type=Path)
parser.add_argument("--url", default="http://127.0.0.1:8000")
args = parser.parse_args()


async def main() -> None:
    """Hand it in, print its pages, and leave nothing behind."""
    async with AsyncClient(args.url) as client:
        job = await client.submit(args.document)
        # If the connection breaks, the events go on where they were.
        async for event in client.watch(job["id"]):
            if event.kind == "page" and "content" in event.data:
                page = event.data["content"]
                first = next((block["text"] for block in page["blocks"] if block["text"]), "")
                print(f"page {page['number']}: {len(page['blocks'])} blocks, {first[:60]!r}")
        job = await client.get_job(job["id"])
        print(f"{job['state']}: {job['pages']['done']} pages read, {job['pages']['failed']} not")
        await client.cancel_job(job["id"])  # one that has ended is deleted


try:
    asyncio.run(main())
except ServiceError as error:
    raise SystemExit(f"{args.document}: {error}") from error

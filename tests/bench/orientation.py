"""Whether upright pages stay and turned ones are read as well: `python -m tests.bench.orientation`.

Reads pages by the pipeline of `/v1/ocr` with `orientation=auto`, on the installed models in this process: pages drawn
in every font of this machine, clean and spoiled as scanners, phones and faxes do, and the first pages of PDFs
(`--pdfs`). Each is read upright; every `--every`th also turned by 90, 180 and 270 degrees, and its word recall measured
against what the same page read upright. `--charts` does the same with a folder's images, by the reading for charts.
Exits with 1 if an upright one was turned.
"""

import argparse
import asyncio
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from itertools import islice
from pathlib import Path

import pypdfium2
from PIL import Image

from serve_app.config import AppConfig, LayoutConfig, OcrConfig
from serve_app.domain import OcrOptions, Page
from serve_app.hosting.fake import FakeChart
from serve_app.pipeline.service import Service
from serve_app.pipeline.text import admit_text, read_text, read_words
from serve_app.pipeline.upload import Upload
from serve_app.serving.engines import load_layout, load_ocr
from tests.bench.ocr_precision import SPOILS, draw
from tests.clients import LocalChart, LocalLayout, LocalOcr, build_service
from tests.service import ROOT

TURNS = (90, 180, 270)
DPI = 144
LEAST_WORDS = 10
"""Words of a page whose turned reading is measured."""


@dataclass
class Tally:
    """Of one kind of pages: how many stood upright and were turned, and the words of those that were given turned."""

    upright: int = 0
    mistaken: list[str] = field(default_factory=list)
    turned: int = 0
    told: int = 0
    """Of the turned ones, how many were turned back the right way."""
    words: int = 0
    found: int = 0

    def __str__(self) -> str:
        recall = f"{self.found / self.words:.4f}" if self.words else "-"
        return f"{self.upright:8d} {len(self.mistaken):8d} {self.turned:8d} {self.told:8d} {recall:>8}"


def draw_pages(count: int) -> Iterator[tuple[str, Image.Image]]:
    """So many drawn pages, each in another font and spoiled in another way."""
    vocabulary = sorted({word for word in (ROOT / "LICENSE").read_text().split() if word.isascii() and len(word) > 1})
    ways = list(SPOILS.items())
    for seed in range(count):
        name, spoil = ways[seed % len(ways)]
        _, image = draw(seed, vocabulary)
        yield f"{name} {seed}", spoil(image, random.Random(seed))


def render_pages(folder: Path, each: int) -> Iterator[tuple[str, Image.Image]]:
    """The first pages of the PDFs below a folder; what PDFium cannot open is left out."""
    for path in sorted(folder.rglob("*.pdf")):
        try:
            document = pypdfium2.PdfDocument(path)
        except pypdfium2.PdfiumError:
            continue
        for page in islice(document, each):
            yield path.name, page.render(scale=DPI / 72).to_pil().convert("RGB")
        document.close()


def open_images(folder: Path) -> Iterator[tuple[str, Image.Image]]:
    """The PNG files of a folder."""
    for path in sorted(folder.glob("*.png")):
        yield path.name, Image.open(path).convert("RGB")


async def read(service: Service, image: Image.Image, *, chart: bool) -> Page:
    """Read an image as `/v1/ocr` or `/v1/chart` does."""
    data = BytesIO()
    image.save(data, "PNG", compress_level=1)
    with admit_text(service, 3600) as ticket:
        upload = await Upload.open(service, data.getvalue(), ticket)
        if chart:
            return (await read_words(service, ticket, upload, upright=True)).turn_back()
        return await read_text(service, ticket, upload, OcrOptions(), upright=True)


def measure(service: Service, images: Iterator[tuple[str, Image.Image]], every: int, *, chart: bool = False) -> Tally:
    """Read the images upright, and some of them turned."""
    tally = Tally()
    for index, (name, image) in enumerate(images):
        upright = asyncio.run(read(service, image, chart=chart))
        tally.upright += 1
        if upright.turned:
            tally.mistaken.append(f"{name} by {upright.turned}")
            continue
        words = Counter(word for line in upright.lines for word in line.text.split())
        if index % every or words.total() < LEAST_WORDS:
            continue
        for degrees in TURNS:
            page = asyncio.run(read(service, image.rotate(-degrees, expand=True), chart=chart))
            tally.turned += 1
            tally.told += page.turned == degrees
            tally.words += words.total()
            tally.found += (words & Counter(word for line in page.lines for word in line.text.split())).total()
    return tally


def main() -> int:
    """Read, print, and tell by the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=200, help="drawn pages")
    parser.add_argument("--every", type=int, default=10, help="of so many pages one is also read turned")
    parser.add_argument("--pdfs", type=Path, help="a folder of PDFs")
    parser.add_argument("--each", type=int, default=2, help="pages of each PDF")
    parser.add_argument("--charts", type=Path, help="a folder of charts as PNG")
    arguments = parser.parse_args()
    engines = load_ocr(OcrConfig(), "cpu"), load_layout(LayoutConfig(), "cpu")
    clients = LocalOcr(engines[0]), LocalChart(FakeChart()), LocalLayout(engines[1])
    service = build_service(AppConfig(), *clients)
    kinds = {"drawn": lambda: measure(service, draw_pages(arguments.pages), arguments.every)}
    if arguments.pdfs:
        kinds["PDFs"] = lambda: measure(service, render_pages(arguments.pdfs, arguments.each), arguments.every)
    if arguments.charts:
        kinds["charts"] = lambda: measure(service, open_images(arguments.charts), arguments.every, chart=True)
    print(f"{'':8} {'upright':>8} {'mistaken':>8} {'turned':>8} {'told':>8} {'recall':>8}")
    mistaken = []
    for name, tell in kinds.items():
        tally = tell()
        mistaken += tally.mistaken
        print(f"{name:8} {tally}", flush=True)
    print("\n".join(mistaken) or "No upright image was turned")
    return int(bool(mistaken))


if __name__ == "__main__":
    sys.exit(main())

"""What is read in images that are much longer than wide, scaled down and in strips: `python -m tests.bench.strips`.

Draws receipts and banners of known text and reads each by the pipeline of `/v1/ocr` on the installed models in this
process, scaled down to `ocr.max_long_side` as a whole and cut into overlapping strips. Prints the share of the words
that were found, and how many were found more often than they are printed, as where a line at a seam was told twice.
"""

import asyncio
import random
from collections import Counter
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from serve_app.config import AppConfig, OcrConfig
from serve_app.domain import OcrOptions
from serve_app.hosting.fake import FakeChart
from serve_app.pipeline.service import Service
from serve_app.pipeline.text import admit_text, read_text
from serve_app.pipeline.upload import Upload
from serve_app.serving.engines import load_ocr
from tests.bench.ocr_precision import make_word
from tests.clients import LocalChart, LocalOcr, build_service
from tests.service import ROOT

SHAPES = ((400, 12_000, 18), (300, 19_800, 14), (1080, 9000, 28), (12_000, 300, 24), (19_000, 200, 20))
"""Width and height in pixels, and the size of the print."""

MARGIN = 20


def draw(width: int, height: int, size: int, seed: int) -> tuple[list[str], Image.Image]:
    """Lines of words, numbers and codes from edge to edge."""
    rng, font = random.Random(seed), ImageFont.load_default(size)
    vocabulary = sorted({word for word in (ROOT / "LICENSE").read_text().split() if word.isascii() and len(word) > 2})
    image = Image.new("RGB", (width, height), "white")
    pen, words = ImageDraw.Draw(image), []
    for top in range(MARGIN, height - MARGIN - size, 2 * size):
        line = [make_word(rng, vocabulary)]
        length = rng.uniform(0.5, 1.0) * (width - 2 * MARGIN)
        while pen.textlength(" ".join([*line, word := make_word(rng, vocabulary)]), font) < length:
            line.append(word)
        pen.text((MARGIN, top), " ".join(line), "black", font)
        words += line
    return words, image


async def read(service: Service, image: Image.Image, *, strips: bool) -> Counter[str]:
    """The words that are read."""
    data = BytesIO()
    image.save(data, "PNG", compress_level=1)
    with admit_text(service, 3600) as ticket:
        upload = await Upload.open(service, data.getvalue(), ticket)
        page = await read_text(service, ticket, upload, OcrOptions(), strips=strips)
    return Counter(word for line in page.lines for word in line.text.split())


def main() -> None:
    """Read and print."""
    service = build_service(AppConfig(), LocalOcr(load_ocr(OcrConfig(), "cpu")), LocalChart(FakeChart()))
    print(f"{'':14} {'words':>6} {'whole':>14} {'strips':>14}")
    for seed, (width, height, size) in enumerate(SHAPES):
        words, image = draw(width, height, size, seed)
        drawn = Counter(words)
        cells = []
        for strips in (False, True):
            found = asyncio.run(read(service, image, strips=strips))
            recall = (drawn & found).total() / drawn.total()
            more = sum(count - drawn[word] for word, count in found.items() if 0 < drawn[word] < count)
            cells.append(f"{recall:.4f} (+{more})")
        print(f"{width:6d} x {height:5d} {drawn.total():6d} {cells[0]:>14} {cells[1]:>14}", flush=True)


if __name__ == "__main__":
    main()

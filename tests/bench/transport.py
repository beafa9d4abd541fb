"""What JPEG costs in reading: `python -m tests.bench.transport`.

Pages in several sizes of print are scaled down by a third, as preparation does with large uploads, sent as PNG and as
JPEG of several qualities, and read by the installed OCR. Prints the character error rate against the text that was
drawn, the bytes on the way, and the time to encode.
"""

import time
from collections.abc import Iterator
from random import Random

from rapidfuzz.distance import Levenshtein

from serve_app.config import OcrConfig, Transport
from serve_app.domain import OcrOptions
from serve_app.imaging.decode import decode
from serve_app.imaging.encode import encode
from serve_app.imaging.header import check_header
from serve_app.imaging.resize import bound
from serve_app.serving.engines import load_ocr
from tests.drawings import draw_page
from tests.drawings import encode as encode_upload

LIMITS = {"max_bytes": 10**8, "max_pixels": 10**8, "max_side": 10**5, "max_decode_bytes": 10**12}
WORDS = [
    "revenue",
    "cost",
    "margin",
    "growth",
    "share",
    "index",
    "volume",
    "price",
    "rate",
    "total",
    "average",
    "change",
    "north",
    "south",
    "import",
    "export",
]
WAYS: dict[str, tuple[Transport, int]] = {
    "lossless": ("lossless", 0),
    "jpeg 90": ("jpeg", 90),
    "jpeg 75": ("jpeg", 75),
    "jpeg 50": ("jpeg", 50),
}


def draw_texts(sizes: tuple[int, ...] = (14, 16, 18, 22, 28), pages: int = 3) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Print sizes in pixels before scaling, and lines of words and numbers to draw."""
    random = Random(0)
    for size in sizes:
        for _ in range(pages):
            yield (
                size,
                tuple(
                    " ".join(
                        random.choice(WORDS) if random.random() < 0.7 else f"{random.uniform(1, 9999):,.2f}"
                        for _ in range(6)
                    )
                    for _ in range(12)
                ),
            )


def main() -> None:
    engine = load_ocr(OcrConfig(), "cpu")
    print(f"{'print':>8} {'way':>9} {'CER':>8} {'KiB':>7} {'encode ms':>10}")
    totals = dict.fromkeys(WAYS, (0, 0))
    for size in (14, 16, 18, 22, 28):
        texts = [lines for drawn, lines in draw_texts() if drawn == size]
        for way, (transport, quality) in WAYS.items():
            edits = characters = octets = 0
            seconds = 0.0
            for lines in texts:
                upload = encode_upload(draw_page(lines, width=900, size=size))
                header = check_header(
                    upload, max_bytes=10**8, max_pixels=10**8, max_side=10**5, max_decode_bytes=10**12
                )
                image = bound(decode(upload, header), 600)
                start = time.perf_counter()
                data = encode(image, transport, quality)
                seconds += time.perf_counter() - start
                sent = decode(data, check_header(data, **LIMITS))
                read = "\n".join(line.text for line in engine.read(sent, OcrOptions()).lines)
                drawn = "\n".join(lines)
                edits += Levenshtein.distance(read, drawn)
                characters += len(drawn)
                octets += len(data)
            totals[way] = (totals[way][0] + edits, totals[way][1] + characters)
            print(
                f"{size * 2 / 3:>5.1f} px {way:>9} {edits / characters:>8.2%} {octets / len(texts) / 1024:>7.0f} "
                f"{seconds / len(texts) * 1000:>10.1f}"
            )
    for way, (edits, characters) in totals.items():
        print(f"{'all':>8} {way:>9} {edits / characters:>8.2%}")


if __name__ == "__main__":
    main()

"""Resident memory and CPU time of one OCR engine that reads images of ever new sizes, in its thread as in a replica.

python -m tests.bench.ocr_memory --images 500 --set cpu_runtime=onnxruntime
python -m tests.bench.ocr_memory --images 100 --width 300 4000 --height 200 4000
"""

import argparse
import asyncio
import random
import resource
import time

from PIL import Image, ImageDraw, ImageFont

from serve_app.config import OcrConfig, RecycleConfig
from serve_app.domain import OcrOptions
from serve_app.hosting.model_thread import ModelThread
from serve_app.hosting.protocols import OcrEngine, Stop
from serve_app.hosting.resident import resident_bytes
from serve_app.serving.engines import load_ocr

WORDS = ("amount", "invoice", "river", "contract", "total", "seven", "board", "market", "quarter", "north", "figure")
STEPS = 10


def draw(rng: random.Random, width: int, height: int, size: int = 22) -> Image.Image:
    """A page of random words and numbers."""
    image = Image.new("RGB", (width, height), "white")
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(size)
    for top in range(20, height - size, int(size * 2.4)):
        line, length = "", rng.uniform(0.3, 0.85) * width
        while pen.textlength(line, font=font) < length:
            line += f"{rng.choice(WORDS)} {rng.randint(1, 9999)} "
        pen.text((20, top), line, fill="black", font=font)
    return image


def main() -> None:
    """Read the images, and print what the process holds after each tenth of them, and the most that it ever held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=500)
    parser.add_argument("--width", type=int, nargs=2, default=(200, 700), help="least and most pixels")
    parser.add_argument("--height", type=int, nargs=2, default=(100, 500))
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="settings of `ocr:`")
    arguments = parser.parse_args()
    config = OcrConfig(**dict(item.split("=", 1) for item in arguments.set))
    model = ModelThread(
        lambda: load_ocr(config, "cpu"), call_limit_s=config.call_limit_s, recycle=RecycleConfig(resident_mib=1 << 20)
    )
    asyncio.run(read_images(model, arguments))


async def read_images(model: ModelThread[OcrEngine], arguments: argparse.Namespace) -> None:
    """Draw and read one image after the other."""
    rng = random.Random(5)
    print(f"loaded: {resident_bytes() >> 20} MiB", flush=True)
    started, cpu, characters = time.perf_counter(), _cpu_seconds(), 0
    for count in range(1, arguments.images + 1):
        page = draw(rng, rng.randint(*arguments.width), rng.randint(*arguments.height))

        def read(engine: OcrEngine, _: Stop, page: Image.Image = page) -> int:
            return sum(len(line.text) for line in engine.read(page, OcrOptions()).lines)

        characters += await model.call(read)
        if count % max(1, arguments.images // STEPS) == 0:
            print(
                f"{count} images: {resident_bytes() >> 20} MiB, at most {_peak_mib()}; "
                f"{time.perf_counter() - started:.1f} s, "
                f"{_cpu_seconds() - cpu:.1f} s of CPU, {characters} characters",
                flush=True,
            )


def _peak_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()

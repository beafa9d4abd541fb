"""What bfloat16 costs in reading: `python -m tests.bench.ocr_precision`.

Draws pages of known text in every font of this machine that charts are drawn in, spoils them as scanners, phones and
faxes do, and has the same engine read each in float32 and in bfloat16. Prints for each kind of page the word recall
and the character error rate of both, the words that only one of them read, and seconds of CPU. Exits with 1 if bfloat16
reads significantly fewer words (two standard errors of the difference over pages) or more than 0.1 % fewer.

CPUs differ in the order of additions alone, so that the texts say as much on one without AMX; the time does not.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from statistics import mean, stdev

import numpy as np
from PIL import Image, ImageDraw, ImageFilter
from rapidfuzz.distance import Levenshtein

from serve_app.chartgraph.training.renderer.fonts import find_faces_for, load_font
from serve_app.config import OcrConfig
from serve_app.domain import OcrOptions
from serve_app.hosting.protocols import OcrEngine
from serve_app.serving.engines import load_ocr
from tests.service import ROOT

PRECISIONS = ("float32", "bfloat16")
WIDTH, LINES, MARGIN = 1000, 18, 40


def compress(image: Image.Image, _: random.Random) -> Image.Image:
    """As JPEG of low quality."""
    target = BytesIO()
    image.save(target, "JPEG", quality=25)
    return Image.open(target).convert("RGB")


def blur(image: Image.Image, rng: random.Random) -> Image.Image:
    """Out of focus."""
    return image.filter(ImageFilter.GaussianBlur(rng.uniform(0.8, 1.8)))


def shrink(image: Image.Image, rng: random.Random) -> Image.Image:
    """Scanned at a low resolution: letters of 6 to 9 pixels."""
    share = rng.uniform(0.4, 0.55)
    return image.resize((int(image.width * share), int(image.height * share)), Image.Resampling.BILINEAR)


def speckle(image: Image.Image, rng: random.Random) -> Image.Image:
    """The grain of a phone's sensor in the dark."""
    pixels = np.asarray(image, dtype=np.float32)
    grain = np.random.default_rng(rng.getrandbits(32)).normal(0, rng.uniform(18, 40), pixels.shape)
    return Image.fromarray(np.clip(pixels + grain, 0, 255).astype(np.uint8))


def fade(image: Image.Image, rng: random.Random) -> Image.Image:
    """Grey on grey, darker to one side."""
    pixels = np.asarray(image, dtype=np.float32) / 255
    shade = np.linspace(0, rng.uniform(40, 90), image.width)[None, :, None]
    return Image.fromarray((150 + 60 * pixels - shade).astype(np.uint8))


def tilt(image: Image.Image, rng: random.Random) -> Image.Image:
    """Laid askew on the glass."""
    return image.rotate(rng.choice((-1, 1)) * rng.uniform(1, 4), Image.Resampling.BICUBIC, fillcolor="white")


def fax(image: Image.Image, rng: random.Random) -> Image.Image:
    """Black and white at three quarters of the size."""
    grey = image.convert("L").resize((image.width * 3 // 4, image.height * 3 // 4))
    threshold = rng.randint(100, 180)
    return grey.point(lambda value: 255 * (value > threshold)).convert("RGB")


SPOILS: dict[str, Callable[[Image.Image, random.Random], Image.Image]] = {
    "clean": lambda image, _: image,
    "JPEG 25": compress,
    "blurred": blur,
    "small": shrink,
    "grain": speckle,
    "faded": fade,
    "askew": tilt,
    "fax": fax,
}


@dataclass
class Score:
    """What one precision read of the pages of one kind."""

    right: list[int] = field(default_factory=list)
    """Words of each page that were read as they were drawn."""
    edits: int = 0
    cpu_s: float = 0.0


@dataclass
class Kind:
    """The pages of one kind."""

    words: int = 0
    characters: int = 0
    scores: dict[str, Score] = field(default_factory=lambda: {name: Score() for name in PRECISIONS})
    only: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        both = [self.scores[name] for name in PRECISIONS]
        recalls = " ".join(f"{sum(score.right) / self.words:9.4f}" for score in both)
        errors = " ".join(f"{score.edits / self.characters:9.3%}" for score in both)
        only = " ".join(f"{self.only[name]:9d}" for name in PRECISIONS)
        return f"{self.words:6d} {recalls} {errors} {only} {both[0].cpu_s:8.1f} {both[1].cpu_s:8.1f}"


def draw(seed: int, vocabulary: list[str]) -> tuple[list[str], Image.Image]:
    """Lines of words, numbers, dates and codes, and a page of them in one font."""
    rng = random.Random(seed)
    faces = find_faces_for("latin")
    face = faces[seed % len(faces)]
    font = load_font(face.bold if rng.random() < 0.25 else face.regular, rng.randint(18, 30)).pil
    image = Image.new("RGB", (WIDTH, 2 * MARGIN + LINES * 48), "white")
    pen, lines = ImageDraw.Draw(image), []
    for row in range(LINES):
        words = [make_word(rng, vocabulary)]
        length = rng.uniform(0.3, 0.95) * (WIDTH - 2 * MARGIN)
        while pen.textlength(" ".join([*words, word := make_word(rng, vocabulary)]), font) < length:
            words.append(word)
        lines.append(" ".join(words))
        pen.text((MARGIN, MARGIN + 48 * row), lines[-1], "black", font)
    return lines, image


def make_word(rng: random.Random, vocabulary: list[str]) -> str:
    """A word, an amount, a date or a code."""
    kind = rng.random()
    if kind < 0.7:
        return rng.choice(vocabulary)
    if kind < 0.85:
        return f"{rng.choice(('', '$', '€', '-'))}{rng.uniform(0, 10 ** rng.randint(1, 6)):,.2f}"
    if kind < 0.93:
        return f"{rng.randint(1, 28):02d}.{rng.randint(1, 12):02d}.{rng.randint(1990, 2030)}"
    return "".join(rng.choices("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=rng.randint(4, 9)))


def compare(engines: dict[str, OcrEngine], lines: list[str], image: Image.Image, kind: Kind) -> None:
    """Read a page with each engine, and add what they read to its kind."""
    drawn = Counter(" ".join(lines).split())
    kind.words += drawn.total()
    kind.characters += len("\n".join(lines))
    found = {}
    for name, engine in engines.items():
        score, started = kind.scores[name], time.process_time()
        read = [line.text for line in engine.read(image, OcrOptions()).lines]
        score.cpu_s += time.process_time() - started
        score.edits += Levenshtein.distance("\n".join(read), "\n".join(lines))
        found[name] = drawn & Counter(" ".join(read).split())
        score.right.append(found[name].total())
    for name, other in (PRECISIONS, PRECISIONS[::-1]):
        kind.only[name] += (found[name] - found[other]).total()


def judge(kinds: dict[str, Kind]) -> list[str]:
    """What is worse in bfloat16."""
    both = [[right for kind in kinds.values() for right in kind.scores[name].right] for name in PRECISIONS]
    lost = [exact - rounded for exact, rounded in zip(*both, strict=True)]
    words = sum(kind.words for kind in kinds.values())
    share = sum(lost) / words
    error = stdev(lost) * len(lost) ** 0.5 / words if len(lost) > 1 else 0.0
    print(f"bfloat16 reads {-share:+.4%} of {words} words more than float32 (standard error {error:.4%})")
    print(f"fonts: {len(find_faces_for('latin'))}; words on a page: {mean(both[0]):.0f} read in float32")
    return ["bfloat16 loses words"] if share > max(0.001, 2 * error) else []


def main() -> int:
    """Read, print, and tell by the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=24, help="of each kind")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    vocabulary = sorted({word for word in (ROOT / "LICENSE").read_text().split() if word.isascii() and len(word) > 1})
    engines = {name: load_ocr(OcrConfig(threads=arguments.threads, cpu_precision=name), "cpu") for name in PRECISIONS}
    kinds: dict[str, Kind] = {}
    print(f"{'':8} {'words':>6} {'word recall':>19} {'character errors':>19} {'read by only':>19} {'CPU seconds':>17}")
    print(f"{'':15} " + " ".join(f"{name:>9}" for name in PRECISIONS * 3) + f" {PRECISIONS[0]:>8} {PRECISIONS[1]:>8}")
    for number, (name, spoil) in enumerate(SPOILS.items()):
        kind = kinds[name] = Kind()
        for page in range(arguments.pages):
            seed = 1000 * number + page
            lines, image = draw(seed, vocabulary)
            compare(engines, lines, spoil(image, random.Random(seed)), kind)
        print(f"{name:8} {kind}", flush=True)
    found = judge(kinds)
    print("\n".join(found) or "bfloat16 reads as well")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())

"""What is posted: pages and charts, drawn with fixed seeds."""

from random import Random

from PIL import Image, ImageDraw, ImageFont

from tests.bench.transport import WORDS
from tests.drawings import SALES, draw_chart, encode

PAGE_SIZE = (1240, 1600)
PAGE_LINES = 30
PRINT_SIZE = 26


def draw_images(workload: str) -> list[bytes]:
    """The PNG images of a workload, in the order in which they are posted, again and again.

    `pages`: 30 lines of words and numbers on 1240 x 1600 pixels. `charts`: bar charts of 640 x 480 pixels.
    `mix`: three charts to one page.
    """
    if workload == "mix":
        pages, charts = draw_images("pages"), draw_images("charts")
        return [image for n, page in enumerate(pages) for image in (page, *(charts[(3 * n + k) % 4] for k in range(3)))]
    if workload == "pages":
        return [encode(draw_dense_page(seed)) for seed in range(4)]
    return [encode(draw_chart({name: value + 3 * seed for name, value in SALES.items()})) for seed in range(4)]


def draw_dense_page(seed: int) -> Image.Image:
    """A page full of lines of different lengths, as in a report."""
    random = Random(seed)
    image = Image.new("RGB", PAGE_SIZE, "white")
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(PRINT_SIZE)
    for row in range(PAGE_LINES):
        words = (
            random.choice(WORDS) if random.random() < 0.75 else f"{random.uniform(1, 9999):,.2f}"
            for _ in range(random.randint(4, 11))
        )
        pen.text((90, 30 + row * 51), " ".join(words), "black", font)
    return image

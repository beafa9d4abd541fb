"""Images for the tests, drawn here so that their text and numbers are known."""

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

PAGE_LINES = (
    "Quarterly report of the northern region",
    "Revenue rose by 12.5% to $4,310,000 in the third quarter.",
    "Costs fell for the second time in a row.",
    "The board meets on 14 March 2025 at 9:30.",
)

SALES = {"Apples": 42, "Pears": 17, "Plums": 35, "Cherries": 28}


def draw_page(lines: tuple[str, ...] = PAGE_LINES, width: int = 900, size: int = 28) -> Image.Image:
    """Black text on white, one line below the other."""
    image = Image.new("RGB", (width, 60 + len(lines) * size * 2), "white")
    pen = ImageDraw.Draw(image)
    for index, line in enumerate(lines):
        pen.text((40, 40 + index * size * 2), line, "black", ImageFont.load_default(size))
    return image


def draw_chart(values: dict[str, int] = SALES, title: str = "Fruit sold", *, labels: bool = True) -> Image.Image:
    """A bar chart by matplotlib in its default style, 640 x 480 pixels, values printed over the bars if asked."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.8), dpi=100)
    canvas = FigureCanvasAgg(figure)
    axes = figure.subplots()
    bars = axes.bar(list(values), list(values.values()))
    axes.set_title(title)
    axes.set_ylabel("Tonnes")
    if labels:
        axes.bar_label(bars)
    canvas.draw()
    return Image.frombytes("RGBA", canvas.get_width_height(), bytes(canvas.buffer_rgba())).convert("RGB")


def encode(image: Image.Image, file_format: str = "PNG", **options: object) -> bytes:
    """The bytes of an image file."""
    target = BytesIO()
    image.save(target, file_format, **options)
    return target.getvalue()

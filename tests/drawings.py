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


FILLER = ("Annual report 2023", "Revenue grew by 12.5 % to 1,204 million", "Operating costs fell in all regions")


def fill_page(width: int = 1240, height: int = 1600, *, print_size: int = 26) -> Image.Image:
    """A white page full of black text lines."""
    image = Image.new("RGB", (width, height), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(print_size)
    for row, top in enumerate(range(print_size, height - 2 * print_size, 2 * print_size)):
        draw.text((width // 12, top), f"{row + 1}. {FILLER[row % len(FILLER)]}", fill="black", font=font)
    return image


def sketch_chart(width: int = 640, height: int = 480) -> Image.Image:
    """A bar chart with tick labels and category names."""
    image = Image.new("RGB", (width, height), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(max(8, height // 32))
    left, bottom = width // 10, height - height // 8
    for tick in range(6):
        y = bottom - tick * (bottom - height // 10) // 5
        draw.line((left, y, width - left // 2, y), fill="#dddddd")
        draw.text((4, y - height // 64), str(tick * 20), fill="black", font=font)
    step = (width - 2 * left) // 5
    for index, value in enumerate((30, 75, 50, 90, 62)):
        x = left + index * step
        top = bottom - value * (bottom - height // 10) // 100
        draw.rectangle((x + step // 8, top, x + step - step // 8, bottom), fill=("#1f77b4", "#ff7f0e")[index % 2])
        draw.text((x + step // 4, bottom + 4), f"Q{index + 1}", fill="black", font=font)
    return image


def encode(image: Image.Image, file_format: str = "PNG", **options: object) -> bytes:
    """The bytes of an image file."""
    target = BytesIO()
    image.save(target, file_format, **options)
    return target.getvalue()

"""Pictures, diagrams and charts on ReportLab's canvas, and the boxes and values of what was drawn."""

import io
import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image
from reportlab.graphics import renderPDF
from reportlab.graphics.charts.barcharts import HorizontalBarChart, VerticalBarChart
from reportlab.graphics.charts.linecharts import HorizontalLineChart
from reportlab.graphics.charts.piecharts import Pie
from reportlab.graphics.shapes import Drawing, String
from reportlab.lib import colors
from reportlab.lib.utils import ImageReader

from serve_app.domain import Box
from tests.bench.documents.truth import TrueChart, TruePage
from tests.bench.documents.typesetting import HEIGHT

NAMES = ("Apples", "Pears", "Plums", "Cherries", "Grapes", "Lemons", "Mangos", "Berries")
TITLES = ("Fruit sold in tonnes", "Share of the orders", "Visitors by month", "Output of the plants")
INKS = ("#3b6fb6", "#c2513d", "#4c9a5b", "#8a64b0", "#d9a441", "#4aa7b5")

Draw = Callable[[Any, TruePage, random.Random, Box], None]


def draw_bars(canvas: Any, page: TruePage, rng: random.Random, box: Box) -> None:
    """Bars with an axis, upright or lying, some with their values printed."""
    chart = rng.choice((VerticalBarChart, HorizontalBarChart))()
    chart.bars[0].fillColor = colors.HexColor(rng.choice(INKS))
    if rng.random() < 0.4:
        chart.barLabelFormat = "%d"
        chart.barLabels.nudge = 8
        chart.barLabels.fontSize = 8
    _draw_with_axes(chart, canvas, page, rng, box)


def draw_lines(canvas: Any, page: TruePage, rng: random.Random, box: Box) -> None:
    """One line over named points."""
    chart = HorizontalLineChart()
    chart.lines[0].strokeColor = colors.HexColor(rng.choice(INKS))
    chart.lines[0].strokeWidth = 1.5
    _draw_with_axes(chart, canvas, page, rng, box)


def draw_pie(canvas: Any, page: TruePage, rng: random.Random, box: Box) -> None:
    """A pie whose slices have names and shares."""
    names = rng.sample(NAMES, rng.randint(3, 5))
    weights = [rng.uniform(1, 5) for _ in names]
    shares = [round(100 * weight / sum(weights)) for weight in weights]
    drawing = Drawing(box.width, box.height)
    pie = Pie()
    pie.width = pie.height = box.height - 50
    pie.x, pie.y = (box.width - pie.width) / 2, 12
    pie.data, pie.labels = shares, [f"{name} {share}%" for name, share in zip(names, shares, strict=True)]
    pie.sideLabels = True
    for i in range(len(names)):
        pie.slices[i].fillColor = colors.HexColor(INKS[i])
        pie.slices[i].strokeColor = colors.white
        pie.slices[i].fontSize = 8
    drawing.add(pie)
    _place(drawing, canvas, page, rng, box)
    page.read(" ".join(pie.labels))
    page.charts.append(TrueChart(box, dict(zip(names, map(float, shares), strict=True))))


def draw_matplotlib(canvas: Any, page: TruePage, rng: random.Random, box: Box) -> None:
    """Bars or a line by matplotlib, as a raster image."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    names = rng.sample(NAMES, rng.randint(3, 6))
    values = [float(rng.randint(8, 95)) for _ in names]
    figure = Figure(figsize=(box.width / 60, box.height / 60), dpi=120)
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    if rng.random() < 0.6:
        axes.bar(names, values, color=rng.choice(INKS))
    else:
        axes.plot(names, values, marker="o", color=rng.choice(INKS))
    axes.set_title(rng.choice(TITLES))
    figure.tight_layout()
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    _draw_image(Image.open(buffer).convert("RGB"), canvas, box)
    page.figures.append(box)
    page.charts.append(TrueChart(box, dict(zip(names, values, strict=True))))


def draw_photograph(canvas: Any, page: TruePage, rng: random.Random, box: Box) -> None:
    """Soft patches of colour without any text, as in a photograph."""
    noise = np.random.default_rng(rng.randrange(1 << 30))
    coarse = Image.fromarray(noise.integers(20, 235, (9, 12, 3), np.uint8))
    soft = np.asarray(coarse.resize((480, 360), Image.Resampling.BICUBIC), np.int16)
    grain = noise.integers(-12, 12, soft.shape)
    _draw_image(Image.fromarray(np.clip(soft + grain, 0, 255).astype(np.uint8)), canvas, box)
    page.figures.append(box)


def draw_diagram(canvas: Any, page: TruePage, rng: random.Random, box: Box) -> None:
    """Labelled ellipses joined by arrows, in a ring."""
    names = rng.sample(("Input", "Queue", "Filter", "Model", "Store", "Merge", "Output", "Check"), 6)
    radius_x, radius_y = box.width / 2 - 34, box.height / 2 - 14
    middle_x, middle_y = (box.left + box.right) / 2, HEIGHT - (box.top + box.bottom) / 2
    places = [
        (middle_x + radius_x * math.cos(math.pi * i / 3), middle_y + radius_y * math.sin(math.pi * i / 3))
        for i in range(6)
    ]
    canvas.saveState()
    canvas.setLineWidth(1)
    for (x, y), (to_x, to_y) in zip(places, [*places[1:], places[0]], strict=True):
        canvas.line(x, y, to_x, to_y)
    canvas.setFillColorRGB(0.92, 0.95, 1)
    for x, y in places:
        canvas.ellipse(x - 32, y - 12, x + 32, y + 12, fill=1)
    canvas.setFillColorRGB(0, 0, 0)
    canvas.setFont("Helvetica", 9)
    for name, (x, y) in zip(names, places, strict=True):
        canvas.drawCentredString(x, y - 3, name)
        page.read(name)
    canvas.restoreState()
    page.figures.append(Box(box.left + 2, box.top + 2, box.right - 2, box.bottom - 2))


def draw_curves(canvas: Any, page: TruePage, rng: random.Random, box: Box) -> None:
    """A drawing of curves without text, as a map or a logo has."""
    canvas.saveState()
    canvas.setLineWidth(1.2)
    for _ in range(14):
        canvas.setStrokeColor(colors.HexColor(rng.choice(INKS)))
        points = [
            place
            for _ in range(4)
            for place in (rng.uniform(box.left, box.right), HEIGHT - rng.uniform(box.top, box.bottom))
        ]
        canvas.bezier(*points)
    canvas.rect(box.left, HEIGHT - box.bottom, box.width, box.height)
    canvas.restoreState()
    page.figures.append(box)


CHARTS: tuple[Draw, ...] = (draw_bars, draw_lines, draw_pie, draw_matplotlib)
OTHERS: tuple[Draw, ...] = (draw_photograph, draw_diagram, draw_curves)


def _draw_with_axes(chart: Any, canvas: Any, page: TruePage, rng: random.Random, box: Box) -> None:
    names = rng.sample(NAMES, rng.randint(3, 5))
    values = [rng.randint(8, 95) for _ in names]
    drawing = Drawing(box.width, box.height)
    chart.x, chart.y, chart.width, chart.height = 50, 24, box.width - 70, box.height - 54
    chart.data, chart.categoryAxis.categoryNames = [values], names
    chart.valueAxis.valueMin, chart.valueAxis.valueMax, chart.valueAxis.valueStep = 0, 100, 20
    for axis in (chart.categoryAxis, chart.valueAxis):
        axis.labels.fontSize = 8
    drawing.add(chart)
    _place(drawing, canvas, page, rng, box)
    page.read(" ".join([*names, "0", "20", "40", "60", "80", "100"]))
    page.charts.append(TrueChart(box, dict(zip(names, map(float, values), strict=True))))


def _place(drawing: Drawing, canvas: Any, page: TruePage, rng: random.Random, box: Box) -> None:
    title = rng.choice(TITLES)
    drawing.add(String(box.width / 2, box.height - 11, title, textAnchor="middle", fontSize=10))
    renderPDF.draw(drawing, canvas, box.left, HEIGHT - box.bottom)
    page.read(title)
    page.figures.append(box)


def _draw_image(image: Image.Image, canvas: Any, box: Box) -> None:
    canvas.drawImage(ImageReader(image), box.left, HEIGHT - box.bottom, box.width, box.height)

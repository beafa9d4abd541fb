"""Pictures that are no charts: pages of text, tables, diagrams, screens, photographs and logos."""

import math
import random
from collections.abc import Callable

import numpy as np
from PIL import Image

from serve_app.chartgraph.roles import Role
from serve_app.chartgraph.training.renderer import naming
from serve_app.chartgraph.training.renderer.canvas import Canvas, blend
from serve_app.chartgraph.training.renderer.degrade import degrade
from serve_app.chartgraph.training.renderer.drawing import Crowded
from serve_app.chartgraph.training.renderer.fonts import find_faces
from serve_app.chartgraph.training.renderer.headings import wrap
from serve_app.chartgraph.training.renderer.palettes import PALETTES, THEMES
from serve_app.chartgraph.training.renderer.sketch import Sketch
from serve_app.chartgraph.training.renderer.unread_charts import UNREAD
from serve_app.chartgraph.training.scene import Scene
from serve_app.domain import ChartKind, ChartTable

MOST_WORDS = 96
"""The model reads no more."""


def render_figure(seed: int) -> Scene:
    """Draws a picture that is no chart that the model reads: of kind UNKNOWN, without marks and with an empty table.

    The same seed gives the same picture, as long as the same fonts are installed.
    """
    rng = random.Random(f"figure {seed}")
    size = (round(rng.uniform(300, 900)), round(rng.uniform(240, 700)))
    draw = rng.choice(DRAWINGS if rng.random() < 0.6 else UNREAD)
    face = rng.choices(find_faces(), [face.weight for face in find_faces()])[0]
    theme = THEMES[rng.choice(list(THEMES))] if rng.random() < 0.5 else THEMES["white"]
    em = rng.choice([9.0, 11.0, 12.0, 14.0, 16.0]) * math.sqrt(size[0] * size[1] / (450 * 340))
    canvas = Canvas(size, theme.background, 2, snap=True)
    palette = PALETTES[rng.choice(list(PALETTES))]
    draw(Sketch(canvas, rng, em, face, theme, palette))
    image = canvas.finish()
    inside = [w for w, box in zip(canvas.words, canvas.boxes, strict=True) if box[0] >= 0 and box[1] >= 0]
    inside = [w for w in inside if w.x + w.width / 2 <= size[0] and w.y + w.height / 2 <= size[1]]
    return Scene(degrade(image, rng), tuple(inside[:MOST_WORDS]), (), ChartTable(), ChartKind.UNKNOWN)


def _draw_text(sketch: Sketch) -> None:
    """Paragraphs in one or two columns."""
    canvas, rng, em = sketch.canvas, sketch.rng, sketch.em
    columns = rng.choice([1, 1, 2])
    width = (canvas.width - 2 * em) / columns - em
    for column in range(columns):
        x, y = em + column * (width + 2 * em), 2 * em
        while y < canvas.height - em:
            head = rng.random() < 0.2
            text = naming.draw_sentence(rng, rng.randint(2, 5) if head else rng.randint(15, 60))
            font = sketch.font(1.3, True) if head else sketch.font(1.0)
            try:
                lines = wrap(text, font, width, 99)
            except Crowded:
                break
            for line in lines:
                if y > canvas.height - em:
                    break
                canvas.text((x, y), line, font, sketch.theme.ink, Role.OTHER, anchor="lm")
                y += 1.4 * font.size
            y += 0.7 * em


def _draw_table(sketch: Sketch) -> None:
    """A table, ruled or striped or plain; of numbers mostly."""
    canvas, rng, em, theme = sketch.canvas, sketch.rng, sketch.em, sketch.theme
    columns, rows = rng.randint(2, 6), rng.randint(3, 12)
    left, top = em * rng.uniform(0.5, 2), em * rng.uniform(0.5, 4)
    step_x, step_y = (canvas.width - 2 * left) / columns, min(2.2 * em, (canvas.height - top - em) / rows)
    ruled, striped = rng.choice(["all", "rows", "head", ""]), rng.random() < 0.3
    shade = blend(theme.background, rng.choice(sketch.palette), 0.25)
    for row in range(rows):
        y = top + row * step_y
        if (striped and row % 2) or (row == 0 and rng.random() < 0.4):
            canvas.rectangle((left, y, canvas.width - left, y + step_y), shade)
        if ruled in {"all", "rows"} or (ruled == "head" and row < 2):
            canvas.rule((left, y), (canvas.width - left, y), theme.axis, 1.0)
        for column in range(columns):
            number = row and column
            x, anchor, text = left + column * step_x + 0.4 * em, "lm", naming.draw_word(rng, "latin")
            if number:
                x, anchor = left + (column + 1) * step_x - 0.5 * em, "rm"
                text = f"{rng.uniform(0, 10 ** rng.randint(1, 4)):,.{rng.randint(0, 1)}f}"
            font = sketch.font(0.9, not row)
            if font.width(text) < step_x - 0.6 * em:
                canvas.text((x, y + step_y / 2), text, font, theme.ink, Role.OTHER, anchor=anchor)
    for column in range(columns + 1) if ruled == "all" else ():
        x = left + column * step_x
        canvas.rule((x, top), (x, top + rows * step_y), theme.axis, 1.0)


def _draw_diagram(sketch: Sketch) -> None:
    """Boxes with names, and arrows between them."""
    canvas, rng, em, theme = sketch.canvas, sketch.rng, sketch.em, sketch.theme
    columns, rows = rng.randint(2, 4), rng.randint(2, 5)
    cells = [(c, r) for c in range(columns) for r in range(rows) if rng.random() < 0.75]
    wide, high = canvas.width / columns, canvas.height / rows
    middles = [((c + 0.5) * wide, (r + 0.5) * high) for c, r in cells]
    for a in middles:
        b = rng.choice(middles)
        path = (a, (b[0], a[1]), b) if rng.random() < 0.6 else (a, b)
        canvas.line(path, theme.axis, 0.1 * em)
    fill = rng.choice([*sketch.palette, theme.panel, theme.panel])
    for x, y in middles:
        half = (0.36 * wide, 0.25 * high)
        box = (x - half[0], y - half[1], x + half[0], y + half[1])
        own = rng.choice(sketch.palette) if rng.random() < 0.3 else fill
        if rng.random() < 0.5:
            canvas.rounded(box, 0.5 * em, own)
        else:
            canvas.rectangle(box, own, theme.axis, 0.08 * em)
        sketch.label((x, y), naming.draw_word(rng, "latin"), own)


def _draw_screen(sketch: Sketch) -> None:
    """A window with a bar of menus, a list and buttons."""
    canvas, rng, em, theme = sketch.canvas, sketch.rng, sketch.em, sketch.theme
    bar = rng.choice(sketch.palette)
    canvas.rectangle((0, 0, canvas.width, 2 * em), bar)
    x = em
    while x < canvas.width * 0.7:
        x += sketch.label((x, em), naming.draw_word(rng, "latin"), bar, anchor="lm") + 1.5 * em
    side = canvas.width * rng.choice([0.0, 0.2, 0.3])
    canvas.rectangle((0, 2 * em, side, canvas.height), blend(theme.background, theme.ink, 0.08))
    y = 3.2 * em
    while y < canvas.height - 2 * em:
        if side:
            sketch.label((0.6 * em, y), naming.draw_word(rng, "latin"), theme.background, anchor="lm")
        line = naming.draw_sentence(rng, rng.randint(1, 5))
        sketch.label((side + 1.5 * em, y), line, theme.background, anchor="lm")
        if rng.random() < 0.3:
            box = (canvas.width - 5 * em, y - 0.8 * em, canvas.width - em, y + 0.8 * em)
            canvas.rectangle(box, rng.choice(sketch.palette))
        if rng.random() < 0.4:
            canvas.rule((side, y + 0.9 * em), (canvas.width, y + 0.9 * em), theme.grid, 1.0)
        y += rng.choice([1.8, 2.2]) * em


def _draw_texture(sketch: Sketch) -> None:
    """What a photograph looks like from afar: noise of several scales in a few colours, with blobs."""
    canvas, rng = sketch.canvas, sketch.rng
    chance = np.random.default_rng(rng.getrandbits(32))
    total = np.zeros((canvas.height, canvas.width, 3))
    for cells in (2, 4, 9, 20, 50):
        coarse = chance.random((cells, cells, 3 if rng.random() < 0.5 else 1)).repeat(3, 2)[:, :, :3]
        image = Image.fromarray((255 * coarse).astype(np.uint8))
        image = image.resize((canvas.width, canvas.height), Image.Resampling.BICUBIC)
        total += np.asarray(image, float) * cells ** -rng.uniform(0.3, 0.9)
    total = (total - total.min()) / np.ptp(total)
    canvas.paste(Image.fromarray((255 * total ** rng.uniform(0.6, 1.6)).astype(np.uint8)))
    for _ in range(rng.choice([0, 0, 3, 8])):
        centre = (rng.uniform(0, canvas.width), rng.uniform(0, canvas.height))
        canvas.disc(centre, rng.uniform(0.02, 0.25) * canvas.height, rng.choice(sketch.palette))
    if rng.random() < 0.3:
        sketch.label((canvas.width / 2, canvas.height * rng.random()), naming.draw_sentence(rng, 4), (0, 0, 0))


def _draw_logo(sketch: Sketch) -> None:
    """A few shapes and a name."""
    canvas, rng, em = sketch.canvas, sketch.rng, sketch.em
    for _ in range(rng.randint(1, 5)):
        x, y, r = rng.uniform(0.2, 0.8) * canvas.width, rng.uniform(0.2, 0.8) * canvas.height, rng.uniform(1, 6) * em
        colour = rng.choice(sketch.palette)
        if rng.random() < 0.5:
            canvas.disc((x, y), r, colour)
        else:
            turn, corners = rng.uniform(0, 6.28), rng.randint(3, 6)
            angles = [turn + 2 * math.pi * i / corners for i in range(corners)]
            canvas.polygon([(x + r * math.cos(a), y + r * math.sin(a)) for a in angles], colour)
    font = sketch.font(rng.uniform(1.5, 4), True)
    place = (canvas.width / 2, canvas.height / 2)
    canvas.text(place, naming.draw_word(rng, "latin"), font, sketch.theme.ink, Role.OTHER)


DRAWINGS: list[Callable[[Sketch], None]] = [
    _draw_text,
    _draw_table,
    _draw_table,
    _draw_diagram,
    _draw_screen,
    _draw_texture,
    _draw_logo,
]

"""The pages with the worst scores as pictures, with the blocks of their answers, and as JSON."""

import json
from collections.abc import Iterable
from pathlib import Path

from PIL import ImageDraw

from tests.bench.documents.quality import PageResult, Quality
from tests.bench.documents.scans import render_pages

INKS = {"table": "green", "chart": "red", "figure": "orange", "caption": "purple", "heading": "blue", "header": "gray"}


def save_worst(qualities: Iterable[Quality], folder: Path, count: int) -> None:
    """Write the worst pages, the worst one first."""
    pages = sorted((page for quality in qualities for page in quality.pages), key=lambda page: -page.worst)
    folder.mkdir(parents=True, exist_ok=True)
    for rank, page in enumerate(pages[:count]):
        name = f"{rank:02}-{page.document.name}-{page.number}".replace(" ", "-").replace(",", "")
        scores = {name: [count.hits, count.total] for name, count in page.scores.counts.items()}
        report = {"scores": scores, "answer": page.answer}
        (folder / f"{name}.json").write_text(json.dumps(report, ensure_ascii=False, indent=1))
        _draw(page, folder / f"{name}.png")


def _draw(page: PageResult, file: Path) -> None:
    image = list(render_pages(page.document.data, 100))[page.number - 1].convert("RGB")
    image = image.rotate(page.answer.get("turned") or 0, expand=True)
    pen, scale = ImageDraw.Draw(image), image.width / (page.answer.get("width") or image.width)
    for order, block in enumerate(page.answer.get("blocks") or []):
        box = [scale * block["box"][side] for side in ("left", "top", "right", "bottom")]
        pen.rectangle(box, outline=(ink := INKS.get(block["kind"], "black")), width=2)
        pen.text((box[0] + 3, box[1]), f"{order} {block['kind']}", fill=ink)
    image.save(file)

"""What OCR reads on training charts: kept in a file, and matched with the words that the charts were drawn with."""

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from rapidfuzz.distance import Levenshtein

from serve_app.chartgraph.roles import Role
from serve_app.chartgraph.training.scene import SceneWord
from serve_app.chartgraph.words import PlacedWord, outline_word, prepare_words
from serve_app.domain import TextLine
from serve_app.imaging.line_merging import find_area, intersect

_COVERED = 0.3
"""Share of a drawn word that an outline takes in at least, to be a reading of it."""

_ALIKE = 0.5
"""Characters that must agree where less than that share is covered: of a label that OCR cut in parts."""


@dataclass(frozen=True, slots=True)
class Reading:
    """OCR's lines of the chart of a seed, parted into labels; `checksum` is that of the picture that was read."""

    seed: int
    checksum: int
    lines: tuple[TextLine, ...]


def make_checksum(image: Image.Image) -> int:
    """Tells whether a chart is drawn as it was read: another set of fonts draws other charts."""
    return zlib.crc32(image.convert("RGB").tobytes())


def save_reading(reading: Reading, path: Path) -> None:
    """Adds a line of JSON to a file; corners are rounded to a tenth of a pixel."""
    lines = [
        (line.text, round(line.score, 3), [[round(x, 1), round(y, 1)] for x, y in line.polygon])
        for line in reading.lines
    ]
    with path.open("a") as file:
        json.dump({"seed": reading.seed, "checksum": reading.checksum, "lines": lines}, file, ensure_ascii=False)
        file.write("\n")


def load_readings(paths: Iterable[Path]) -> list[Reading]:
    """Reads what `save_reading` wrote."""
    readings = []
    for path in paths:
        for row in map(json.loads, path.read_text().splitlines()):
            lines = tuple(
                TextLine(text, score, ((a, b), (c, d), (e, f), (g, h)))
                for text, score, ((a, b), (c, d), (e, f), (g, h)) in row["lines"]
            )
            readings.append(Reading(row["seed"], row["checksum"], lines))
    return readings


def match_words(
    drawn: Sequence[SceneWord], lines: Sequence[TextLine], limit: int
) -> tuple[list[SceneWord], dict[int, int]]:
    """OCR's lines with the roles of the drawn words that they read, and where each drawn word stands in them.

    Of several lines that read one word, the first has its role and the others continue it; what reads no word is
    OTHER. The same contract as `shake_words`.
    """
    words = prepare_words(lines, limit)
    targets = [_find_drawn(word, drawn) for word in words]
    index: dict[int, int] = {}
    for target in sorted({target for target in targets if target is not None}):
        parts = [i for i, other in enumerate(targets) if other == target]
        index[target] = min(parts, key=lambda i: (round(words[i].y / words[i].height), words[i].x))
    roles = [
        Role.OTHER if t is None else drawn[t].role if index[t] == i else Role.CONTINUED for i, t in enumerate(targets)
    ]
    read = [SceneWord(w.text, w.x, w.y, w.width, w.height, w.angle, role) for w, role in zip(words, roles, strict=True)]
    return read, index


def _find_drawn(word: PlacedWord, drawn: Sequence[SceneWord]) -> int | None:
    """The drawn word that an outline covers most of."""
    best, target = 0.0, None
    for i, other in enumerate(drawn):
        reach = (other.width + other.height + word.width + word.height) / 2
        if max(abs(other.x - word.x), abs(other.y - word.y)) > reach:
            continue
        outline = outline_word(other)
        common = find_area(intersect(outline, outline_word(word)))
        covered = common / max(find_area(outline), 1.0)
        if covered < _COVERED and not (covered > 0 and _likeness(word.text, other.text) >= _ALIKE):
            continue
        if common > best:
            best, target = common, i
    return target


def _likeness(part: str, whole: str) -> float:
    """The share of a text's characters that stand in another one."""
    return 1 - (Levenshtein.distance(part, whole) - abs(len(whole) - len(part))) / max(len(part), 1)

"""What OCR reads on training charts: kept in a file with them, and matched with the words they were drawn with."""

import base64
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from rapidfuzz.distance import Levenshtein

from serve_app.chartgraph.roles import MarkKind, Role
from serve_app.chartgraph.training.scene import Mark, Scene, SceneWord
from serve_app.chartgraph.words import PlacedWord, outline_word, prepare_words
from serve_app.domain import ChartKind, ChartTable, TextLine
from serve_app.imaging.line_merging import find_area, intersect

_COVERED = 0.3
"""Share of a drawn word that an outline takes in at least, to be a reading of it."""

_ALIKE = 0.5
"""Characters that must agree where less than that share is covered: of a label that OCR cut in parts."""

_HELD = 0.5
"""Share of a drawn word that a line takes in which holds it beside others."""

_QUALITY = 95
"""JPEG quality at which the pictures are kept."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A chart with OCR's lines, and the same lines parted into labels; the chart is kept without its table.

    It is kept as it was drawn: other fonts or a later renderer would draw another chart from its seed.
    """

    seed: int
    picture: bytes
    words: tuple[SceneWord, ...]
    marks: tuple[Mark, ...]
    kind: ChartKind
    stacked: bool
    lines: tuple[TextLine, ...]
    parted: tuple[TextLine, ...]

    def open_scene(self) -> Scene:
        """The chart, with an empty table."""
        image = Image.open(io.BytesIO(self.picture)).convert("RGB")
        return Scene(image, self.words, self.marks, ChartTable(), self.kind, self.stacked)


def make_reading(seed: int, scene: Scene, lines: Sequence[TextLine], parted: Sequence[TextLine]) -> Reading:
    """Puts a drawn chart and what OCR read on it together."""
    file = io.BytesIO()
    scene.image.convert("RGB").save(file, "JPEG", quality=_QUALITY, subsampling=0)
    some = (tuple(TextLine(line.text, line.score, line.polygon) for line in part) for part in (lines, parted))
    return Reading(seed, file.getvalue(), scene.words, scene.marks, scene.kind, scene.stacked, *some)


def save_reading(reading: Reading, path: Path) -> None:
    """Adds a line of JSON to a file; corners are rounded to a tenth of a pixel."""
    row = {
        "seed": reading.seed,
        "picture": base64.b64encode(reading.picture).decode(),
        "words": [astuple(word) for word in reading.words],
        "marks": [astuple(mark) for mark in reading.marks],
        "kind": reading.kind,
        "stacked": reading.stacked,
        "lines": [_pack(line) for line in reading.lines],
        "parted": [_pack(line) for line in reading.parted],
    }
    with path.open("a") as file:
        json.dump(row, file, ensure_ascii=False)
        file.write("\n")


def load_readings(paths: Iterable[Path]) -> Iterator[Reading]:
    """Reads what `save_reading` wrote."""
    for path in paths:
        with path.open() as file:
            for row in map(json.loads, file):
                yield Reading(
                    row["seed"],
                    base64.b64decode(row["picture"]),
                    tuple(_unpack_word(*word) for word in row["words"]),
                    tuple(Mark(MarkKind(kind), *rest) for kind, *rest in row["marks"]),
                    ChartKind(row["kind"]),
                    row["stacked"],
                    tuple(map(_unpack, row["lines"])),
                    tuple(map(_unpack, row["parted"])),
                )


def _pack(line: TextLine) -> tuple[str, float, list[list[float]]]:
    return line.text, round(line.score, 3), [[round(x, 1), round(y, 1)] for x, y in line.polygon]


def _unpack(row: Sequence[Any]) -> TextLine:
    text, score, ((a, b), (c, d), (e, f), (g, h)) = row
    return TextLine(text, score, ((a, b), (c, d), (e, f), (g, h)))


def _unpack_word(text: str, x: float, y: float, width: float, height: float, angle: float, role: int) -> SceneWord:
    return SceneWord(text, x, y, width, height, angle, Role(role))


def match_words(
    drawn: Sequence[SceneWord], lines: Sequence[TextLine], limit: int
) -> tuple[list[SceneWord], dict[int, int]]:
    """OCR's lines with the roles of the drawn words that they read, and where each drawn word stands in them.

    Of several lines that read one word, the first has its role and the others continue it; what reads no word is
    OTHER. A line that holds several words has the role of the one that it covers most, and stands for each of them.
    The same contract as `shake_words`.
    """
    words = prepare_words(lines, limit)
    targets = [_find_drawn(word, drawn) for word in words]
    index: dict[int, int] = {}
    for target in sorted({target for target in targets if target is not None}):
        parts = [i for i, other in enumerate(targets) if other == target]
        index[target] = min(parts, key=lambda i: (round(words[i].y / words[i].height), words[i].x))
    for i, other in enumerate(drawn):
        if i not in index and (holder := _find_holder(other, words)) is not None:
            index[i] = holder
    roles = [
        Role.OTHER if t is None else drawn[t].role if index[t] == i else Role.CONTINUED for i, t in enumerate(targets)
    ]
    read = [SceneWord(w.text, w.x, w.y, w.width, w.height, w.angle, role) for w, role in zip(words, roles, strict=True)]
    return read, index


def _find_drawn(word: PlacedWord, drawn: Sequence[SceneWord]) -> int | None:
    """The drawn word that an outline covers most of."""
    best, target = 0.0, None
    for i, other in enumerate(drawn):
        if not _is_near(other, word):
            continue
        outline = outline_word(other)
        common = find_area(intersect(outline, outline_word(word)))
        covered = common / max(find_area(outline), 1.0)
        if covered < _COVERED and not (covered > 0 and _likeness(word.text, other.text) >= _ALIKE):
            continue
        if common > best:
            best, target = common, i
    return target


def _is_near(drawn: SceneWord, word: PlacedWord) -> bool:
    """Whether a drawn word and an outline may touch."""
    reach = (drawn.width + drawn.height + word.width + word.height) / 2
    return max(abs(drawn.x - word.x), abs(drawn.y - word.y)) <= reach


def _find_holder(drawn: SceneWord, words: Sequence[PlacedWord]) -> int | None:
    """The line that takes in most of a drawn word, at least half of it."""
    outline = outline_word(drawn)
    least = _HELD * max(find_area(outline), 1.0)
    near = ((i, word) for i, word in enumerate(words) if _is_near(drawn, word))
    shares = [(find_area(intersect(outline, outline_word(word))), i) for i, word in near]
    best = max(shares, default=(0.0, 0))
    return best[1] if best[0] >= least and best[0] > 0 else None


def _likeness(part: str, whole: str) -> float:
    """The share of a text's characters that stand in another one."""
    return 1 - (Levenshtein.distance(part, whole) - abs(len(whole) - len(part))) / max(len(part), 1)

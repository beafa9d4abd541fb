"""Makes exact words look like what OCR returns: loose outlines, lost and broken lines, misread digits."""

import dataclasses
import math
import random
from collections.abc import Sequence

from serve_app.chartgraph.roles import Role
from serve_app.chartgraph.training.scene import SceneWord

_CONFUSED = {"0": "O", "1": "l", "5": "S", "8": "B", "6": "8", "3": "8", "7": "1", ".": "", ",": ".", "%": "", "-": ""}

_TALLER = (1.0, 2.1)
"""Height of an outline by that of its text. PP-OCRv6's on 60 charts: 1.3 to 2.2, in the median 1.55 for names and 1.8
for numbers."""

_WIDER = (0.0, 0.8)
"""What an outline is wider than its text, in heights of the text; on the same charts 0.1 to 0.9."""

_JOINED = 0.12
"""Share of charts some of whose neighbouring labels are read as one line."""

_KEYED = 0.06
"""Share of legend entries whose outline takes in the colour key on their left."""


def shake_words(words: Sequence[SceneWord], rng: random.Random, limit: int) -> tuple[list[SceneWord], dict[int, int]]:
    """Returns at most `limit` words in random order, and where each word of `words` that is left stands in them."""
    unused = (Role.OTHER, Role.TITLE, Role.CATEGORY_AXIS, Role.VALUE_AXIS)
    taller, wider = rng.uniform(*_TALLER), rng.uniform(*_WIDER)
    strength = rng.choice((0.0, 1.0, 1.0, 1.5, 3.0))
    shaken: list[tuple[int | None, SceneWord]] = []
    for i, word in enumerate(words):
        lost = 0.06 if word.role in unused or len(word.text) == 1 else 0.02  # a lone digit is easily overlooked
        if rng.random() < strength * lost:
            continue
        loose = _loosen(word, rng, taller, wider)
        if word.role is Role.SERIES and rng.random() < _KEYED * strength:
            loose = _take_in_key(loose, rng)
        if rng.random() < 0.02 * strength:
            loose = dataclasses.replace(loose, text=_misread(loose.text, rng))
        head, tail = _split(loose) if rng.random() < 0.03 * strength else (loose, None)
        shaken.append((i, head))
        if tail:
            shaken.append((None, tail))
    shaken, joined = _join_neighbours(shaken, rng, strength)
    shaken += [(None, _invent(words, rng)) for _ in range(3) if words and rng.random() < 0.1 * strength]
    rng.shuffle(shaken)
    shaken = shaken[:limit]
    index = {i: at for at, (i, _) in enumerate(shaken) if i is not None}
    return [word for _, word in shaken], index | {i: index[into] for i, into in joined.items() if into in index}


def _join_neighbours(
    words: list[tuple[int | None, SceneWord]], rng: random.Random, strength: float
) -> tuple[list[tuple[int | None, SceneWord]], dict[int, int]]:
    """Reads labels that stand close together in a row as one line, in some charts.

    Returns:
        The words that are left, and for each that is not the one that it was joined to: both count from `shake_words`.
    """
    joined: dict[int, int] = {}
    if rng.random() > _JOINED * strength:
        return words, joined
    left: list[tuple[int | None, SceneWord]] = []
    for i, word in sorted(words, key=lambda pair: (round(pair[1].y / 4), pair[1].x)):
        into, before = left[-1] if left else (None, None)
        if before and i is not None and into is not None and _are_close(before, word) and rng.random() < 0.6:
            left_edge, right_edge = before.x - before.width / 2, word.x + word.width / 2
            text = before.text + rng.choice(("", " ", "-", " ")) + word.text
            middle, width = (left_edge + right_edge) / 2, right_edge - left_edge
            height = max(before.height, word.height)
            left[-1] = into, dataclasses.replace(before, text=text, x=middle, width=width, height=height)
            joined[i] = into
        else:
            left.append((i, word))
    return left, joined


def _are_close(left: SceneWord, right: SceneWord) -> bool:
    """Whether two labels of one role stand side by side, legend entries a key's width apart."""
    gap = right.x - right.width / 2 - left.x - left.width / 2
    near = (3.0 if left.role is Role.SERIES else 0.8) * left.height
    level = abs(left.y - right.y) < 0.3 * left.height and abs(left.angle) < 5 and abs(right.angle) < 5
    return left.role is right.role and level and -0.5 * left.height < gap < near


def _loosen(word: SceneWord, rng: random.Random, taller: float, wider: float) -> SceneWord:
    height = word.height
    return dataclasses.replace(
        word,
        x=word.x + rng.gauss(0, 0.08) * height,
        y=word.y + rng.gauss(0, 0.08) * height,
        width=max(word.width + wider * height + rng.gauss(0, 0.12) * height, 2.0),
        height=max(height * taller * rng.uniform(0.88, 1.14), 2.0),
        angle=word.angle + rng.gauss(0, 1.0),
    )


def _take_in_key(word: SceneWord, rng: random.Random) -> SceneWord:
    more, angle = rng.uniform(0.8, 2.0) * word.height, math.radians(word.angle)
    x, y = word.x - more / 2 * math.cos(angle), word.y + more / 2 * math.sin(angle)
    return dataclasses.replace(word, x=x, y=y, width=word.width + more)


def _misread(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text)) if text else 0
    return text[:at] + _CONFUSED.get(text[at : at + 1], "") + text[at + 1 :] or "1"


def _split(word: SceneWord) -> tuple[SceneWord, SceneWord | None]:
    left, gap, right = word.text.partition(" ")
    if not gap or not right:
        return word, None
    cut = (len(left) + 0.5) / len(word.text)
    parts = []
    for text, middle, share, role in ((left, cut / 2, cut, word.role), (right, (1 + cut) / 2, 1 - cut, Role.CONTINUED)):
        along = (middle - 0.5) * word.width
        angle = math.radians(word.angle)
        place = {"x": word.x + along * math.cos(angle), "y": word.y - along * math.sin(angle)}
        parts.append(dataclasses.replace(word, text=text, width=share * word.width, role=role, **place))
    return parts[0], parts[1]


def _invent(words: Sequence[SceneWord], rng: random.Random) -> SceneWord:
    """A thing that is no text but was read as one, such as a marker."""
    like = rng.choice(words)
    box = (min(w.x for w in words), max(w.x for w in words), min(w.y for w in words), max(w.y for w in words))
    text = rng.choice(("0", "I", "1", "o", "L", "8", "ii", "11", "1 ", "A", "V", "7", "D", "C"))
    x, y = rng.uniform(*box[:2]), rng.uniform(*box[2:])
    return SceneWord(text, x, y, like.height * rng.uniform(0.6, 1.5), like.height, 0.0, Role.OTHER)

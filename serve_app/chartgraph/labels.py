"""Labels of a chart: words with their continued lines joined to them."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from serve_app.chartgraph.graph import Floats, Graph
from serve_app.chartgraph.roles import Role
from serve_app.chartgraph.words import PlacedWord
from serve_app.domain import Cell
from serve_app.tables.numbers import parse_number

_LINE_GAP = 2.2
"""Text heights from a line's middle to that of the line that continues it, at most."""

_WORD_GAP = 1.5
"""Text heights between two parts of one line, at most."""


_RANGE = re.compile(r"\d+\s?[-\u2013]\s?\d+|\d+\s?\+")
"""A name without letters: "30-49", "65+"."""

_SECOND_LINE = 0.75
"""Share of the distance between bars within which a label without a bar is the second line of another."""


@dataclass(frozen=True, slots=True)
class Labels:
    """`roots[i]` is the word that the word i belongs to (itself unless it continues another); `texts` are joined."""

    roots: tuple[int, ...]
    texts: tuple[str, ...]


def join_labels(graph: Graph) -> Labels:
    """Joins each CONTINUED word to the nearest word above it, or left of it on the same line."""
    roots = list(range(len(graph.words)))
    lines: dict[int, list[int]] = {i: [i] for i in roots}
    continued = set(graph.find_words(Role.CONTINUED))
    for i in sorted(continued, key=lambda i: (graph.words[i].y, graph.words[i].x)):
        parents = [j for j in range(len(roots)) if j != i and j not in graph.find_words(Role.TICK) and roots[j] != i]
        costs = [(cost, j) for j in parents if (cost := _distance(graph.words[j], graph.words[i])) is not None]
        if costs:
            root = roots[min(costs)[1]]
            roots[i] = root
            lines[root] += lines.pop(i)
            for j in lines[root]:
                roots[j] = root
    texts = [word.text for word in graph.words]
    for root, members in lines.items():
        texts[root] = _join([graph.words[i].text for i in members])
    return Labels(tuple(roots), tuple(texts))


def join_second_lines(graph: Graph, labels: Labels, links: Floats, marks: Sequence[int]) -> Labels:
    """Joins to the label of a bar the line above or below it that the model took for a label of its own.

    Such a line has no mark, and is nearer to its other half than the bars are to each other.

    Args:
        graph: the chart.
        labels: its words, joined as the model says.
        links: of marks to categories (marks, 1 + words).
        marks: bars that run across.
    """
    claimed = {labels.roots[int(links[mark].argmax()) - 1] for mark in marks if links[mark].argmax() > 0}
    places = np.sort([graph.words[i].y for i in claimed])
    if len(places) < 2:
        return labels
    near = _SECOND_LINE * float(np.median(np.diff(places)))
    roots, texts = list(labels.roots), list(labels.texts)
    for i in set(labels.roots) - claimed:
        if graph.best_roles[i] != Role.CATEGORY:
            continue
        word = graph.words[i]
        halves = [
            j
            for j in claimed
            if abs(graph.words[j].y - word.y) < near
            and _distance(*sorted((graph.words[j], word), key=lambda half: half.y)) is not None
        ]
        # The bar is level with the middle of its label, which tells the halves of two labels apart.
        root = min(halves, key=lambda j: _miss(graph, links, marks, j, i), default=None)
        if root is not None and _miss(graph, links, marks, root, i) < _miss(graph, links, marks, root, root):
            roots = [root if old == i else old for old in roots]
            texts[root] = _join([texts[root], texts[i]] if graph.words[root].y < word.y else [texts[i], texts[root]])
            texts = [texts[root] if roots[k] == root else text for k, text in enumerate(texts)]
    return Labels(tuple(roots), tuple(texts))


def _miss(graph: Graph, links: Floats, marks: Sequence[int], one: int, other: int) -> float:
    """Pixels from the middle of two lines to the marks of the first."""
    own = [float(graph.points[mark, 1]) for mark in marks if links[mark].argmax() == 1 + one]
    middle = (graph.words[one].y + graph.words[other].y) / 2
    return abs(float(np.mean(own)) - middle) if own else float("inf")


def _distance(above: PlacedWord, below: PlacedWord) -> float | None:
    """How far a word is from the place where it would continue another, in text heights; None if it is elsewhere."""
    angle = math.radians(above.angle)
    right, down = below.x - above.x, below.y - above.y
    along = right * math.cos(angle) - down * math.sin(angle)
    across = right * math.sin(angle) + down * math.cos(angle)
    height = max(above.height, below.height)
    if 0.3 * height < across < _LINE_GAP * height and abs(along) < (above.width + below.width) / 2:
        # Right under the middle: nearer than any word beside it, which may belong to the next label.
        return across / height - (_LINE_GAP if abs(along) < height / 2 else 0.0)
    gap = along - (above.width + below.width) / 2
    if abs(across) < 0.5 * height and -height < gap < _WORD_GAP * height and along > 0:
        return max(gap, 0.0) / height + abs(across) / height
    return None


def _join(texts: list[str]) -> str:
    joined = texts[0]
    for text in texts[1:]:
        wide = ord(joined[-1:] or " ") > 0x2E80 and ord(text[:1] or " ") > 0x2E80  # Chinese and Japanese lines
        joined += text if wide else f" {text}"
    return joined


def is_name(text: str) -> bool:
    """Whether a text may name a series: it has letters, or is a range of numbers."""
    return any(map(str.isalpha, text)) or bool(_RANGE.fullmatch(text.strip()))


def make_cell(graph: Graph, labels: Labels, word: int, probability: float) -> Cell:
    """A header or a row's label."""
    confidence = float(np.clip(probability * graph.words[word].score, 0, 1))
    text = labels.texts[word]
    return Cell(text, confidence, parse_number(text), graph.words[word].polygon)


def find_heading(graph: Graph, labels: Labels, role: Role) -> Cell | None:
    """The likeliest word of a role that a chart has once, such as its title."""
    words = graph.find_words(role)
    if not words:
        return None
    best = max(words, key=lambda i: float(graph.roles[i, role]) * graph.words[i].height)
    return make_cell(graph, labels, best, float(graph.roles[best, role]))


def fold_links(graph: Graph, labels: Labels, link: int) -> Floats:
    """One kind of links as (marks, 1 + words), those to continued lines given to the label that they belong to."""
    folded = np.zeros_like(graph.links[link])
    folded[:, 0] = graph.links[link][:, 0]
    for i, root in enumerate(labels.roots):
        folded[:, 1 + root] += graph.links[link][:, 1 + i]
    return folded


def find_targets(graph: Graph, labels: Labels, links: Floats, marks: list[int], role: Role) -> list[int]:
    """The labels of a role that serve these marks: those linked to, and those that look like it but have no mark."""
    support = (links[marks, 1:] * graph.scores[marks, None]).sum(0)
    likely = graph.roles[:, role]
    roots = sorted(set(labels.roots))
    return [i for i in roots if (likely[i] > 0.5 and graph.best_roles[i] != Role.CONTINUED) or support[i] > 0.6]

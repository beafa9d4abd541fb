"""Pies: names and shares of their slices."""

import math
import re
from collections.abc import Sequence

import numpy as np

from serve_app.chartgraph.borders import find_borders
from serve_app.chartgraph.colours import Palette
from serve_app.chartgraph.graph import Floats, Graph
from serve_app.chartgraph.keys import find_keys, weigh_by_colour
from serve_app.chartgraph.labels import Labels, find_targets, fold_links, make_cell
from serve_app.chartgraph.matching import match
from serve_app.chartgraph.roles import MarkKind, Role
from serve_app.chartgraph.sectors import fit_centre
from serve_app.domain import Cell, Number
from serve_app.tables.numbers import format_number, parse_number

_COMBINED = re.compile(
    r"(?P<name>.*\S)(?:\s*[:;(–—]\s*|,?\s+|(?<=[^\W\d]),|\s-\s|-\s*(?=[\d.,]+\s*%))(?P<value>\S*\d.*?)\)?"  # noqa: RUF001
)
_CATEGORY, _LABEL = 0, 2

_LEAST = 0.2
"""Score from which a slice counts: the borders round it have been found already."""

_LEAST_NAMED = 0.02
"""Probability from which on a name may be a slice's."""

_SHARE_ERROR = 0.02
"""How far a slice may be from the share that is printed."""

_WHOLE_ERROR = 0.1
"""How far what all slices come to may differ from one printed amount to the next."""

_FACING = 0.5
"""Radians. A label further round the pie than this hardly belongs to the slice."""


def list_slices(graph: Graph, labels: Labels, palette: Palette | None = None) -> tuple[tuple[Cell, Cell], ...]:
    """Rows of name and value, clockwise from twelve o'clock."""
    slices = graph.find_marks(MarkKind.SLICE, least=_LEAST)
    hub = find_hub(graph, slices)
    if palette and slices:
        graph = find_borders(graph, hub, palette)
        slices = graph.find_marks(MarkKind.SLICE, least=_LEAST)
    links = fold_links(graph, labels, _CATEGORY)
    names, links = _merge_repeated(graph, labels, find_targets(graph, labels, links, slices, Role.CATEGORY), links)
    facing = _face(graph, hub)
    if not graph.find_marks(MarkKind.SWATCH):  # without a legend each name stands beside its slice
        links = np.column_stack((links[:, 0], (links[:, 1:] + facing) / 2))
    elif palette:
        links = weigh_by_colour(graph, links, slices, names, palette)
    placed = _place(graph, slices, names, links)
    shares = measure_slices(graph, [mark for mark, _, _ in placed], hub)
    legend = _split_legend([labels.texts[name] if name is not None else "" for _, name, _ in placed], shares)
    rows: list[tuple[Cell, Cell | None]] = []
    for i, (mark, name, probability) in enumerate(placed):
        text, value = _split_label(graph, labels, name, mark, facing[mark])
        if legend and value is None and name is not None and (part := legend[i]):
            text, printed = part
            confidence = float(np.clip(probability * graph.words[name].score, 0, 1))
            value = Cell(printed, confidence, parse_number(printed), graph.words[name].polygon)
        cell = make_cell(graph, labels, name, probability) if name is not None else Cell("", 0.0)
        cell = Cell(text, cell.confidence, None, cell.place) if text else cell
        rows.append((cell, value))
    whole = _find_whole([value for _, value in rows], shares)
    measured = [
        (name, value or _write_share(graph, mark, share, probability, whole))
        for (name, value), (mark, _, probability), share in zip(rows, placed, shares, strict=True)
    ]
    angles = [_clockwise(graph.points[mark] - hub) for mark, _, _ in placed]
    return tuple(measured[i] for i in np.argsort(angles)) if rows else ()


def _merge_repeated(graph: Graph, labels: Labels, names: list[int], links: Floats) -> tuple[list[int], Floats]:
    """Names that stand both in the legend and at their slices, as the legend's alone, with the links of both."""
    keyed = {labels.texts[name].casefold(): name for name in find_keys(graph, names)}
    links, kept = links.copy(), []
    for name in names:
        first = keyed.get(labels.texts[name].casefold(), name)
        if first == name:
            kept.append(name)
        else:
            links[:, 1 + first] += links[:, 1 + name]
            links[:, 1 + name] = 0.0
    return kept, links


def find_hub(graph: Graph, slices: list[int]) -> Floats:
    """The centre: the mark for it, else that of the circle through the rim, else the middle of the slices."""
    hubs = graph.find_marks(MarkKind.HUB)
    if hubs:
        return graph.points[max(hubs, key=lambda i: graph.scores[i])]
    rim = graph.points[graph.find_marks(MarkKind.RIM)]
    if len(rim) >= 3:
        return fit_centre(rim)
    return graph.points[slices].mean(0) if slices else np.zeros(2)


def measure_slices(graph: Graph, slices: list[int], hub: Floats) -> list[float]:
    """The share in [0, 1] of the circle between the borders round each slice, or its part where a border is missing."""
    rim = np.sort([_clockwise(point - hub) for point in graph.points[graph.find_marks(MarkKind.RIM)]])
    if len(rim) < 2:
        return [1 / len(slices)] * len(slices)
    sectors = [int(np.searchsorted(rim, _clockwise(graph.points[i] - hub))) % len(rim) for i in slices]
    widths = np.diff(rim, prepend=rim[-1] - 2 * math.pi)
    return [float(widths[s] / (2 * math.pi) / sectors.count(s)) for s in sectors]


def _clockwise(direction: Floats) -> float:
    """The angle in [0, 2 pi) from twelve o'clock."""
    return math.atan2(direction[0], -direction[1]) % (2 * math.pi)


def _face(graph: Graph, hub: Floats) -> Floats:
    """How well each word faces each mark, seen from the centre: (marks, words), 1 where both lie in one direction."""
    if not graph.words:
        return np.zeros((len(graph.points), 0))
    words = np.array([(word.x, word.y) for word in graph.words]) - hub
    marks = graph.points - hub
    turns = np.arctan2(marks[:, 1], marks[:, 0])[:, None] - np.arctan2(words[:, 1], words[:, 0])[None]
    apart = np.abs((turns + math.pi) % (2 * math.pi) - math.pi)
    return np.asarray(np.exp(-((apart / _FACING) ** 2)))


def _place(graph: Graph, slices: list[int], names: list[int], links: Floats) -> list[tuple[int, int | None, float]]:
    """Gives each slice a name of its own, so that all together are the likeliest: (mark, word or None, probability)."""
    chances = links[np.ix_(slices, [1 + name for name in names])] * graph.scores[slices, None]
    chosen = {slices[i]: (names[j], float(chances[i, j])) for i, j in match(chances, _LEAST_NAMED)}
    return [(m, *chosen.get(m, (None, 0.0))) for m in slices]


def _split_legend(names: list[str], shares: list[float]) -> list[tuple[str, str] | None]:
    """Names and values of labels such as "Rail, 12", None for others; empty unless most are, and have their shares."""
    found = [_COMBINED.fullmatch(name) for name in names]
    parts = [(match["name"].rstrip(" ,:;-"), match["value"]) if match else None for match in found]
    pairs = [
        (number.value, share)
        for part, share in zip(parts, shares, strict=True)
        if part and (number := parse_number(part[1]))
    ]
    total, seen = sum(value for value, _ in pairs), sum(share for _, share in pairs)
    if len(pairs) < max(2, 0.6 * len(names)) or total <= 0 or seen <= 0:
        return []
    return parts if max(abs(value / total - share / seen) for value, share in pairs) < _SHARE_ERROR else []


def _split_label(graph: Graph, labels: Labels, name: int | None, mark: int, facing: Floats) -> tuple[str, Cell | None]:
    """The slice's name, and its value if that is printed: beside the name ("Rail 12%") or on its own."""
    text = labels.texts[name] if name is not None else ""
    linked = graph.links[_LABEL, mark, 1:]
    chances = np.maximum(linked, (linked + facing * graph.roles[:, Role.VALUE]) / 2) if len(linked) else linked
    chances = chances * (graph.best_roles != Role.TITLE)
    word = int(chances.argmax()) if len(chances) else -1
    if word < 0 or chances[word] < 0.4:
        return text, None
    printed = labels.texts[word]
    confidence = float(np.clip(graph.scores[mark] * chances[word] * graph.words[word].score, 0, 1))
    place = graph.words[word].polygon
    if word != name and graph.roles[word, Role.VALUE] > _LEAST and (number := graph.read_number(word)):
        return text, Cell(printed, confidence, number, place)
    combined = _COMBINED.fullmatch(printed)
    if combined and (number := parse_number(combined["value"])):
        name_part = combined["name"].rstrip(" ,:;-") if labels.roots[word] == name else text
        return name_part, Cell(combined["value"], confidence, number, place)
    return text, None


def _find_whole(values: Sequence[Cell | None], shares: list[float]) -> Number | None:
    """What all slices come to, by the amounts that are printed at most of them; None where shares are printed."""
    numbers = [(value.number, share) for value, share in zip(values, shares, strict=True) if value and value.number]
    wholes = np.array([number.value / share for number, share in numbers if not number.percent and share > 0])
    if len(wholes) < max(2, len(values) / 2):
        return None
    whole = float(np.median(wholes))
    alike = np.abs(wholes / whole - 1) < _WHOLE_ERROR if whole > 0 else np.zeros(1)
    units = {number.unit for number, _ in numbers}
    return Number(whole, units.pop()) if alike.mean() > 0.5 and len(units) == 1 else None


def _write_share(graph: Graph, mark: int, share: float, probability: float, whole: Number | None) -> Cell:
    """A slice by its angle: in percent, or as an amount where the other slices have amounts."""
    number = Number(round(100 * share, 1), percent=True)
    if whole is not None:
        number = Number(float(f"{share * whole.value:.3g}"), whole.unit)
    point = (float(graph.points[mark, 0]), float(graph.points[mark, 1]))
    confidence = float(np.clip(probability or graph.scores[mark] * 0.5, 0, 1))
    return Cell(format_number(number), confidence, number, point)
